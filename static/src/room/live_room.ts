/** The room as this tab lives it: one connection, the two documents, presence, commands, and what is saved. */

import { Awareness } from "y-protocols/awareness";
import * as Y from "yjs";
import { CloseCode } from "../wire/close_codes";
import { type JsonMessage, ROOM_CHANNEL, type ServerMessage } from "../wire/messages";
import { ABILITIES } from "./abilities";
import { type Attention, AttentionWatch } from "./attention";
import { BUSY, type Ended, ended } from "./close_words";
import { CommandQueue } from "./command_queue";
import type { LocalCopy } from "./local_copy";
import type { PageData, Person } from "./page_data";
import { participants } from "./presence";
import { type RoomAddress, RoomProvider } from "./provider";
import type { Ability, Ack, Copilot, Fields, Me, Participant, Role, Room, SaveState, Target } from "./room";
import { Nack } from "./room";
import { type Connection, SavedCounter, saveState } from "./saved";
import type { Session } from "./session";
import { SessionReplica } from "./session_replica";
import { TextLink } from "./text_link";

const HEARTBEAT = 20_000;
/** With nothing from the server for so long, the page counts as offline. */
const OPENING = 5_000;
/** What was on its way when the right to write went is either acknowledged by then, or never will be. */
const LAST_WORDS = 2_000;
const { EPOCH_OR_SCHEMA } = CloseCode;

/** What the page hears besides state: sentences to show, and orders to begin again. */
export interface RoomNews {
  notice(code: string, message: string): void;
  /** Nothing troubles the connection any more. */
  admitted(): void;
  closed(code: number, ended: Ended): void;
  reset(): void;
}

export class LiveRoom implements Room {
  readonly content = new Y.Doc();
  readonly awareness = new Awareness(this.content);
  readonly session: Session;
  readonly text = new TextLink();
  readonly #session: SessionReplica;
  readonly #provider: RoomProvider;
  readonly #saved = new SavedCounter();
  readonly #commands: CommandQueue;
  readonly #attention: AttentionWatch;
  readonly #listeners = new Set<() => void>();
  #me: Me;
  #role: Role;
  #title: string;
  #copilot: Copilot;
  #connection: Connection = "opening";
  #troubled = false;
  #shut = false;
  #told = false;
  #admitted = false;
  #copy: LocalCopy | null = null;
  readonly #epoch: number;

