/** This tab's copy of the session document: fed by the server, thrown away when its epoch changes, never written. */

import * as Y from "yjs";
import { ROOM_CHANNEL, type ServerMessage } from "../wire/messages";
import type { Confirmation, Run, Session, SessionJSON, Suggestion } from "./session";

type Section = keyof SessionJSON;
type Entry = Run | Suggestion | Confirmation;

const SECTIONS: Section[] = ["runs", "suggestions", "confirmations"];

const RUN: Run = {
  id: "",
  state: "queued",
  rev: 0,
  copilot: "",
  asker: "",
  asker_name: "",
  request: "",
  created: 0,
  ended: 0,
  phase: "",
  place: 0,
  answer: "",
  finish_reason: "",
  error_code: "",
  error: "",
  retryable: false,
  stopped_by: "",
  suggestions: [],
  note: "",
};

const SUGGESTION: Suggestion = {
  id: "",
  run: "",
  kind: "replace",
  status: "streaming",
  place: "fresh",
  block: "",
  author: "",
  author_kind: "agent",
  author_colour: "",
  asker_name: "",
  base: "",
  now: "",
  body: "",
  decision: "",
  verdict: "",
  decided_by: "",
  decided_at: 0,
  undone_by: "",
  created: 0,
};

const CONFIRMATION: Confirmation = {
  id: "",
  run: "",
  tool: "",
  sentence: "",
  arguments: "",
  state: "pending",
  asked_by: "",
  decided_by: "",
  decided_at: 0,
  verdict: "",
  result: "",
  created: 0,
};

export type SessionFrame = Extract<ServerMessage, { kind: "SessionStep2" | "SessionUpdate" }>;

/** Asks for a state vector's rest; the answer comes through `receive`. */
export type AskForRest = (epoch: number, stateVector: Uint8Array) => void;

export class SessionReplica implements Session {
  #doc = new Y.Doc();
  #epoch: number | null = null;
  #filled = false;
  #entries = new Map<string, Entry>();
  #listeners = new Set<() => void>();
  #scheduled = false;

  /** `initial` is what the page was served with; it stands until the first answer from the room. */
  constructor(
    private readonly initial: SessionJSON,
    private readonly askForRest: AskForRest,
    private readonly schedule: (paint: () => void) => void = nextFrame,
  ) {
    this.#watch();
  }

  /** A connection is open and serves this epoch. */
  connected(epoch: number): void {
    if (this.#epoch !== null && this.#epoch !== epoch) this.#discard();
    this.#epoch = epoch;
    this.askForRest(epoch, Y.encodeStateVector(this.#doc));
  }

  receive(frame: SessionFrame): void {
    if (frame.channel !== ROOM_CHANNEL || this.#epoch === null) return;
    if (frame.epoch !== this.#epoch) {
      this.#discard();
      this.#epoch = frame.epoch;
      this.askForRest(frame.epoch, Y.encodeStateVector(this.#doc));
      return;
    }
    Y.applyUpdate(this.#doc, frame.update, this);
    if (frame.kind === "SessionStep2" && !this.#filled) {
      this.#filled = true;
      this.#changed();
    }
  }

  runs(): Run[] {
    return this.#list("runs", RUN);
  }

  suggestions(): Suggestion[] {
    return this.#list("suggestions", SUGGESTION);
  }

  confirmations(): Confirmation[] {
    return this.#list("confirmations", CONFIRMATION);
  }

  answer(run: string): Y.Text | undefined {
    return this.#text("runs", run, "answer");
  }

  body(suggestion: string): Y.Text | undefined {
    return this.#text("suggestions", suggestion, "body");
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  toJSON(): SessionJSON {
    if (!this.#filled) return this.initial;
    const of = (section: Section) => this.#doc.getMap(section).toJSON() as Record<string, Record<string, unknown>>;
    return { runs: of("runs"), suggestions: of("suggestions"), confirmations: of("confirmations") };
  }

  #list<T extends Entry>(section: Section, empty: T): T[] {
    const entries = this.#filled ? this.#fromReplica(section, empty) : this.#fromInitial(section, empty);
    return entries.sort((a, b) => a.created - b.created || (a.id < b.id ? -1 : 1));
  }

  #fromInitial<T extends Entry>(section: Section, empty: T): T[] {
    return Object.entries(this.initial[section] ?? {}).map(([id, values]) => fill(empty, id, (key) => values[key]));
  }

  #fromReplica<T extends Entry>(section: Section, empty: T): T[] {
    const list: T[] = [];
    for (const [id, map] of this.#doc.getMap(section)) {
      if (!(map instanceof Y.Map)) continue;
      let entry = this.#entries.get(id) as T | undefined;
      if (!entry) {
        entry = fill(empty, id, (key) => map.get(key));
        this.#entries.set(id, entry);
      }
      list.push(entry);
    }
    return list;
  }

  #text(section: Section, id: string, name: string): Y.Text | undefined {
    const entry = this.#doc.getMap(section).get(id);
    const text = entry instanceof Y.Map ? entry.get(name) : undefined;
    return text instanceof Y.Text ? text : undefined;
  }

  #watch(): void {
    for (const section of SECTIONS) {
      const map = this.#doc.getMap(section);
      map.observeDeep((events) => {
        for (const event of events) {
          if (event.target === map) for (const id of event.keys.keys()) this.#entries.delete(id);
          else this.#entries.delete(String(event.path[0]));
        }
        this.#changed();
      });
    }
  }

  #discard(): void {
    this.#doc.destroy();
    this.#doc = new Y.Doc();
    this.#entries.clear();
    this.#watch();
    this.#changed();
  }

  #changed(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.schedule(() => {
      this.#scheduled = false;
      for (const listener of [...this.#listeners]) listener();
    });
  }
}

function fill<T extends Entry>(empty: T, id: string, read: (key: string) => unknown): T {
  const entry = { ...empty, id };
  for (const key of Object.keys(empty) as (keyof T & string)[]) {
    const value = key === "id" ? undefined : plain(read(key));
    if (value !== undefined && value !== null) entry[key] = value as T[typeof key];
  }
  return entry;
}

function plain(value: unknown): unknown {
  if (value instanceof Y.Text) return value.toString();
  if (value instanceof Y.Array) return value.toArray();
  return typeof value === "bigint" ? Number(value) : value;
}

/** A hidden tab has no frames, but its listeners still hear. */
function nextFrame(paint: () => void): void {
  if (document.hidden) setTimeout(paint, 100);
  else requestAnimationFrame(paint);
}
