import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { counted } from "./provider";

interface Vector {
  name: string;
  frame: string;
  message: { kind: string };
}

const path = new URL("../../../tests/vectors/wire.json", import.meta.url);
const vectors = JSON.parse(readFileSync(path, "utf8")) as { up: Vector[] };

test.each(vectors.up)("$name counts towards saved just where the server counts it", ({ frame, message }) => {
  const bytes = Uint8Array.from(frame.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  expect(counted(bytes)).toBe({ SyncStep2: "step2", SyncUpdate: "update" }[message.kind] ?? null);
});
