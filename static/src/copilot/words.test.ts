import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { Run, RunState } from "../room/session";
import { elapsed, hasEnded, refusal, stateInWords } from "./words";

const template = readFileSync(new URL("../../../templates/editor/parts/run_state.html", import.meta.url), "utf8");
const run = (state: RunState, changes: Partial<Run> = {}) =>
  ({ state, phase: "", place: 1, note: "", error: "", stopped_by: "", finish_reason: "", ...changes }) as Run;

test.each<RunState>(["queued", "paused", "cancelled", "awaiting_confirmation"])(
  "the first paint says the same of %s",
  (state) => {
    expect(template).toContain(stateInWords(run(state)));
  },
);

test("a phase reads as a sentence begins", () => {
  expect(stateInWords(run("thinking", { phase: "reading the document" }))).toBe("Reading the document");
});

test("four states are the end", () => {
  expect((["completed", "cancelled", "failed", "superseded"] as const).every((state) => hasEnded(run(state)))).toBe(
    true,
  );
  expect(hasEnded(run("paused"))).toBe(false);
});

test("elapsed time is minutes and seconds", () => {
  expect(elapsed(0, 750_000)).toBe("12:30");
});

test("what is no refusal still reads as a sentence", () => {
  expect(refusal(new TypeError("x is undefined"))).toBe("The server did not answer. Your text is safe. Try again.");
});