  constructor(
    data: PageData,
    person: Person,
    address: RoomAddress,
    private readonly schema: number,
    private readonly news: RoomNews,
  ) {
    this.#me = { connection: "", user: person.id, name: person.name, colour: person.colour, kind: person.kind };
    this.#role = person.role || data.role;
    this.#title = data.document.title;
    this.#epoch = data.document.epoch;
    this.#copilot = data.copilot;
    if (data.kept) this.#connection = "offline";
    this.content.on("update", (_update, _origin, _doc, transaction) => this.#localChange(transaction.local));
    this.#session = new SessionReplica(data.session, (epoch, state_vector) =>
      this.#provider.say({ kind: "SessionStep1", channel: ROOM_CHANNEL, epoch, state_vector }),
    );
    this.session = this.#session;
    this.#provider = new RoomProvider(address, this.content, this.awareness, {
      mayWrite: () => this.may("write"),
      received: (message) => this.#receive(message),
      sent: (kind) => this.#saved.sent(kind),
    });
    this.#commands = new CommandQueue(
      (message) => this.#told && this.#provider.say(message),
      () =>
        crypto.getRandomValues(new Uint32Array(4)).reduce((id, part) => id + part.toString(16).padStart(8, "0"), ""),
    );
    this.#attention = new AttentionWatch((attention) => this.#tellAttention(attention));
    this.#watch();
  }

  /** `copy` has been loaded into the content; from now on it is told what is not saved. Before `open`. */
  keepIn(copy: LocalCopy): void {
    this.#copy = copy;
    this.#saved.found(copy.found);
  }

  open(): void {
    this.#stampPresence();
    this.#provider.connect();
    setTimeout(() => this.#connection === "opening" && !this.#told && this.#disconnected(), OPENING);
  }

  /** Resolves when there is content to write in: the server's, or without a server what this browser has kept. */
  whenFilled(): Promise<void> {
    const filled = () =>
      this.#provider.synced || (this.#connection === "offline" && this.content.store.clients.size > 0);
    return new Promise((resolve) => {
      const look = () => {
        if (!filled()) return;
        stop();
        resolve();
      };
      const stop = this.subscribe(look);
      look();
    });
  }

  /** Leaves for good; the page says why. */
  leave(): void {
    this.#provider.disconnect();
    this.#connection = "closed";
    this.#changed();
  }

  me(): Me {
    return this.#me;
  }

  role(): Role {
    return this.#role;
  }

  may(ability: Ability): boolean {
    return ABILITIES[this.#role].has(ability);
  }

  /** Whether the text takes changes now: not while the server cannot save any more of them. */
  writable(): boolean {
    return this.may("write") && !this.#shut;
  }

  title(): string {
    return this.#title;
  }

  copilot(): Copilot {
    return this.#copilot;
  }

  connected(): boolean {
    return this.#told;
  }

  over(): boolean {
    return this.#connection === "closed";
  }

  saveState(): SaveState {
    return saveState(this.#connection, this.#saved.unsaved, this.#troubled);
  }

  participants(): Participant[] {
    const { user, name, colour, kind } = this.#me;
    const client = this.content.clientID;
    return participants(this.awareness, { client, user, name, colour, kind, role: this.#role, status: "", here: true });
  }

  async command(type: string, fields: Fields = {}): Promise<Ack> {
    const answer = await this.#commands.command(type, fields);
    if (type === "set_name") this.#named(String(answer["name"]));
    if (type === "rename_document") this.#titled(String(answer["title"]));
    return answer;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  selection(): Target | null {
    return this.text.selection();
  }

  onSelection(listener: (target: Target | null) => void): () => void {
    return this.text.onSelection(listener);
  }

  clearSelection(): void {
    this.text.forgetSelection();
  }

  focusSuggestion(id: string): void {
    this.text.focusSuggestion(id);
  }

  onAsk(listener: (target: Target) => void): () => void {
    return this.text.onAsk(listener);
  }

  #watch(): void {
    const provider = this.#provider;
    // The server takes presence away when a socket closes; a throttled tab must not lose people by its own clock.
    clearInterval(this.awareness._checkInterval);
    setInterval(() => this.#heartbeat(), HEARTBEAT);
    this.awareness.on("change", () => this.#changed());
    provider.on("status", ({ status }) => {
      if (status === "connected") this.#greet();
      if (status === "disconnected") this.#disconnected();
    });
    provider.on("connection-close", (event) => {
      this.#disconnected();
      if (event?.code === CloseCode.OVERLOAD) this.news.notice("busy", BUSY);
    });
    provider.on("sync", (synced: boolean) => {
      if (synced) this.#synced();
      this.#changed();
    });
    provider.on("closed", ({ code }) => this.#closed(code));
    addEventListener("online", () => this.#again());
    document.addEventListener("visibilitychange", () => document.hidden || this.#again());
  }

  #greet(): void {
    this.#admitted = false;
    this.#provider.say({ kind: "Hello", schema: this.schema });
  }

  #synced(): void {
    if (this.#connection !== "closed") this.#connection = "open";
    // The server has everything that there is: what still waits for more has lost it, and would be refused for ever.
    this.content.store.pendingStructs = null;
    this.content.store.pendingDs = null;
  }

  #again(): void {
    if (this.#connection === "offline") this.#provider.connect();
  }

  #heartbeat(): void {
    this.#provider.announce();
    this.#tellAttention(this.#attention.now());
  }

  #tellAttention(attention: Attention): void {
    if (this.#told) this.#provider.say({ kind: "SetAttention", attention });
  }

  #receive(message: ServerMessage): void {
    switch (message.kind) {
      case "SessionStep2":
      case "SessionUpdate":
        this.#session.receive(message);
        return;
      case "Saved":
        this.#saved.acknowledged(message.n);
        break;
      case "Ack":
      case "Nack":
        this.#commands.answered(message);
        return;
      case "Welcome":
        this.#welcome(message);
        break;
      case "AccessChanged":
        this.#role = message.role as Role;
        if (!this.may("write")) setTimeout(() => this.#beginAgainIfUnsaved(), LAST_WORDS);
        break;
      case "TitleChanged":
        this.#title = message.title;
        break;
      case "Notice":
        this.#noticed(message.code, message.message);
        break;
      case "Reset":
        this.news.reset();
    }
    this.#changed();
  }

  #welcome(message: Extract<JsonMessage, { kind: "Welcome" }>): void {
    if (message.epoch !== this.#epoch || message.schema > this.schema) {
      this.#provider.disconnect();
      this.#closed(EPOCH_OR_SCHEMA);
      return;
    }
    const { role, ...me } = message.participant as unknown as Me & { role: Role };
    this.#me = me;
    this.#role = role;
    this.#copilot = message.copilot as unknown as Copilot;
    this.#told = this.#admitted = true;
    this.news.admitted();
    this.#stampPresence();
    this.#session.connected(message.session_epoch);
    this.#tellAttention(this.#attention.now());
    this.#commands.resend();
    this.#beginAgainIfUnsaved();
    this.#titled(message.title);
  }

  /** Without the right to write, what is not saved never will be. */
  #beginAgainIfUnsaved(): void {
    if (!this.over() && !this.may("write") && this.#saved.unsaved > 0) this.news.reset();
  }

  #noticed(code: string, sentence: string): void {
    this.#shut = code === "read_only" || (this.#shut && code !== "saved_again");
    this.#troubled = this.#shut || code === "not_saved" || (this.#troubled && code !== "saved_again");
    this.news.notice(code, sentence);
  }

  #named(name: string): void {
    this.#me = { ...this.#me, name };
    this.#stampPresence();
    this.#changed();
  }

  #titled(title: string): void {
    this.#title = title;
    this.#changed();
  }

  /** The server stamps this again; until then it is what this tab's own carets and avatars use. */
  #stampPresence(): void {
    const { user, name, colour, kind } = this.#me;
    this.awareness.setLocalStateField("user", { id: user, name, color: colour, kind, role: this.#role });
  }

  #localChange(local: boolean): void {
    if (!local || !this.may("write")) return;
    this.#saved.changed();
    this.#changed();
  }

  #disconnected(): void {
    this.#told = false;
    this.#troubled = this.#shut = false;
    this.#saved.disconnected();
    // A server that has restarted counts presence from the beginning.
    for (const client of [...this.awareness.meta.keys()]) {
      if (client !== this.content.clientID) this.awareness.meta.delete(client);
    }
    if (this.#connection !== "closed") this.#connection = "offline";
    this.#changed();
  }

  #closed(code: number): void {
    const end = ended(code, this.#admitted);
    this.#connection = "closed";
    this.#commands.close(new Nack("closed", end.sentence));
    this.news.closed(code, end);
    this.#changed();
  }

  #pending = false;

  #changed(): void {
    if (this.#pending) return;
    this.#pending = true;
    queueMicrotask(() => {
      this.#pending = false;
      this.#copy?.note(this.#saved.unsaved);
      for (const listener of [...this.#listeners]) listener();
    });
  }
}
