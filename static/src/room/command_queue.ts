/** Commands that wait for their one answer, sent again with the same id on every new connection until it comes. */

import type { ClientMessage, JsonMessage } from "../wire/messages";
import { type Ack, type Fields, Nack } from "./room";

type Command = Extract<ClientMessage, { kind: "Command" }>;
type Answer = Extract<JsonMessage, { kind: "Ack" | "Nack" }>;

interface Waiting {
  message: Command;
  resolve(answer: Ack): void;
  reject(reason: Nack): void;
}

export class CommandQueue {
  #waiting = new Map<string, Waiting>();
  #closed: Nack | null = null;

  /** `send` returns false where there is no open connection; `newId` makes ids of at most 64 characters. */
  constructor(
    private readonly send: (message: Command) => boolean,
    private readonly newId: () => string,
  ) {}

  command(type: string, fields: Fields = {}): Promise<Ack> {
    if (this.#closed) return Promise.reject(this.#closed);
    const message: Command = { kind: "Command", type, id: this.newId(), fields };
    return new Promise((resolve, reject) => {
      this.#waiting.set(message.id, { message, resolve, reject });
      this.send(message);
    });
  }

  /** The connection is open again: everything unanswered goes out once more, in order. */
  resend(): void {
    this.#closed = null;
    for (const { message } of this.#waiting.values()) this.send(message);
  }

  answered(answer: Answer): void {
    const waiting = this.#waiting.get(answer.id);
    if (!waiting) return;
    this.#waiting.delete(answer.id);
    if (answer.kind === "Ack") waiting.resolve({ ...answer.answer, type: "ack", id: answer.id });
    else waiting.reject(new Nack(answer.code, answer.message, answer.details));
  }

  /** The room is closed for good: nothing will be answered any more. */
  close(reason: Nack): void {
    this.#closed = reason;
    for (const { reject } of this.#waiting.values()) reject(reason);
    this.#waiting.clear();
  }
}
