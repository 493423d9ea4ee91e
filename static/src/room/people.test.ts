import { expect, test } from "vitest";
import { crowd, FACES } from "./people";
import type { Participant } from "./room";

const someone = (user: string, kind: Participant["kind"]): Participant => ({
  client: 1,
  user,
  name: user,
  colour: "#111111",
  kind,
  role: "editor",
  status: "",
  here: false,
});
const people = (count: number) => Array.from({ length: count }, (_, each) => someone(`p${each}`, "guest"));
const copilot = someone("copilot", "agent");

test("a few people are all shown, with one more than there are faces", () => {
  for (const count of [1, FACES, FACES + 1]) {
    expect(crowd([...people(count), copilot])).toEqual({ shown: [...people(count), copilot], more: 0 });
  }
});

test("of a crowd the first few are shown, how many more there are, and the copilot always", () => {
  const { shown, more } = crowd([...people(200), copilot]);
  expect(shown.map(({ user }) => user)).toEqual(["p0", "p1", "p2", "p3", "p4", "copilot"]);
  expect(more).toBe(195);
});
