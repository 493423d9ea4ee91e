import { expect, test } from "vitest";
import type { ClientMessage } from "../wire/messages";
import { CommandQueue } from "./command_queue";
import { Nack } from "./room";

function server() {
  const state = { open: true, sent: [] as Extract<ClientMessage, { kind: "Command" }>[], ids: 0 };
  const queue = new CommandQueue(
    (message) => {
      if (state.open) state.sent.push(message);
      return state.open;
    },
    () => `id-${++state.ids}`,
  );
  return { state, queue };
}

test("a command resolves with its ack and rejects with its nack", async () => {
  const { queue } = server();
  const asked = queue.command("ask", { text: "hello" });
  const stopped = queue.command("stop", { run: "r" });
  queue.answered({ kind: "Nack", id: "id-2", code: "not_running", message: "It has ended.", details: { at: "now" } });
  queue.answered({ kind: "Ack", id: "id-1", answer: { run: "r" } });
  expect((await asked)["run"]).toBe("r");
  const refusal = await stopped.catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(Nack);
  expect(refusal).toMatchObject({ code: "not_running", message: "It has ended.", details: { at: "now" } });
});

test("after a reconnect the unanswered are repeated in order, with the same ids", async () => {
  const { state, queue } = server();
  const first = queue.command("ask", { text: "one" });
  const second = queue.command("ask", { text: "two" });
  queue.answered({ kind: "Ack", id: "id-1", answer: {} });
  state.open = false;
  const third = queue.command("ask", { text: "three" });
  state.open = true;
  state.sent = [];
  queue.resend();
  expect(state.sent.map((message) => [message.id, message.fields["text"]])).toEqual([
    ["id-2", "two"],
    ["id-3", "three"],
  ]);
  queue.answered({ kind: "Ack", id: "id-2", answer: {} });
  queue.answered({ kind: "Ack", id: "id-3", answer: {} });
  await Promise.all([first, second, third]);
});

test("a second answer to one command is ignored", async () => {
  const { queue } = server();
  const asked = queue.command("ask");
  queue.answered({ kind: "Ack", id: "id-1", answer: { run: "first" } });
  queue.answered({ kind: "Ack", id: "id-1", answer: { run: "second" } });
  expect((await asked)["run"]).toBe("first");
});

test("when the room closes, what waits is refused with the reason, and so is what comes later", async () => {
  const { queue } = server();
  const asked = queue.command("ask");
  queue.close(new Nack("closed", "You no longer have access."));
  await expect(asked).rejects.toThrow("You no longer have access.");
  await expect(queue.command("ask")).rejects.toThrow("You no longer have access.");
});
