import { beforeEach, expect, test } from "vitest";
import * as Y from "yjs";
import { type SessionFrame, SessionReplica } from "./session_replica";

const EMPTY = { runs: {}, suggestions: {}, confirmations: {} };

let server: Y.Doc;
let asked: [number, Uint8Array][];
let replica: SessionReplica;

function make(initial = EMPTY as ConstructorParameters<typeof SessionReplica>[0]): SessionReplica {
  return new SessionReplica(
    initial,
    (epoch, vector) => asked.push([epoch, vector]),
    (paint) => paint(),
  );
}

const frame = (epoch: number, step: 1 | 2, update = Y.encodeStateAsUpdate(server)): SessionFrame => ({
  kind: step === 1 ? "SessionStep2" : "SessionUpdate",
  channel: 0,
  epoch,
  update,
});

function put(section: string, id: string, values: Record<string, unknown>): void {
  server.transact(() => {
    const map = new Y.Map();
    server.getMap(section).set(id, map);
    for (const [key, value] of Object.entries(values)) map.set(key, value);
  });
}

beforeEach(() => {
  server = new Y.Doc();
  asked = [];
  replica = make();
});

test("entries come typed, in the order they were made, with their texts as strings", () => {
  put("runs", "b", { created: 2, state: "streaming", answer: new Y.Text("Hello") });
  put("runs", "a", { created: 1, state: "completed" });
  replica.connected(1);
  replica.receive(frame(1, 1));
  expect(replica.runs().map((run) => [run.id, run.state, run.answer])).toEqual([
    ["a", "completed", ""],
    ["b", "streaming", "Hello"],
  ]);
  expect(replica.answer("b")?.toString()).toBe("Hello");
});

test("an entry that has not changed is the same object; one whose text grew is a new one", () => {
  put("runs", "a", { created: 1 });
  const answer = new Y.Text("x");
  put("runs", "b", { created: 2, answer });
  replica.connected(1);
  replica.receive(frame(1, 1));
  const before = replica.runs();
  answer.insert(1, "y");
  replica.receive(frame(1, 2));
  const after = replica.runs();
  expect(after[0]).toBe(before[0]);
  expect(after[1]?.answer).toBe("xy");
});

test("what the page was served with stands until the room has answered", () => {
  replica = make({ ...EMPTY, runs: { r: { created: 1, request: "Improve this" } } });
  expect(replica.runs()[0]?.request).toBe("Improve this");
  replica.connected(1);
  expect(replica.runs()).toHaveLength(1);
  replica.receive(frame(1, 1));
  expect(replica.runs()).toHaveLength(0);
});

test("another epoch throws the copy away and asks for everything", () => {
  put("suggestions", "s", { created: 1, status: "pending" });
  replica.connected(1);
  replica.receive(frame(1, 1));
  server = new Y.Doc();
  replica.receive(frame(2, 2));
  expect(replica.suggestions()).toEqual([]);
  expect(asked.map(([epoch, vector]) => [epoch, vector.length])).toEqual([
    [1, 1],
    [2, 1],
  ]);
});

test("a reconnect asks only for the rest", () => {
  put("runs", "a", { created: 1 });
  replica.connected(1);
  replica.receive(frame(1, 1));
  replica.connected(1);
  expect(asked[1]?.[1]).toEqual(Y.encodeStateVector(server));
});

test("integers that the server stored as big ones are numbers", () => {
  put("suggestions", "s", { created: 1_790_000_000_000n });
  replica.connected(1);
  replica.receive(frame(1, 1));
  expect(replica.suggestions()[0]?.created).toBe(1_790_000_000_000);
});

test("its JSON holds the texts as strings", () => {
  put("runs", "a", { created: 1, answer: new Y.Text("Hello") });
  replica.connected(1);
  replica.receive(frame(1, 1));
  expect(replica.toJSON()).toEqual({
    runs: { a: { created: 1, answer: "Hello" } },
    suggestions: {},
    confirmations: {},
  });
});
