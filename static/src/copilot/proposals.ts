/** The list of suggestions that wait for a decision: what stands, what is proposed, by whom, and the way there. */

import { element, icon, say, set } from "../element";
import type { Room } from "../room/room";
import type { Suggestion } from "../room/session";
import { refusal } from "./words";

export class Proposals {
  readonly element = element("ul", { class: "proposals", tabindex: "0", "aria-label": "Suggestions" });
  private readonly rows = new Map<string, Proposal>();
  private readonly empty = element(
    "li",
    { class: "empty" },
    icon("pencil"),
    element("p", {}, "No suggestions wait."),
    element("p", {}, "Proposed changes stand in the text itself and are listed here until somebody decides."),
  );

  constructor(private readonly room: Room) {
    this.element.append(this.empty);
    this.paint();
  }

  /** Brings the list up to date and says how many wait. */
  paint(): number {
    const waiting = this.room.session
      .suggestions()
      .filter((each) => each.status === "pending" || each.status === "streaming");
    const ids = new Set(waiting.map((each) => each.id));
    for (const [id, row] of this.rows) {
      if (ids.has(id)) continue;
      row.element.remove();
      this.rows.delete(id);
    }
    for (const suggestion of waiting) this.row(suggestion).update(suggestion);
    this.empty.hidden = waiting.length > 0;
    return waiting.length;
  }

  private row(suggestion: Suggestion): Proposal {
    const known = this.rows.get(suggestion.id);
    if (known) return known;
    const made = new Proposal(suggestion.id, this.room);
    this.rows.set(suggestion.id, made);
    this.element.append(made.element);
    return made;
  }
}

class Proposal {
  readonly element: HTMLElement;
  private readonly who = element("p", { class: "proposal__who" });
  private readonly old = element("del", { class: "proposal__old", dir: "auto" });
  private readonly fresh = element("ins", { class: "proposal__new", dir: "auto" });
  private readonly note = element("p", { class: "card__note", role: "status" });
  private readonly accept = element("button", { type: "button", class: "button" }, "Accept");
  private readonly reject = element("button", { type: "button", class: "button" }, "Reject");

  constructor(
    private readonly id: string,
    private readonly room: Room,
  ) {
    this.accept.addEventListener("click", () => this.decide("accept"));
    this.reject.addEventListener("click", () => this.decide("reject"));
    const show = element("button", { type: "button", class: "button" }, "Show");
    show.addEventListener("click", () => room.focusSuggestion(id));
    this.element = element(
      "li",
      { class: "card" },
      this.who,
      this.old,
      this.fresh,
      element("div", { class: "card__actions" }, show, this.accept, this.reject),
      this.note,
    );
  }

  update(suggestion: Suggestion): void {
    say(this.who, whoInWords(suggestion));
    say(this.old, suggestion.base);
    say(this.fresh, suggestion.body);
    const decidable = suggestion.status === "pending" && this.room.may("decide");
    this.reject.hidden = !decidable;
    this.accept.hidden = !decidable || !(suggestion.place === "fresh" || suggestion.place === "moved");
    if (!this.note.hasAttribute("data-refused")) say(this.note, placeInWords(suggestion));
  }

  private async decide(verdict: "accept" | "reject"): Promise<void> {
    this.accept.disabled = this.reject.disabled = true;
    try {
      await this.room.command("decide_suggestion", { suggestion: this.id, verdict });
    } catch (error) {
      set(this.note, "data-refused", true);
      say(this.note, refusal(error));
    } finally {
      this.accept.disabled = this.reject.disabled = false;
    }
  }
}

function whoInWords(suggestion: Suggestion): string {
  return suggestion.asker_name ? `${suggestion.author} for ${suggestion.asker_name}` : suggestion.author;
}

function placeInWords(suggestion: Suggestion): string {
  if (suggestion.place === "stale") return "The text has changed. Show it to compare.";
  if (suggestion.place === "orphaned") return "The text that it was for is gone.";
  return suggestion.status === "streaming" ? "Being written" : "";
}
