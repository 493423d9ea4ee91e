// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Awareness } from "y-protocols/awareness";
import * as Y from "yjs";
import { RoomProvider } from "./provider";

/** The sockets that were opened, the newest last; a test closes them as a server would. */
const opened: FakeSocket[] = [];

class FakeSocket {
  static readonly OPEN = 1;
  binaryType = "";
  readyState = 0;
  onclose: ((event: { code: number; reason: string }) => void) | null = null;

  constructor() {
    opened.push(this);
  }

  close(): void {}
}

let provider: RoomProvider;

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("WebSocket", FakeSocket);
  opened.length = 0;
  const content = new Y.Doc();
  const events = { mayWrite: () => true, received: () => undefined, sent: () => undefined };
  const address = { server: "ws://here", path: "d", params: {}, protocols: [] };
  provider = new RoomProvider(address, content, new Awareness(content), events);
  provider.connect();
});

afterEach(() => {
  provider.destroy();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

function closed(code: number, reason = ""): void {
  opened.at(-1)?.onclose?.({ code, reason });
}

test("a server that asks for peace gets it, also when the network comes back meanwhile, and is then tried again", () => {
  closed(1013, "retry_after=5");
  vi.advanceTimersByTime(4_900);
  provider.connect();
  expect(opened.length).toBe(1);
  vi.advanceTimersByTime(10_000);
  expect(opened.length).toBe(2);
});

test("a server that restarts is tried again soon, and again", () => {
  for (const times of [2, 3]) {
    closed(1012);
    vi.advanceTimersByTime(1_000);
    expect(opened.length).toBe(times);
  }
});

test("whoever lost the server in the same instant comes back at any time up to a bound that grows", () => {
  const chance = vi.spyOn(Math, "random");
  for (const [failures, drawn, wait] of [
    [1, 0.5, 100],
    [2, 0.25, 100],
    [3, 0.75, 600],
    [4, 0.5, 800],
    [5, 0.5, 1_600],
    [6, 0.9, 5_760],
  ] as const) {
    chance.mockReturnValue(drawn);
    closed(1006);
    vi.advanceTimersByTime(wait - 1);
    expect(opened.length).toBe(failures);
    vi.advanceTimersByTime(1);
    expect(opened.length).toBe(failures + 1);
  }
  chance.mockRestore();
});

test("a final close is not tried again by itself", () => {
  closed(4409);
  vi.advanceTimersByTime(3_600_000);
  expect(opened.length).toBe(1);
});

test("who leaves while waiting does not come back", () => {
  closed(1013, "retry_after=5");
  provider.disconnect();
  vi.advanceTimersByTime(3_600_000);
  expect(opened.length).toBe(1);
});
