import { afterEach, expect, test } from "vitest";
import { Awareness } from "y-protocols/awareness";
import * as Y from "yjs";
import { initials, participants } from "./presence";
import type { Participant } from "./room";

const doc = new Y.Doc();
const awareness = new Awareness(doc);
const ME: Participant = {
  client: doc.clientID,
  user: "me",
  name: "Mo",
  colour: "#111111",
  kind: "person",
  role: "owner",
  status: "",
  here: true,
};

afterEach(() => awareness.states.clear());

test("this tab comes first, the copilot last, and one person with two tabs once", () => {
  awareness.states.set(1, {
    user: { id: "copilot", name: "Copilot", color: "#222222", kind: "agent" },
    status: "writing",
  });
  awareness.states.set(2, { user: { id: "ada", name: "Ada", color: "#333333", kind: "guest", role: "editor" } });
  awareness.states.set(3, { user: { id: "ada", name: "Ada", color: "#333333", kind: "guest", role: "editor" } });
  awareness.states.set(4, { user: { id: "me", name: "Mo", color: "#111111", kind: "person", role: "owner" } });
  const here = participants(awareness, ME);
  expect(here.map((person) => person.user)).toEqual(["me", "ada", "copilot"]);
  expect(here[2]).toMatchObject({ kind: "agent", status: "writing", colour: "#222222" });
});

test("a state that the server has not stamped is nobody", () => {
  awareness.states.set(1, { cursor: null });
  expect(participants(awareness, ME)).toHaveLength(1);
});

test("initials are those of the first and the last word", () => {
  expect(initials("Ada")).toBe("A");
  expect(initials("quiet brown fox")).toBe("QF");
  expect(initials("  😀 smile ")).toBe("😀S");
  expect(initials("")).toBe("");
});
