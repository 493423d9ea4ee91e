import { expect, test } from "vitest";
import { retryAfter, waitAfter, waitAsAsked } from "./reconnect";

test("the wait is anything from nothing up to a bound that doubles, and never above half a minute", () => {
  expect(waitAfter(1, 0)).toBe(0);
  expect(waitAfter(1, 0.5)).toBe(100);
  expect(waitAfter(3, 0.5)).toBe(400);
  expect(waitAfter(40, 0.999)).toBeLessThan(30_000);
});

test("the server's wish is read from the close frame's reason, and nothing else is taken for one", () => {
  expect(retryAfter("retry_after=5")).toBe(5000);
  for (const reason of [
    "",
    "retry_after=",
    "retry_after=-1",
    "retry_after=99999",
    "Retry-After: 5",
    "retry_after=5 ",
  ]) {
    expect(retryAfter(reason)).toBe(0);
  }
});

test("who was asked to wait comes back no sooner, and not all at once", () => {
  expect(waitAsAsked(5000, 1, 0)).toBe(5000);
  expect(waitAsAsked(5000, 1, 0.5)).toBe(7500);
  expect(waitAsAsked(5000, 9, 0.5)).toBe(20_000);
});
