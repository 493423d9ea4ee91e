/** A small room for the tests: it answers commands as the server does, and tells its listeners. */

import { Awareness } from "y-protocols/awareness";
import { Doc } from "yjs";
import {
  type Ability,
  type Ack,
  type Copilot,
  type Fields,
  type Me,
  Nack,
  type Participant,
  type Role,
  type Room,
  type SaveState,
  type Target,
} from "../room/room";
import type { Confirmation, Run, Session, SessionJSON, Suggestion } from "../room/session";

const ABILITIES: Record<Role, Ability[]> = {
  "": [],
  viewer: ["read"],
  commenter: ["read", "ask", "comment", "suggest"],
  editor: ["read", "ask", "comment", "suggest", "write", "decide", "stop", "rename"],
  owner: ["read", "ask", "comment", "suggest", "write", "decide", "stop", "rename", "share"],
};

class Listeners<Value = void> {
  private readonly all = new Set<(value: Value) => void>();

  add(listener: (value: Value) => void): () => void {
    this.all.add(listener);
    return () => this.all.delete(listener);
  }

  tell(value: Value): void {
    for (const listener of this.all) listener(value);
  }
}

class FakeSession implements Session {
  readonly changed = new Listeners();
  readonly runsById = new Map<string, Run>();
  readonly suggestionsById = new Map<string, Suggestion>();
  readonly confirmationsById = new Map<string, Confirmation>();

  runs = () => [...this.runsById.values()].sort((a, b) => a.created - b.created);
  suggestions = () => [...this.suggestionsById.values()].sort((a, b) => a.created - b.created);
  confirmations = () => [...this.confirmationsById.values()].sort((a, b) => a.created - b.created);
  answer = () => undefined;
  body = () => undefined;
  subscribe = (listener: () => void) => this.changed.add(listener);
  toJSON = (): SessionJSON => ({ runs: {}, suggestions: {}, confirmations: {} });
}

export class FakeRoom implements Room {
  readonly content = new Doc();
  readonly awareness = new Awareness(this.content);
  readonly session = new FakeSession();
  readonly commands: [string, Fields][] = [];
  readonly focused: string[] = [];
  online = true;
  ended = false;
  private target: Target | null = null;
  private readonly changed = new Listeners();
  private readonly selected = new Listeners<Target | null>();
  private readonly asking = new Listeners<Target>();

  constructor(private rights: Role = "editor") {}

  me = (): Me => ({ connection: "c1", user: "u1", name: "Olga", colour: "#6b4fa0", kind: "person" });
  role = (): Role => this.rights;
  may = (ability: Ability): boolean => ABILITIES[this.rights].includes(ability);
  title = () => "Report";
  copilot = (): Copilot => ({ name: "Copilot", colour: "#2d4f9e", model: "demo", demo: true });
  connected = () => this.online;
  over = () => this.ended;
  participants = (): Participant[] => [];
  saveState = (): SaveState => ({ state: "saved", unsaved: 0, words: "Saved" });
  subscribe = (listener: () => void) => this.changed.add(listener);
  selection = () => this.target;
  onSelection = (listener: (target: Target | null) => void) => this.selected.add(listener);
  clearSelection = () => this.select(null);
  focusSuggestion = (id: string) => void this.focused.push(id);
  onAsk = (listener: (target: Target) => void) => this.asking.add(listener);

  async command(type: string, fields: Fields = {}): Promise<Ack> {
    this.commands.push([type, fields]);
    return { type: "ack", id: String(this.commands.length), ...this.answer(type, fields) };
  }

  select(target: Target | null): void {
    this.target = target;
    this.selected.tell(target);
  }

  /** As if the person had pressed "Ask the copilot" in the text's toolbar. */
  ask(target: Target): void {
    this.select(target);
    this.asking.tell(target);
  }

  /** The server closed the room for good. */
  end(): void {
    this.ended = true;
    this.online = false;
    this.changed.tell();
  }

  become(role: Role): void {
    this.rights = role;
    this.changed.tell();
  }

  run(id: string, changes: Partial<Run> = {}): Run {
    const run = { ...emptyRun(id), ...this.session.runsById.get(id), ...changes };
    this.session.runsById.set(id, run);
    this.session.changed.tell();
    return run;
  }

  suggestion(id: string, changes: Partial<Suggestion> = {}): void {
    this.session.suggestionsById.set(id, {
      ...emptySuggestion(id),
      ...this.session.suggestionsById.get(id),
      ...changes,
    });
    this.session.changed.tell();
  }

  confirmation(id: string, changes: Partial<Confirmation> = {}): Confirmation {
    const before = this.session.confirmationsById.get(id);
    const confirmation = { ...emptyConfirmation(id), ...before, ...changes };
    this.session.confirmationsById.set(id, confirmation);
    this.session.changed.tell();
    return confirmation;
  }

  private answer(type: string, fields: Fields): Fields {
    switch (type) {
      case "ask":
        return { run: this.run(`r${this.commands.length}`, { request: String(fields["text"]) }).id };
      case "stop":
        return this.stop(String(fields["run"]));
      case "decide_confirmation":
        return this.decide(String(fields["confirmation"]), String(fields["verdict"]));
      case "decide_suggestion":
        this.suggestion(String(fields["suggestion"]), { status: "accepted", decided_by: "Olga" });
        return { by: "Olga" };
      case "invitation_link":
        return { url: `http://127.0.0.1/invitation/${fields["invitation"]}` };
      default:
        throw new Nack("unknown", "That is not known here.");
    }
  }

  private stop(id: string): Fields {
    const run = this.session.runsById.get(id);
    if (!run || run.ended) throw new Nack("not_running", "It has ended already.");
    this.run(id, { state: "cancelled", stopped_by: "Olga", ended: 1 });
    return { run: id, seq: 1 };
  }

  private decide(id: string, verdict: string): Fields {
    const asked = this.session.confirmationsById.get(id);
    if (asked?.state !== "pending") throw new Nack("already_resolved", `${asked?.decided_by} has already denied this.`);
    const state = verdict === "approve" ? "done" : "denied";
    this.confirmation(id, { state, decided_by: "Olga" });
    return { decision: state, by: "Olga" };
  }
}

function emptyRun(id: string): Run {
  return {
    id,
    state: "queued",
    rev: 1,
    copilot: "Copilot",
    asker: "u1",
    asker_name: "Olga",
    request: "Improve this paragraph",
    created: 1,
    ended: 0,
    phase: "",
    place: 1,
    answer: "",
    finish_reason: "",
    error_code: "",
    error: "",
    retryable: false,
    stopped_by: "",
    suggestions: [],
    note: "",
  };
}

function emptySuggestion(id: string): Suggestion {
  return {
    id,
    run: "r",
    kind: "replace",
    status: "pending",
    place: "fresh",
    block: "b1",
    author: "Copilot",
    author_kind: "agent",
    author_colour: "#2d4f9e",
    asker_name: "Olga",
    base: "In order to begin",
    now: "",
    body: "To begin",
    decision: "",
    verdict: "",
    decided_by: "",
    decided_at: 0,
    undone_by: "",
    created: 1,
  };
}

function emptyConfirmation(id: string): Confirmation {
  return {
    id,
    run: "r",
    tool: "invite_person",
    sentence: "Invite ada@example.com to this document as editor.",
    arguments: '{"email": "ada@example.com", "role": "editor"}',
    state: "pending",
    asked_by: "Olga",
    decided_by: "",
    decided_at: 0,
    verdict: "",
    result: "",
    created: 1,
  };
}
