import { expect, test } from "vitest";
import { Aloud } from "./said_aloud";

test("going offline and being saved again are said once each, and nothing between", () => {
  const aloud = new Aloud();
  const heard = (
    ["saving", "saved", "saving", "offline", "offline", "saving", "troubled", "saved", "saved"] as const
  ).map((state) => aloud.hear(state));
  expect(heard.filter(Boolean)).toEqual([heard[3], heard[7]]);
  expect(heard[3]).toContain("offline");
  expect(heard[7]).toContain("saved");
});
