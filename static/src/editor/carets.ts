/** Other people's carets and selections. A name shows for two seconds after its caret has moved, and on hover. */

import type { DecorationAttrs } from "@tiptap/pm/view";
import type { Awareness } from "y-protocols/awareness";
import { element, say } from "../element";

interface User {
  name: string;
  color: string;
}

const NAME_SHOWS = 2_000;
/** Px beside a caret that count as on it. */
const NEAR = 4;
const COLOUR = /^#[0-9a-f]{6}$/i;

interface Caret {
  root: HTMLElement;
  name: HTMLElement;
  at: string;
  timer: number;
}

export class Carets {
  readonly #carets = new Map<number, Caret>();

  constructor(private readonly awareness: Awareness) {
    awareness.on("change", ({ updated, removed }: { updated: number[]; removed: number[] }) => {
      for (const client of removed) this.#carets.delete(client);
      for (const client of updated) this.#moved(client);
    });
    addEventListener("pointermove", ({ clientX, clientY }) => this.#hovered(clientX, clientY), { passive: true });
  }

  /** A caret takes no events itself: a click on it would put what is typed next into it, and so nowhere. */
  #hovered(x: number, y: number): void {
    for (const caret of this.#carets.values()) {
      const { left, right, top, bottom } = caret.root.getBoundingClientRect();
      if (x >= left - NEAR && x <= right + NEAR && y >= top && y <= bottom && bottom > top) this.#show(caret);
    }
  }

  /** The element of a person's caret, the same one as long as they are here. */
  readonly caret = (user: User, client: number): HTMLElement => {
    const caret = this.#carets.get(client) ?? this.#make(client);
    caret.root.style.setProperty("--colour", colour(user));
    say(caret.name, user.name);
    return caret.root;
  };

  readonly selection = (user: User): DecorationAttrs => ({
    class: "ProseMirror-yjs-selection",
    style: `background-color: ${colour(user)}33`,
  });

  #make(client: number): Caret {
    const name = element("div", { "aria-hidden": "true" });
    const root = element("span", { class: "ProseMirror-yjs-cursor", "data-client": client }, "\u2060", name, "\u2060");
    const caret = { root, name, at: "", timer: 0 };
    root.addEventListener("scriptorium:look", () => this.#show(caret));
    this.#carets.set(client, caret);
    this.#show(caret);
    return caret;
  }

  #moved(client: number): void {
    const caret = this.#carets.get(client);
    const state = this.awareness.getStates().get(client);
    const at = JSON.stringify(state?.["cursor"] ?? null);
    if (!caret || caret.at === at) return;
    caret.at = at;
    this.#show(caret);
    const user = state?.["user"] as User | undefined;
    if (user) this.caret(user, client);
  }

  #show(caret: Caret): void {
    caret.root.dataset["fresh"] = "";
    clearTimeout(caret.timer);
    caret.timer = window.setTimeout(() => delete caret.root.dataset["fresh"], NAME_SHOWS);
  }
}

function colour(user: User): string {
  return COLOUR.test(user.color) ? user.color : "#5b6472";
}
