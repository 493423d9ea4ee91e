/** One request and what came of it, as it stands in the panel: words, answer, questions, and the way to its suggestions. */

import { element, icon, say, set } from "../element";
import type { Room } from "../room/room";
import type { Confirmation, Run, Suggestion } from "../room/session";
import { cardFor } from "./cards";
import type { Card } from "./cards/registry";
import { hasEnded, stateInWords, suggestionsInWords } from "./words";

export class RunView {
  readonly element: HTMLElement;
  private readonly who = element("p", { class: "run__who" });
  private readonly request = element("p", { class: "run__request", dir: "auto" });
  private readonly answer = element("div", { class: "answer", dir: "auto" });
  private readonly state = element("p", { class: "run__state" });
  private readonly note = element("p", { class: "run__note" });
  private readonly questions = element("div", { class: "run__questions" });
  private readonly reveal: HTMLButtonElement;
  private readonly cards = new Map<string, Card>();
  private suggestion = "";

  constructor(
    run: Run,
    private readonly room: Room,
  ) {
    this.reveal = element(
      "button",
      {
        type: "button",
        class: "button button--small run__reveal",
        onclick: () => room.focusSuggestion(this.suggestion),
      },
      icon("arrow"),
      element("span"),
    );
    this.element = element(
      "article",
      { class: "run", "data-run-id": run.id },
      this.who,
      this.request,
      this.answer,
      this.note,
      this.state,
      this.questions,
      this.reveal,
    );
  }

  /** Brings it up to date with its run and with what belongs to that run. */
  update(run: Run, confirmations: Confirmation[], suggestions: Suggestion[]): void {
    set(this.element, "data-state", run.state);
    say(this.who, run.asker_name);
    say(this.request, run.request);
    this.paintAnswer(run.answer);
    set(this.answer, "data-streaming", run.state === "streaming" && run.answer !== "");
    say(this.note, run.note);
    say(this.state, stateInWords(run));
    set(this.element, "aria-busy", hasEnded(run) ? null : "true");
    this.showQuestions(confirmations);
    this.showReveal(suggestions);
  }

  /** Appends what is new to one text node, so that a selection in it stays; writes it anew only where it differs. */
  private paintAnswer(text: string): void {
    const node = this.answer.firstChild;
    if (!(node instanceof Text) || !text.startsWith(node.data)) this.answer.textContent = text;
    else if (text.length > node.data.length) node.appendData(text.slice(node.data.length));
  }

  private showQuestions(confirmations: Confirmation[]): void {
    for (const confirmation of confirmations) {
      const card = this.cards.get(confirmation.id);
      if (card) card.update(confirmation);
      else {
        const made = cardFor(confirmation, this.room);
        this.cards.set(confirmation.id, made);
        this.questions.append(made.element);
      }
    }
  }

  private showReveal(suggestions: Suggestion[]): void {
    const waiting = suggestions.filter((each) => each.status === "pending" || each.status === "streaming");
    this.suggestion = waiting[0]?.id ?? "";
    this.reveal.hidden = waiting.length === 0;
    const words = this.reveal.lastElementChild;
    if (words) say(words, suggestionsInWords(waiting.length));
  }
}
