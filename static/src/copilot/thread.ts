/** The conversation: takes over what the server rendered, then follows the session. */

import { element, icon, say } from "../element";
import { isKept } from "../offline/connection";
import type { Room } from "../room/room";
import { RunView } from "./run";

/** How near its end, in px, the list must be for a stream to keep it there. */
const NEAR = 80;
const NOTHING = [
  "Nothing asked yet.",
  "Select some text and ask for a better version, or ask for an outline or a summary.",
];
const OFFLINE = ["You are offline.", "Requests and answers show again when the connection is back."];
const OVER = ["This page is no longer connected.", "Requests and answers show again when you reload it."];

export class Thread {
  readonly element: HTMLElement;
  private readonly views = new Map<string, RunView>();
  private readonly empty: HTMLElement;

  constructor(
    private readonly room: Room,
    rendered: HTMLElement | null,
  ) {
    this.element = rendered ?? element("ol", { class: "thread", tabindex: "0", "aria-label": "Requests and answers" });
    this.empty =
      this.element.querySelector<HTMLElement>(".empty") ??
      this.element.appendChild(element("li", { class: "empty" }, icon("copilot"), element("p", {}), element("p", {})));
    this.paint();
    this.toEnd();
  }

  paint(): void {
    const follows = this.isAtEnd();
    const { session } = this.room;
    const confirmations = byRun(session.confirmations());
    const suggestions = byRun(session.suggestions());
    for (const run of session.runs()) {
      let view = this.views.get(run.id);
      if (!view) {
        view = new RunView(run, this.room);
        this.views.set(run.id, view);
        this.place(run.id, view.element);
      }
      view.update(run, confirmations.get(run.id) ?? [], suggestions.get(run.id) ?? []);
    }
    const words = !isKept() ? NOTHING : this.room.over() ? OVER : OFFLINE;
    this.empty.querySelectorAll("p").forEach((line, index) => {
      say(line, words[index] ?? "");
    });
    this.empty.hidden = this.element.querySelector("[data-run-id]") !== null;
    if (follows) this.toEnd();
  }

  /** Brings the question into view; the person who asked to review it gets its first button. */
  reveal(confirmation: string): void {
    const card = this.element.querySelector<HTMLElement>(`[data-confirmation-id="${CSS.escape(confirmation)}"]`);
    card?.scrollIntoView({ block: "nearest" });
    card?.querySelector<HTMLElement>("button")?.focus({ preventScroll: true });
  }

  toEnd(): void {
    this.element.scrollTop = this.element.scrollHeight;
  }

  private place(run: string, view: HTMLElement): void {
    const rendered = this.element.querySelector(`[data-run-id="${CSS.escape(run)}"]`);
    if (rendered) rendered.replaceWith(view);
    else this.element.append(element("li", {}, view));
  }

  private isAtEnd(): boolean {
    const { scrollHeight, scrollTop, clientHeight } = this.element;
    return scrollHeight - scrollTop - clientHeight < NEAR;
  }
}

function byRun<Entry extends { run: string }>(entries: Entry[]): Map<string, Entry[]> {
  const grouped = new Map<string, Entry[]>();
  for (const entry of entries) grouped.set(entry.run, [...(grouped.get(entry.run) ?? []), entry]);
  return grouped;
}
