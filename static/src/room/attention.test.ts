import { expect, test } from "vitest";
import { attentionAt } from "./attention";

test("input within a minute is active, later it is visible", () => {
  expect(attentionAt(59_999, 0, null, false)).toBe("active");
  expect(attentionAt(60_000, 0, null, false)).toBe("visible");
});

test("a hidden tab is hidden whatever its input", () => {
  expect(attentionAt(1, 0, null, true)).toBe("hidden");
});

test("a blurred window is hidden after half a minute", () => {
  expect(attentionAt(29_999, 0, 0, false)).toBe("active");
  expect(attentionAt(30_000, 0, 0, false)).toBe("hidden");
});
