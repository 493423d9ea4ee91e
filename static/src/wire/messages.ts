/** The room's wire as a browser has it: reads what goes down, writes what goes up. The grammar is the docstring of
 * `editor/wire/messages.py`; the vectors in `tests/vectors/wire.json` hold both to it. */

import { concat, counted, MalformedFrame, parseJson, Reader, varint } from "./varint";

export const SYNC = 0;
export const AWARENESS = 1;
export const AUTH = 2;
export const QUERY_AWARENESS = 3;
export const MESSAGE = 100;
export const SESSION = 101;
export const SAVED = 102;
export const ROOM_CHANNEL = 0;

export type Fields = Record<string, unknown>;
export type Attention = "active" | "visible" | "hidden";

/** What one client says of itself; `state` is null when it left. */
export interface Presence {
  client: number;
  clock: number;
  state: Fields | null;
}

export type Sync =
  | { kind: "SyncStep1"; state_vector: Uint8Array }
  | { kind: "SyncStep2"; update: Uint8Array }
  | { kind: "SyncUpdate"; update: Uint8Array };

export type Awareness = { kind: "Awareness"; entries: Presence[] };
export type QueryAwareness = { kind: "QueryAwareness" };

export type ClientMessage =
  | Sync
  | Awareness
  | QueryAwareness
  | { kind: "SessionStep1"; channel: number; epoch: number; state_vector: Uint8Array }
  | { kind: "Hello"; schema: number }
  | { kind: "SetAttention"; attention: Attention }
  | { kind: "Command"; type: string; id: string; fields: Fields };

export type JsonMessage =
  | {
      kind: "Welcome";
      participant: Fields;
      title: string;
      epoch: number;
      schema: number;
      session_epoch: number;
      copilot: Fields;
    }
  | { kind: "Ack"; id: string; answer: Fields }
  | { kind: "Nack"; id: string; code: string; message: string; details: Fields }
  | { kind: "AccessChanged"; role: string }
  | { kind: "TitleChanged"; title: string }
  | { kind: "Reset" }
  | { kind: "Notice"; code: string; message: string };

export type ServerMessage =
  | Sync
  | Awareness
  | QueryAwareness
  | JsonMessage
  | { kind: "PermissionDenied"; reason: string }
  | { kind: "SessionStep2" | "SessionUpdate"; channel: number; epoch: number; update: Uint8Array }
  | { kind: "Saved"; n: number };

/** What the server sent; throws MalformedFrame. Byte arrays are views of the frame. */
export function decode(frame: Uint8Array): ServerMessage {
  const reader = new Reader(frame);
  const message = serverMessage(reader);
  reader.end();
  return message;
}

function serverMessage(reader: Reader): ServerMessage {
  switch (reader.varint()) {
    case SYNC:
      return sync(reader);
    case AWARENESS:
      return { kind: "Awareness", entries: presences(new Reader(reader.counted())) };
    case AUTH:
      if (reader.varint() !== 0) throw new MalformedFrame("auth only denies");
      return { kind: "PermissionDenied", reason: reader.string() };
    case QUERY_AWARENESS:
      return { kind: "QueryAwareness" };
    case MESSAGE:
      return jsonMessage(object(parseJson(reader.rest()), "a message"));
    case SESSION:
      return session(reader);
    case SAVED:
      return { kind: "Saved", n: reader.varint() };
    default:
      throw new MalformedFrame("the server does not send such a frame");
  }
}

function sync(reader: Reader): Sync {
  switch (reader.varint()) {
    case 0:
      return { kind: "SyncStep1", state_vector: reader.counted() };
    case 1:
      return { kind: "SyncStep2", update: reader.counted() };
    case 2:
      return { kind: "SyncUpdate", update: reader.counted() };
    default:
      throw new MalformedFrame("sync has no such step");
  }
}

