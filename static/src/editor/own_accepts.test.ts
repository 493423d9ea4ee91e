import { beforeEach, expect, test } from "vitest";
import * as Y from "yjs";
import { Nack, type Room } from "../room/room";
import { OwnAccepts } from "./own_accepts";

let text: Y.Text;
let manager: Y.UndoManager;
let sent: unknown[];
let said: string[];
let accepts: OwnAccepts;
let answer: () => Promise<unknown>;

const type = (words: string) => text.insert(text.length, words);

beforeEach(() => {
  text = new Y.Doc().getText();
  manager = new Y.UndoManager(text);
  sent = [];
  said = [];
  answer = async () => ({});
  const room = {
    command: (name: string, fields: unknown) => {
      sent.push([name, fields]);
      return answer();
    },
  } as unknown as Room;
  accepts = new OwnAccepts(
    room,
    () => manager,
    (sentence) => said.push(sentence),
  );
});

test("an undo straight after one's own accept takes back the decision, the next one what was typed before", () => {
  type("before");
  accepts.accepted("d1");
  expect(accepts.undo()).toBe(true);
  expect(sent).toEqual([["undo_decision", { decision: "d1" }]]);
  expect(accepts.undo()).toBe(false);
});

test("what was typed after the accept is undone first, and as a step of its own", () => {
  type("before");
  accepts.accepted("d1");
  type("after");
  expect(accepts.undo()).toBe(false);
  manager.undo();
  expect(text.toString()).toBe("before");
  expect(accepts.undo()).toBe(true);
});

test("an accept deeper than what an undo has taken away is forgotten", () => {
  type("before");
  accepts.accepted("d1");
  manager.clear();
  expect(accepts.undo()).toBe(false);
  expect(sent).toEqual([]);
});

test("a refusal is said, and the next undo goes on", async () => {
  answer = () => Promise.reject(new Nack("already_resolved", "Ada has already undone this."));
  accepts.accepted("d1");
  accepts.undo();
  await Promise.resolve();
  await Promise.resolve();
  expect(said).toEqual(["Ada has already undone this."]);
  expect(accepts.undo()).toBe(false);
});
