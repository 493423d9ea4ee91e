/** A suggestion's own part of the text: the new words while they come, and the card with its decision. */

import { element, say, set } from "../element";
import { Nack, type Room } from "../room/room";
import type { Suggestion } from "../room/session";
import { rendered, soFar } from "./inline_markdown";
import { isOpen, type Mode, type Placement } from "./placement";

/** A rejected suggestion's card says so for this long, then fades. */
const FAREWELL = 4_000;
const FADE = 200;

/** What a decision made by this tab needs from the editor around it. */
export interface Decided {
  accepted(decision: string, suggestion: string): void;
}

export class SuggestionView {
  readonly element: HTMLElement;
  readonly #fresh = element("ins", { class: "suggestion-new", dir: "auto" });
  readonly #who = element("span", { class: "suggestion-card__who" });
  readonly #what = element("span", { class: "suggestion-card__what" });
  readonly #actions = element("span", { class: "suggestion-card__actions" });
  readonly #stale = element("span", { class: "suggestion-card__stale" });
  readonly #card: HTMLElement;
  #shown = "";
  #body = "";
  #now: string | null = null;
  #note = "";
  #busy = false;
  #dismissed = false;
  #placement: Placement | null = null;

  constructor(
    readonly id: string,
    private readonly room: Room,
    private readonly decided: Decided,
    private readonly redraw: () => void,
  ) {
    this.#card = element(
      "span",
      { class: "suggestion-card", role: "group", "data-suggestion-id": id },
      this.#who,
      this.#what,
      this.#actions,
      this.#stale,
    );
    this.element = element("span", { class: "suggestion", contenteditable: "false" }, this.#fresh, " ", this.#card);
  }

  /** Nothing of it is to be drawn any more. */
  get gone(): boolean {
    return this.#dismissed;
  }

