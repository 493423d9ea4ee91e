import { beforeEach, expect, test, vi } from "vitest";
import { becomeGuest, forgetGuest, type Keeper } from "./guest";

let kept: Map<string, string>;
let keeper: Keeper;
let made: number;

beforeEach(() => {
  kept = new Map();
  made = 0;
  keeper = {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => kept.set(key, value),
    removeItem: (key) => kept.delete(key),
  };
  vi.stubGlobal("fetch", async () => {
    made += 1;
    return new Response(
      JSON.stringify({ pass: `pass-${made}`, user: { id: "1", name: "Quiet Fox", colour: "#123456" } }),
    );
  });
});

test("a guest is made once a tab and kept through a reload", async () => {
  const first = await becomeGuest("doc", "/join/t/guest", "csrf", keeper);
  const again = await becomeGuest("doc", "/join/t/guest", "csrf", keeper);
  expect(again).toEqual(first);
  expect(made).toBe(1);
});

test("a guest of another document, or one whose pass was refused, is made anew", async () => {
  await becomeGuest("doc", "/join/t/guest", "csrf", keeper);
  await becomeGuest("other", "/join/u/guest", "csrf", keeper);
  forgetGuest("doc", keeper);
  const anew = await becomeGuest("doc", "/join/t/guest", "csrf", keeper);
  expect(anew.pass).toBe("pass-3");
});

test("a link that has ended is said in words", async () => {
  vi.stubGlobal("fetch", async () => new Response("", { status: 404 }));
  await expect(becomeGuest("doc", "/join/t/guest", "csrf", keeper)).rejects.toThrow("no longer works");
});

test("where too many guests come at once, the server says when to try again", async () => {
  vi.stubGlobal("fetch", async () => new Response('{"message": "Try again in 20 seconds."}', { status: 429 }));
  await expect(becomeGuest("doc", "/join/t/guest", "csrf", keeper)).rejects.toThrow("in 20 seconds");
});
