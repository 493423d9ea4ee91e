/** What the rest of the page knows of the text: what is selected there, and what somebody wants to ask about it. */

import type { Target } from "./room";

/** What the editor offers once it stands. */
export interface TextPort {
  selection(): Target | null;
  focusSuggestion(id: string): void;
}

export class TextLink {
  readonly #selectionListeners = new Set<(target: Target | null) => void>();
  readonly #askListeners = new Set<(target: Target) => void>();
  #text: TextPort | null = null;
  #forgotten: string | null = null;

  attach(text: TextPort | null): void {
    this.#text = text;
  }

  selection(): Target | null {
    const target = this.#text?.selection() ?? null;
    return target && JSON.stringify(target) !== this.#forgotten ? target : null;
  }

  /** The selection is not what a request is about, until it changes. */
  forgetSelection(): void {
    this.#forgotten = JSON.stringify(this.#text?.selection() ?? null);
    this.selectionChanged();
  }

  selectionChanged(): void {
    const target = this.selection();
    for (const listener of this.#selectionListeners) listener(target);
  }

  onSelection(listener: (target: Target | null) => void): () => void {
    this.#selectionListeners.add(listener);
    return () => this.#selectionListeners.delete(listener);
  }

  focusSuggestion(id: string): void {
    this.#text?.focusSuggestion(id);
  }

  ask(target: Target): void {
    this.#forgotten = null;
    for (const listener of this.#askListeners) listener(target);
  }

  onAsk(listener: (target: Target) => void): () => void {
    this.#askListeners.add(listener);
    return () => this.#askListeners.delete(listener);
  }
}