  /** Draws everything but the streaming text; called after ProseMirror has placed the element. */
  show(placement: Placement): void {
    const { suggestion } = placement;
    this.#placement = placement;
    const mode = this.#modeOf(placement);
    this.paint(suggestion);
    set(this.#fresh, "hidden", mode === "diff" || mode === "settled" || mode === "stale");
    set(this.#fresh, "data-state", mode === "streaming" ? "streaming" : null);
    const state = [mode, JSON.stringify({ ...suggestion, body: "" }), this.#note, this.#busy, this.#now];
    const shown = [...state, mode === "stale" ? placement.now + suggestion.body : "", this.room.may("decide")].join(
      "|",
    );
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.#drawCard(suggestion, mode);
  }

  /** Paints the new words as they come; outside ProseMirror's transactions. */
  paint(suggestion: Suggestion): void {
    const body = suggestion.status === "streaming" ? soFar(suggestion.body) : suggestion.body;
    if (body === this.#body) return;
    this.#body = body;
    this.#fresh.replaceChildren(...rendered(body));
  }

  /** Brings it into view; the focus goes to its first button. */
  focus(): void {
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.#card.scrollIntoView({ block: "center", behavior: calm ? "auto" : "smooth" });
    this.#card.querySelector("button")?.focus({ preventScroll: true });
  }

  #modeOf(placement: Placement): Mode {
    const refused = this.#now !== null && isOpen(placement.suggestion);
    return refused ? "stale" : placement.mode;
  }

  #drawCard(suggestion: Suggestion, mode: Mode): void {
    this.#card.style.setProperty("--colour", suggestion.author_colour);
    set(this.#card, "aria-label", `Suggestion by ${suggestion.author}`);
    set(this.#card, "data-state", mode === "settled" ? suggestion.status : mode);
    set(this.#card, "data-settled", mode === "settled");
    say(this.#who, suggestion.author);
    const words = inWords(suggestion, mode);
    say(this.#what, mode === "settled" ? [words, this.#note].filter(Boolean).join(". ") : this.#note || words);
    this.#actions.replaceChildren(...this.#buttons(suggestion, mode));
    this.#stale.replaceChildren(...(mode === "stale" ? this.#comparison(suggestion) : []));
    this.#stale.hidden = mode !== "stale";
    if (mode === "settled" && (suggestion.verdict !== "accepted" || suggestion.undone_by)) this.#fade();
  }

  #buttons(suggestion: Suggestion, mode: Mode): HTMLElement[] {
    const settled = mode === "settled";
    const may = this.room.may("decide");
    const made: HTMLElement[] = [];
    if (may && mode === "stale" && suggestion.place !== "orphaned")
      made.push(this.#button("Apply to this text", "primary", () => this.#decide("accept", this.#seen())));
    if (may && (mode === "whole" || mode === "diff"))
      made.push(this.#button("Accept", "primary", () => this.#decide("accept")));
    if (may && !settled) made.push(this.#button("Reject", "quiet", () => this.#decide("reject")));
    if (may && settled && suggestion.status === "accepted" && !suggestion.undone_by)
      made.push(this.#button("Undo", "quiet", () => this.#undo(suggestion.decision)));
    if (settled) made.push(this.#button("Dismiss", "quiet", () => this.#dismiss()));
    return made;
  }

  #button(name: string, kind: "primary" | "quiet", act: () => void): HTMLButtonElement {
    return element(
      "button",
      { type: "button", class: `button button--${kind}`, disabled: this.#busy, onclick: act },
      name,
    );
  }

  /** Before, now, proposed: what an answer to "Apply to this text" is about. */
  #comparison(suggestion: Suggestion): HTMLElement[] {
    const row = (name: string, ...words: Node[]) =>
      element(
        "span",
        { class: "suggestion-card__row" },
        element("b", {}, name),
        element("span", { dir: "auto" }, ...words),
      );
    return [
      row("Before", document.createTextNode(readable(suggestion.base))),
      row("Now", document.createTextNode(readable(this.#seen()))),
      row("Proposed", ...rendered(suggestion.body)),
    ];
  }

  /** The text that the person is shown as it is now, as the server reads it. */
  #seen(): string {
    return this.#now ?? (this.#placement?.suggestion.now || this.#placement?.now || "");
  }

  async #decide(verdict: "accept" | "reject", now?: string): Promise<void> {
    await this.#ask(async () => {
      const fields = { suggestion: this.id, verdict, ...(now === undefined ? {} : { now }) };
      const answer = await this.room.command("decide_suggestion", fields);
      if (verdict === "accept") this.decided.accepted(String(answer["decision"]), this.id);
      this.#note = keptInWords("Applied", answer["conflicts"]);
    });
  }

  async #undo(decision: string): Promise<void> {
    await this.#ask(async () => {
      const answer = await this.room.command("undo_decision", { decision });
      this.#note = keptInWords("Undone", answer["conflicts"]);
    });
  }

  async #ask(question: () => Promise<void>): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    this.#note = "";
    this.#again();
    try {
      await question();
      this.#now = null;
    } catch (error) {
      this.#refused(error);
    }
    this.#busy = false;
    this.#again();
  }

  #refused(error: unknown): void {
    const nack = error instanceof Nack ? error : null;
    const now = nack?.details["now"];
    if (nack && (nack.code === "stale" || nack.code === "changed_again")) {
      this.#now = typeof now === "string" ? now : null;
      this.#note = nack.code === "changed_again" ? "The text has changed again" : "";
    } else if (nack?.code !== "already_resolved") {
      this.#note = nack?.message ?? "The server did not answer. Your text is safe. Try again.";
    }
  }

  #again(): void {
    if (this.#placement) this.show(this.#placement);
  }

  #fade(): void {
    setTimeout(() => {
      this.#card.style.opacity = "0";
      setTimeout(() => this.#dismiss(), FADE);
    }, FAREWELL);
  }

  #dismiss(): void {
    this.#dismissed = true;
    this.redraw();
  }
}

function inWords(suggestion: Suggestion, mode: Mode): string {
  if (mode === "settled") return settledWords(suggestion);
  if (mode === "streaming") return "is writing";
  if (suggestion.place === "orphaned") return "The text that it was for is gone";
  if (mode === "stale") return "The text has changed";
  return suggestion.asker_name ? `for ${suggestion.asker_name}` : "";
}

function settledWords(suggestion: Suggestion): string {
  if (suggestion.undone_by) return `Undone by ${suggestion.undone_by}`;
  if (suggestion.status === "accepted") return `Accepted by ${suggestion.decided_by}`;
  if (suggestion.status === "rejected") return `Rejected by ${suggestion.decided_by}`;
  return "Withdrawn";
}

/** A merge keeps what people wrote; says so where that was not what was decided. */
function keptInWords(done: string, conflicts: unknown): string {
  const kept = Array.isArray(conflicts) ? conflicts.length : 0;
  return kept === 0 ? "" : `${done}, but for ${kept === 1 ? "one place" : `${kept} places`} that people changed`;
}

function readable(text: string): string {
  return text.replaceAll("\ufffc", "\n") || "(nothing)";
}
