/** Commands that wait for their one answer, sent again with the same id on every new connection until it comes. */

import type { Message } from "./frames";
import { type Ack, type Fields, Nack } from "./room";

interface Waiting {
  message: Message;
  resolve(answer: Ack): void;
  reject(reason: Nack): void;
}

export class CommandQueue {
  #waiting = new Map<string, Waiting>();
  #closed: Nack | null = null;

  /** `send` returns false where there is no open connection; `newId` makes ids of at most 64 characters. */
  constructor(
    private readonly send: (message: Message) => boolean,
    private readonly newId: () => string,
  ) {}

  command(type: string, fields: Fields = {}): Promise<Ack> {
    if (this.#closed) return Promise.reject(this.#closed);
    const message: Message = { ...fields, type, id: this.newId() };
    return new Promise((resolve, reject) => {
      this.#waiting.set(String(message["id"]), { message, resolve, reject });
      this.send(message);
    });
  }

  /** The connection is open again: everything unanswered goes out once more, in order. */
  resend(): void {
    this.#closed = null;
    for (const { message } of this.#waiting.values()) this.send(message);
  }

  answered(message: Message): void {
    const { type, id, code, message: sentence, ...details } = message;
    const waiting = this.#waiting.get(String(id));
    if (!waiting) return;
    this.#waiting.delete(String(id));
    if (type === "ack") waiting.resolve(message as unknown as Ack);
    else waiting.reject(new Nack(String(code), String(sentence), details));
  }

  /** The room is closed for good: nothing will be answered any more. */
  close(reason: Nack): void {
    this.#closed = reason;
    for (const { reject } of this.#waiting.values()) reject(reason);
    this.#waiting.clear();
  }
}
