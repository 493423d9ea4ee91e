// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { FakeRoom } from "./fake_room";
import { REVIEW } from "./panel";
import { mountRoomBar } from "./roombar";

let room: FakeRoom;
let bar: HTMLElement;
let now = 0;

beforeEach(() => {
  vi.useFakeTimers();
  room = new FakeRoom();
  bar = document.createElement("section");
  document.body.replaceChildren(bar);
  now = 1000;
  mountRoomBar(bar, room, () => now);
});

afterEach(() => {
  vi.useRealTimers();
});

const button = (name: string) => [...bar.querySelectorAll("button")].find((each) => each.textContent === name);

test("it hides while nothing is under way", () => {
  expect(bar.hidden).toBe(true);
  room.run("a", { state: "streaming", created: 1000 });
  expect(bar.hidden).toBe(false);
  room.run("a", { state: "completed", ended: 2000 });
  expect(bar.hidden).toBe(true);
});

test("it says who asked, what the copilot does, and for how long", () => {
  room.run("a", { state: "thinking", phase: "reading the document", created: 1000 });
  expect(bar.querySelector(".room-bar__words")?.textContent).toBe("Olga asked. Reading the document");
  now = 66_000;
  vi.advanceTimersByTime(1000);
  expect(bar.querySelector(".room-bar__time")?.textContent).toBe("1:05");
});

test("a browser's clock that is behind the server's shows no negative time", () => {
  room.run("a", { state: "thinking", created: 9000 });
  expect(bar.querySelector(".room-bar__time")?.textContent).toBe("0:00");
});

test("Stop stops the run for all", async () => {
  room.run("a", { state: "streaming" });
  button("Stop")?.click();
  await vi.advanceTimersByTimeAsync(0);
  expect(room.commands).toEqual([["stop", { run: "a" }]]);
  expect(bar.hidden).toBe(true);
});

test("a viewer sees the bar without Stop", () => {
  room.become("viewer");
  room.run("a", { state: "streaming" });
  expect(button("Stop")?.hidden).toBe(true);
});

test("requests that wait are named behind the one that runs", () => {
  room.run("a", { state: "streaming", created: 1 });
  room.run("b", { asker_name: "Ben", request: "Outline this", created: 2 });
  room.run("c", { created: 3 });
  expect(bar.querySelectorAll(".room-bar__row").length).toBe(1);
  expect(bar.querySelector(".room-bar__queue")?.textContent).toBe("Next: Ben, “Outline this”, and 1 more");
});

test("a request that waits alone can be stopped too", () => {
  room.run("a", { state: "queued", place: 1 });
  expect(bar.querySelector(".room-bar__words")?.textContent).toBe("Olga asked. Waiting its turn");
  expect(button("Stop")?.hidden).toBe(false);
});

test("a question is a notice with a way to its card, and takes no focus", () => {
  const reviewed: string[] = [];
  const listen = (event: Event) => reviewed.push((event as CustomEvent<string>).detail);
  document.addEventListener(REVIEW, listen);
  room.run("r", { state: "awaiting_confirmation" });
  room.confirmation("q");
  expect(bar.querySelector(".room-bar__words")?.textContent).toBe(
    "Copilot asks: Invite ada@example.com to this document as editor.",
  );
  expect(document.activeElement).toBe(document.body);
  button("Review")?.click();
  expect(reviewed).toEqual(["q"]);
  document.removeEventListener(REVIEW, listen);
});
