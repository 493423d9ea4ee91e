/** What the rest of the page knows of the room: who is here, what they may do, what is saved, and how to ask for things. */

import type { Awareness } from "y-protocols/awareness";
import type { Doc } from "yjs";
import type { Session } from "./session";

export type Role = "viewer" | "commenter" | "editor" | "owner" | "";
export type Ability = "read" | "ask" | "comment" | "suggest" | "write" | "decide" | "stop" | "rename" | "share";

/** The person in this tab, as the server knows them. */
export interface Me {
  connection: string;
  user: string;
  name: string;
  colour: string;
  kind: "person" | "guest";
}

export interface Copilot {
  name: string;
  colour: string;
  model: string;
  demo: boolean;
}

/**
 * `offline` also names a closed room; `closed` then says why in words. `troubled`: the server cannot save just now.
 * `unsaved` counts changes that are not committed.
 */
export interface SaveState {
  state: "saved" | "saving" | "troubled" | "offline";
  unsaved: number;
  words: string;
}

/** One range in one textblock; `index` counts textblocks from 0, `start` and `end` are UTF-16 units of its inline content. */
export interface TargetRange {
  block: string | null;
  index: number;
  start: number;
  end: number;
  quote: string;
}

export interface Target {
  ranges: TargetRange[];
}

export type Fields = Record<string, unknown>;

/** What the server answered to a command. */
export type Ack = { type: "ack"; id: string } & Fields;

/** The server's refusal of a command: `code` is stable, `message` a sentence, `details` what came with it. */
export class Nack extends Error {
  override readonly name = "Nack";

  constructor(
    readonly code: string,
    message: string,
    readonly details: Fields = {},
  ) {
    super(message);
  }
}

/** Somebody present: a person, a guest or the copilot. `here` is this tab itself. */
export interface Participant {
  client: number;
  user: string;
  name: string;
  colour: string;
  kind: "person" | "guest" | "agent";
  role: Role;
  status: string;
  here: boolean;
}

export interface Room {
  readonly content: Doc;
  readonly session: Session;
  readonly awareness: Awareness;
  me(): Me;
  role(): Role;
  may(ability: Ability): boolean;
  title(): string;
  copilot(): Copilot;
  connected(): boolean;
  /** Closed for good: only a reload helps. */
  over(): boolean;
  /** One entry a person, however many tabs they have; the copilot last. */
  participants(): Participant[];
  /** Resolves with the answer, rejects with `Nack`. Sent again after a reconnect until it is answered. */
  command(type: string, fields?: Fields): Promise<Ack>;
  saveState(): SaveState;
  /** Called when the connection, what is saved, role, title, own name or the participants change. */
  subscribe(listener: () => void): () => void;
  /** What is selected in the text, or the last thing that was; null when nothing is. */
  selection(): Target | null;
  onSelection(listener: (target: Target | null) => void): () => void;
  /** Clears what `selection` remembers (the chip in the panel was dismissed). */
  clearSelection(): void;
  /** Brings the suggestion into view and the focus to its card. */
  focusSuggestion(id: string): void;
  /** The toolbar's "Ask the copilot": the panel listens and takes the focus. */
  onAsk(listener: (target: Target) => void): () => void;
}
