import { expect, test } from "vitest";
import { SavedCounter, saveState } from "./saved";

test("a change counts as saved only when the frame that carries it is acknowledged", () => {
  const saved = new SavedCounter();
  saved.sent("step2");
  saved.changed();
  saved.sent("update");
  expect(saved.unsaved).toBe(1);
  saved.acknowledged(1);
  expect(saved.unsaved).toBe(1);
  saved.acknowledged(2);
  expect(saved.unsaved).toBe(0);
});

test("changes made offline stay unsaved until the new connection's first step 2 is acknowledged", () => {
  const saved = new SavedCounter();
  saved.sent("step2");
  saved.acknowledged(1);
  saved.disconnected();
  saved.changed();
  saved.changed();
  saved.changed();
  saved.sent("update");
  saved.acknowledged(1);
  expect(saved.unsaved).toBe(3);
  saved.sent("step2");
  saved.acknowledged(2);
  expect(saved.unsaved).toBe(0);
});

test("a change typed between opening and the first step 2 is carried by the step 2", () => {
  const saved = new SavedCounter();
  saved.changed();
  saved.sent("update");
  saved.sent("step2");
  saved.changed();
  saved.sent("update");
  saved.acknowledged(2);
  expect(saved.unsaved).toBe(1);
  saved.acknowledged(3);
  expect(saved.unsaved).toBe(0);
});

test("an acknowledgement of the connection before says nothing about the frames of this one", () => {
  const saved = new SavedCounter();
  saved.sent("step2");
  saved.changed();
  saved.sent("update");
  saved.disconnected();
  expect(saved.unsaved).toBe(1);
  saved.sent("step2");
  saved.acknowledged(1);
  expect(saved.unsaved).toBe(0);
});

test("a repeated step 2, asked for after a gap, carries everything again", () => {
  const saved = new SavedCounter();
  saved.sent("step2");
  saved.changed();
  saved.sent("update");
  saved.sent("step2");
  saved.acknowledged(3);
  expect(saved.unsaved).toBe(0);
});

test("what this browser kept from before is unsaved until a step 2, which carries it, is acknowledged", () => {
  const saved = new SavedCounter();
  saved.found(3);
  expect(saved.unsaved).toBe(3);
  saved.sent("update");
  saved.acknowledged(1);
  expect(saved.unsaved).toBe(3);
  saved.sent("step2");
  saved.acknowledged(2);
  expect(saved.unsaved).toBe(0);
});

test("the state is said in words", () => {
  expect(saveState("opening", 0, false)).toMatchObject({ state: "saving", words: "Opening" });
  expect(saveState("open", 0, false)).toMatchObject({ state: "saved", words: "Saved" });
  expect(saveState("open", 2, false)).toMatchObject({ state: "saving", words: "Saving" });
  expect(saveState("open", 2, true)).toMatchObject({ state: "troubled", words: "2 changes not saved, trying again" });
  expect(saveState("open", 0, true).words).toBe("Nothing is saved just now, trying again");
  expect(saveState("offline", 0, false)).toMatchObject({ state: "offline", words: "Offline" });
  expect(saveState("offline", 1, false).words).toBe("1 change not saved, offline");
  expect(saveState("offline", 3, false).words).toBe("3 changes not saved, offline");
  expect(saveState("closed", 3, false).words).toBe("3 changes not saved, not connected");
});
