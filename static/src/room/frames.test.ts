import { readFileSync } from "node:fs";
import * as decoding from "lib0/decoding";
import { expect, test } from "vitest";
import * as frames from "./frames";

interface Vector {
  name: string;
  frame: string;
  message: { kind: string } & Record<string, unknown>;
}

const vectors = JSON.parse(readFileSync(new URL("../../../tests/vectors/wire.json", import.meta.url), "utf8")) as {
  up: Vector[];
  down: Vector[];
};

const bytes = (hex: string): Uint8Array => Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
const hex = (data: Uint8Array): string => [...data].map((byte) => byte.toString(16).padStart(2, "0")).join("");

function body(vector: Vector, type: number): decoding.Decoder {
  const decoder = decoding.createDecoder(bytes(vector.frame));
  expect(decoding.readVarUint(decoder)).toBe(type);
  return decoder;
}

const down = (kind: string): Vector[] => vectors.down.filter((vector) => vector.message.kind === kind);

test.each(down("Saved"))("the server's $name is read", (vector) => {
  expect(frames.readSaved(body(vector, frames.SAVED))).toBe(vector.message["n"]);
});

test.each([...down("SessionStep2"), ...down("SessionUpdate")])("the server's $name is read", (vector) => {
  const frame = frames.readSession(body(vector, frames.SESSION));
  expect({ channel: frame.channel, epoch: frame.epoch, update: hex(frame.update) }).toEqual({
    channel: vector.message["channel"],
    epoch: vector.message["epoch"],
    update: vector.message["update"],
  });
  expect(frame.step).toBe(vector.message.kind === "SessionStep2" ? 1 : 2);
});

test.each(vectors.up.filter((vector) => vector.message.kind === "SessionStep1"))("$name is written", (vector) => {
  const { epoch, state_vector } = vector.message;
  if (vector.message["channel"] !== frames.ROOM_CHANNEL) return;
  expect(hex(frames.encodeSessionStep1(Number(epoch), bytes(String(state_vector))))).toBe(vector.frame);
});

test.each(vectors.up)("$name counts towards saved just where the server counts it", (vector) => {
  const expected = { SyncStep2: "step2", SyncUpdate: "update" }[vector.message.kind] ?? null;
  expect(frames.counted(bytes(vector.frame))).toBe(expected);
});

test("a message comes back as it went", () => {
  const frame = frames.encodeMessage({ type: "set_name", id: "1", name: "Zoë 😀" });
  const decoder = decoding.createDecoder(frame);
  expect(decoding.readVarUint(decoder)).toBe(frames.MESSAGE);
  expect(frames.readMessage(decoder)).toEqual({ type: "set_name", id: "1", name: "Zoë 😀" });
});
