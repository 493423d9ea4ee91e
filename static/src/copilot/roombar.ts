/** The slim bar above the text's foot while the copilot works: who asked, what it does now, since when, Stop, who waits. */

import { element, icon, say, set } from "../element";
import type { Room } from "../room/room";
import type { Confirmation, Run } from "../room/session";
import { REVIEW } from "./panel";
import { elapsed, hasEnded, refusal, stateInWords } from "./words";

type Now = () => number;

/** Fills `root` while something is under way in the room and hides it otherwise. */
export function mountRoomBar(root: HTMLElement, room: Room, now: Now = Date.now): void {
  const bar = new RoomBar(root, room, now);
  bar.paint();
  room.session.subscribe(() => bar.paint());
  room.subscribe(() => bar.paint());
}

class RoomBar {
  private readonly rows = new Map<string, Row>();
  private readonly queue = element("p", { class: "room-bar__queue", dir: "auto" });
  private timer: ReturnType<typeof setInterval> | undefined;

  constructor(
    private readonly root: HTMLElement,
    private readonly room: Room,
    private readonly now: Now,
  ) {
    root.replaceChildren(this.queue);
  }

  paint(): void {
    const open = this.room.session.runs().filter((run) => !hasEnded(run));
    const active = open.filter((run) => run.state !== "queued");
    const waiting = open.filter((run) => run.state === "queued");
    // A request that waits alone still needs its Stop: nothing else shows it.
    const shown = active.length > 0 ? active : waiting.splice(0, 1);
    this.showRows(shown);
    say(this.queue, queueInWords(waiting));
    this.queue.hidden = waiting.length === 0;
    this.root.hidden = open.length === 0;
    this.keepTime(open.length > 0);
  }

  private showRows(runs: Run[]): void {
    const ids = new Set(runs.map((run) => run.id));
    for (const [id, row] of this.rows) {
      if (ids.has(id)) continue;
      row.element.remove();
      this.rows.delete(id);
    }
    const questions = this.room.session.confirmations().filter((each) => each.state === "pending");
    for (const run of runs) {
      let row = this.rows.get(run.id);
      if (!row) {
        row = new Row(run.id, this.room);
        this.rows.set(run.id, row);
        this.queue.before(row.element);
      }
      row.update(
        run,
        questions.find((each) => each.run === run.id),
        this.now(),
      );
    }
  }

  private keepTime(running: boolean): void {
    if (running && this.timer === undefined) this.timer = setInterval(() => this.paint(), 1000);
    if (running || this.timer === undefined) return;
    clearInterval(this.timer);
    this.timer = undefined;
  }
}

class Row {
  readonly element: HTMLElement;
  private readonly who = element("b");
  private readonly words = element("span", { dir: "auto" });
  private readonly time = element("span", { class: "room-bar__time" });
  private readonly review = element("button", { type: "button", class: "button" }, "Review");
  private readonly stop = element("button", { type: "button", class: "button" }, icon("stop"), "Stop");
  private question = "";

  constructor(
    private readonly run: string,
    private readonly room: Room,
  ) {
    this.review.addEventListener("click", () => {
      document.dispatchEvent(new CustomEvent(REVIEW, { detail: this.question }));
    });
    this.stop.addEventListener("click", () => this.halt());
    this.element = element(
      "div",
      { class: "room-bar__row" },
      icon("copilot"),
      element("p", { class: "room-bar__words" }, this.who, " ", this.words),
      this.time,
      this.review,
      this.stop,
    );
  }

  update(run: Run, question: Confirmation | undefined, now: number): void {
    this.question = question?.id ?? "";
    set(this.element, "data-state", run.state);
    say(this.who, question ? `${run.copilot || "Copilot"} asks:` : `${run.asker_name} asked.`);
    say(this.words, question ? question.sentence : stateInWords(run));
    say(this.time, elapsed(run.created, now));
    this.review.hidden = !question;
    this.stop.hidden = !this.room.may("stop");
  }

  private async halt(): Promise<void> {
    this.stop.disabled = true;
    try {
      await this.room.command("stop", { run: this.run });
    } catch (error) {
      say(this.words, refusal(error));
    } finally {
      this.stop.disabled = false;
    }
  }
}

function queueInWords(waiting: Run[]): string {
  const [next, ...others] = waiting;
  if (!next) return "";
  const more = others.length > 0 ? `, and ${others.length} more` : "";
  return `Next: ${next.asker_name}, “${shortened(next.request)}”${more}`;
}

function shortened(text: string): string {
  return text.length > 60 ? `${text.slice(0, 59).trimEnd()}…` : text;
}
