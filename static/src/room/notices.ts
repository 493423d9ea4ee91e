/** Sentences above the text: what happened, what is safe, what to do. One a subject; each can be put away. */

import { element } from "../element";

export interface NoticeAction {
  name: string;
  act(): void;
}

export const RELOAD: NoticeAction = { name: "Reload", act: () => location.reload() };

export class Notices {
  readonly #shown = new Map<string, HTMLElement>();

  constructor(private readonly region: HTMLElement) {}

  show(subject: string, sentence: string, ...actions: NoticeAction[]): void {
    const buttons = [...actions, { name: "Dismiss", act: () => this.clear(subject) }].map(({ name, act }) =>
      element("button", { type: "button", class: "button button--small", onclick: act }, name),
    );
    const notice = element(
      "p",
      { class: "notice", "data-subject": subject },
      element("span", {}, sentence),
      element("span", {}, ...buttons),
    );
    const before = this.#shown.get(subject);
    if (before) before.replaceWith(notice);
    else this.region.append(notice);
    this.#shown.set(subject, notice);
  }

  clear(subject: string): void {
    this.#shown.get(subject)?.remove();
    this.#shown.delete(subject);
    if (this.#shown.size === 0) this.region.replaceChildren();
  }
}
