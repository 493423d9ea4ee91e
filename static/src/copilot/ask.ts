/** The form below the conversation: what one writes to the copilot, and about which words. */

import { element, icon, iconButton, say, set } from "../element";
import type { Room, Target } from "../room/room";
import { refusal } from "./words";

export class AskForm {
  readonly element: HTMLFormElement;
  private readonly field = element("textarea", {
    "aria-label": "Ask the copilot",
    placeholder: "Ask the copilot",
    rows: 1,
    maxlength: 8000,
    dir: "auto",
  });
  private readonly button = element(
    "button",
    { type: "submit", class: "button button--primary ask__send" },
    icon("send"),
    element("span", { class: "visually-hidden" }, "Ask"),
  );
  private readonly quote = element("span", { class: "chip__quote", dir: "auto" });
  private readonly chip: HTMLElement;
  private readonly note = element("p", { class: "ask__note", role: "status" });
  private sending = false;

  constructor(
    private readonly room: Room,
    private readonly sent: () => void,
  ) {
    this.chip = element(
      "div",
      { class: "chip", hidden: true },
      icon("quote"),
      element("span", { class: "visually-hidden" }, "About: "),
      this.quote,
      iconButton("close", "Ask without the selected text", () => {
        room.clearSelection();
        this.field.focus();
      }),
    );
    this.element = element(
      "form",
      { class: "ask" },
      this.chip,
      element("div", { class: "ask__box" }, this.field, this.button),
      this.note,
    );
    this.element.addEventListener("submit", (event) => {
      event.preventDefault();
      this.send();
    });
    this.field.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.send();
    });
    room.onSelection((target) => this.showTarget(target));
    this.showTarget(room.selection());
    this.paint();
  }

  focus(): void {
    this.field.focus();
  }

  /** Follows the person's rights and the connection. */
  paint(): void {
    const over = this.room.over();
    const may = this.room.may("ask") && !over;
    this.field.disabled = !may;
    this.button.disabled = !may || this.sending;
    if (over) this.remark("This page is no longer connected. Reload it to ask.");
    else if (!may)
      this.remark("You are reading along. Ask the owner for the right to edit, and you can ask the copilot.");
    else if (!this.sending && !this.note.hasAttribute("data-refused")) {
      this.remark(this.room.connected() ? "" : "Not connected. What you ask is sent when the connection is back.");
    }
  }

  private showTarget(target: Target | null): void {
    const words = quoted(target);
    this.chip.hidden = words === "";
    say(this.quote, words);
  }

  private async send(): Promise<void> {
    const text = this.field.value.trim();
    if (!text || this.sending || !this.room.may("ask")) return;
    const target = this.room.selection();
    this.sending = true;
    this.button.disabled = true;
    this.remark(this.room.connected() ? "Sending" : "Not connected. It is sent when the connection is back.");
    try {
      await this.room.command("ask", target ? { text, target } : { text });
      this.field.value = "";
      this.remark("");
      this.room.clearSelection();
      this.sent();
    } catch (error) {
      this.remark(refusal(error), true);
    } finally {
      this.sending = false;
      this.paint();
    }
  }

  private remark(words: string, refused = false): void {
    say(this.note, words);
    this.note.hidden = words === "";
    set(this.note, "data-refused", refused);
  }
}

/** The selected words on one line. */
function quoted(target: Target | null): string {
  return (target?.ranges ?? [])
    .map((range) => range.quote.replaceAll("￼", " "))
    .join(" … ")
    .trim();
}
