/** The generic card: what will happen, with which literal values, and two buttons of equal weight. */

import { element, icon, say, set } from "../../element";
import type { Room } from "../../room/room";
import type { Confirmation } from "../../room/session";
import { clock, refusal } from "../words";
import type { Card } from "./registry";

export class ConfirmationCard implements Card {
  readonly element: HTMLElement;
  /** Where a tool's own card adds what belongs to its result. */
  readonly result = element("div", { class: "card__result", hidden: true });
  private current: Confirmation;
  private readonly sentence = element("span", { dir: "auto" });
  private readonly asked = element("p", { class: "card__note" });
  private readonly values = element("dl", { class: "card__arguments" });
  private readonly note = element("p", { class: "card__note", role: "status" });
  private readonly settled = element("p", { class: "card__settled", tabindex: "-1", hidden: true });
  private readonly confirm = element("button", { type: "button", class: "button" }, "Confirm");
  private readonly deny = element("button", { type: "button", class: "button" }, "Deny");
  private readonly actions = element("div", { class: "card__actions" }, this.confirm, this.deny);

  constructor(
    confirmation: Confirmation,
    private readonly room: Room,
  ) {
    this.current = confirmation;
    this.confirm.addEventListener("click", () => this.decide("approve"));
    this.deny.addEventListener("click", () => this.decide("deny"));
    this.element = element(
      "section",
      { class: "card", "data-confirmation-id": confirmation.id, "aria-label": "Question from the copilot" },
      element("p", { class: "card__sentence" }, icon("question"), this.sentence),
      this.values,
      element("div", { class: "card__said" }, this.asked, this.settled, this.note),
      this.actions,
      this.result,
    );
    this.update(confirmation);
  }

  update(confirmation: Confirmation): void {
    this.current = confirmation;
    set(this.element, "data-state", confirmation.state);
    say(this.sentence, confirmation.sentence);
    say(this.asked, confirmation.asked_by ? `Asked by ${confirmation.asked_by}` : "");
    this.showValues(confirmation.arguments);
    this.showSettled(confirmation.state !== "pending");
    const may = this.room.may("decide");
    this.confirm.hidden = this.deny.hidden = !may;
    if (!this.note.hasAttribute("data-refused")) {
      this.remark(confirmation.state === "pending" && !may ? "The editors of this document decide." : "", false);
    }
  }

  private showSettled(settled: boolean): void {
    const held = settled && !this.actions.hidden && this.actions.contains(document.activeElement);
    this.actions.hidden = settled;
    this.settled.hidden = !settled;
    if (settled) say(this.settled, outcome(this.current));
    if (held) this.settled.focus();
  }

  private showValues(json: string): void {
    if (this.values.dataset["shown"] === json) return;
    this.values.dataset["shown"] = json;
    this.values.replaceChildren(
      ...Object.entries(parsed(json)).flatMap(([name, value]) => [
        element("dt", {}, label(name)),
        element("dd", { dir: "auto" }, typeof value === "string" ? value : JSON.stringify(value)),
      ]),
    );
  }

  private async decide(verdict: "approve" | "deny"): Promise<void> {
    this.confirm.disabled = this.deny.disabled = true;
    this.remark("", false);
    try {
      await this.room.command("decide_confirmation", { confirmation: this.current.id, verdict });
    } catch (error) {
      this.remark(refusal(error), true);
    } finally {
      this.confirm.disabled = this.deny.disabled = false;
    }
  }

  private remark(words: string, refused: boolean): void {
    say(this.note, words);
    set(this.note, "data-refused", refused);
  }
}

/** Who decided what and when, and what came of it. */
export function outcome(confirmation: Confirmation): string {
  const { state, decided_by: by } = confirmation;
  const at = clock(confirmation.decided_at);
  const who = `by ${by || "somebody"}${at ? `, ${at}` : ""}`;
  switch (state) {
    case "denied":
      return `Denied ${who}`;
    case "expired":
      return "Nobody decided in time. Nothing was done.";
    case "withdrawn":
      return "Withdrawn with the request. Nothing was done.";
    case "failed":
      return `Confirmed ${who}. ${reason(confirmation.result) || "It failed, and changed nothing."}`;
    case "outcome_unknown":
      return `Confirmed ${who}. Whether it took effect is not known: please look.`;
    default:
      return `Confirmed ${who}`;
  }
}

/** The sentence in which the tool said what went wrong. */
function reason(result: string): string {
  const { message, error } = parsed(result);
  return [message, error].find((each): each is string => typeof each === "string") ?? "";
}

/** A JSON object's entries; anything else reads as empty. */
export function parsed(json: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(json || "{}");
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function label(name: string): string {
  const words = name.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
