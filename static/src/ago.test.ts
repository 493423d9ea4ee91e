import { expect, test } from "vitest";
import { ago } from "./ago";

const NOW = Date.UTC(2026, 10, 21, 12);
const before = (seconds: number) => ago(NOW - seconds * 1000, NOW);

test("it names the largest whole unit", () => {
  expect(before(3 * 60 + 5)).toBe("3 minutes ago");
  expect(before(7 * 3600 + 180)).toBe("7 hours ago");
  expect(before(30 * 3600)).toBe("yesterday");
  expect(before(70 * 24 * 3600)).toBe("2 months ago");
});

test("a moment ago and a clock that is behind are just now", () => {
  expect(before(20)).toBe("just now");
  expect(before(-300)).toBe("just now");
});