function session(reader: Reader): ServerMessage {
  const channel = reader.varint();
  const epoch = reader.varint();
  const step = sync(reader);
  if (step.kind === "SyncStep1") throw new MalformedFrame("the server asks for no session document");
  return { kind: step.kind === "SyncStep2" ? "SessionStep2" : "SessionUpdate", channel, epoch, update: step.update };
}

function presences(reader: Reader): Presence[] {
  const entries = new Map<number, Presence>();
  for (let left = reader.varint(); left > 0; left--) {
    const client = reader.varint();
    const clock = reader.varint();
    const state = parseJson(reader.counted());
    if (entries.has(client)) throw new MalformedFrame("a client stands twice in one awareness frame");
    entries.set(client, { client, clock, state: state === null ? null : object(state, "an awareness state") });
  }
  reader.end();
  return [...entries.values()];
}

function object(value: unknown, what: string): Fields {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new MalformedFrame(`${what} must be an object`);
  }
  return value as Fields;
}

function jsonMessage({ type, ...fields }: Fields): JsonMessage {
  switch (type) {
    case "welcome":
      return {
        kind: "Welcome",
        participant: object(fields["participant"], "the participant"),
        title: text(fields, "title"),
        epoch: whole(fields, "epoch"),
        schema: whole(fields, "schema"),
        session_epoch: whole(fields, "session_epoch"),
        copilot: object(fields["copilot"], "the copilot"),
      };
    case "ack": {
      const { id: _, ...answer } = fields;
      return { kind: "Ack", id: text(fields, "id"), answer };
    }
    case "nack": {
      const { id: _id, code: _code, message: _message, ...details } = fields;
      const [id, code, message] = [text(fields, "id"), text(fields, "code"), text(fields, "message")];
      return { kind: "Nack", id, code, message, details };
    }
    case "access":
      return { kind: "AccessChanged", role: text(fields, "role") };
    case "title":
      return { kind: "TitleChanged", title: text(fields, "title") };
    case "reset":
      return { kind: "Reset" };
    case "notice":
      return { kind: "Notice", code: text(fields, "code"), message: text(fields, "message") };
    default:
      throw new MalformedFrame("a message of a type that this page does not know");
  }
}

function text(fields: Fields, name: string): string {
  const value = fields[name];
  if (typeof value !== "string") throw new MalformedFrame(`a message needs its ${name}`);
  return value;
}

function whole(fields: Fields, name: string): number {
  const value = fields[name];
  if (!Number.isSafeInteger(value)) throw new MalformedFrame(`a message needs its ${name}`);
  return value as number;
}

/** The frame of what a client sends. */
export function encode(message: ClientMessage): Uint8Array {
  switch (message.kind) {
    case "SyncStep1":
      return concat(Uint8Array.of(SYNC, 0), counted(message.state_vector));
    case "SyncStep2":
      return concat(Uint8Array.of(SYNC, 1), counted(message.update));
    case "SyncUpdate":
      return concat(Uint8Array.of(SYNC, 2), counted(message.update));
    case "Awareness":
      return concat(Uint8Array.of(AWARENESS), counted(written(message.entries)));
    case "QueryAwareness":
      return Uint8Array.of(QUERY_AWARENESS);
    case "SessionStep1": {
      const { channel, epoch, state_vector } = message;
      return concat(varint(SESSION), varint(channel), varint(epoch), varint(0), counted(state_vector));
    }
    case "Hello":
      return json({ type: "hello", schema: message.schema });
    case "SetAttention":
      return json({ type: "attention", attention: message.attention });
    case "Command":
      return json({ type: message.type, id: message.id, ...message.fields });
  }
}

function json(fields: Fields): Uint8Array {
  return concat(Uint8Array.of(MESSAGE), new TextEncoder().encode(JSON.stringify(fields)));
}

function written(entries: Presence[]): Uint8Array {
  const encoder = new TextEncoder();
  const parts = entries.map(({ client, clock, state }) =>
    concat(varint(client), varint(clock), counted(encoder.encode(JSON.stringify(state)))),
  );
  return concat(varint(entries.length), ...parts);
}
