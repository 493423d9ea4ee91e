/**
 * Sentences above the text: what happened, what is safe, what to do. One a subject; each can be put away.
 *
 * They lie over the text, which does not move under whoever has begun to read or type, unless they would hide the very
 * line. So that they hide nothing else, the page grows by as much above its text: who scrolls up finds all of it.
 */

import { element } from "../element";

export interface NoticeAction {
  name: string;
  act(): void;
}

export const RELOAD: NoticeAction = { name: "Reload", act: () => location.reload() };

export class Notices {
  readonly #shown = new Map<string, HTMLElement>();

  #room = 0;

  constructor(private readonly region: HTMLElement) {
    new ResizeObserver(() => this.#makeRoom()).observe(region);
  }

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
    else this.region.prepend(notice);
    this.#shown.set(subject, notice);
  }

  clear(subject: string): void {
    this.#shown.get(subject)?.remove();
    this.#shown.delete(subject);
    if (this.#shown.size === 0) this.region.replaceChildren();
  }

  #makeRoom(): void {
    const room = this.region.offsetHeight;
    const grown = room - this.#room;
    if (grown === 0) return;
    this.#room = room;
    const reads = scrollY > 0 || (navigator.userActivation?.hasBeenActive ?? true);
    const stays = reads && !(grown > 0 && coversCaret(this.region));
    document.documentElement.style.setProperty("--notices", `${room}px`);
    if (stays) scrollBy({ top: grown, behavior: "instant" });
  }
}

function coversCaret(region: HTMLElement): boolean {
  const selection = getSelection();
  const node = selection?.focusNode;
  const block = node instanceof Element ? node : node?.parentElement;
  if (!selection?.rangeCount || !block?.closest(".page")) return false;
  const caret = selection.getRangeAt(0).getClientRects()[0] ?? block.getBoundingClientRect();
  return caret.bottom > 0 && caret.top < region.getBoundingClientRect().bottom;
}
