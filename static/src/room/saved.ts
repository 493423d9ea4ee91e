/** Which local changes the server has committed, from the counter `n` that it sends and from nothing else. */

import type { SaveState } from "./room";

interface Mark {
  frame: number;
  made: number;
}

/**
 * Changes are numbered from 1 as they are made. A connection's first step 2 carries all of them, and from then on each
 * update carries the newest; an update sent before it promises nothing, since the server may have met a gap.
 */
export class SavedCounter {
  #made = 0;
  #saved = 0;
  #frames = 0;
  #covering = false;
  #marks: Mark[] = [];

  /** A local change was made. Called before the frame that carries it is sent. */
  changed(): void {
    this.#made += 1;
  }

  /** This browser kept changes from before that were never called saved. */
  found(changes: number): void {
    this.#made += changes;
  }

  /** A content frame went out on the open connection. */
  sent(kind: "step2" | "update"): void {
    this.#frames += 1;
    if (kind === "step2") this.#covering = true;
    if (this.#covering) this.#marks.push({ frame: this.#frames, made: this.#made });
  }

  /** The server has committed this connection's first `n` content frames. */
  acknowledged(n: number): void {
    while (this.#marks[0] && this.#marks[0].frame <= n) {
      this.#saved = Math.max(this.#saved, this.#marks[0].made);
      this.#marks.shift();
    }
  }

  /** The connection ended: what it has not acknowledged must be carried again by the next one's step 2. */
  disconnected(): void {
    this.#frames = 0;
    this.#covering = false;
    this.#marks = [];
  }

  get unsaved(): number {
    return this.#made - this.#saved;
  }
}

export type Connection = "opening" | "open" | "offline" | "closed";

/** What the bar says. `troubled`: the server cannot write just now and says so. */
export function saveState(connection: Connection, unsaved: number, troubled: boolean): SaveState {
  if (connection === "offline" || connection === "closed") {
    const words = connection === "closed" ? "not connected" : "offline";
    return {
      state: "offline",
      unsaved,
      words: unsaved > 0 ? `${changes(unsaved)} not saved, ${words}` : capital(words),
    };
  }
  if (connection === "opening") return { state: "saving", unsaved, words: "Opening" };
  if (troubled) {
    const what = unsaved > 0 ? `${changes(unsaved)} not saved` : "Nothing is saved just now";
    return { state: "troubled", unsaved, words: `${what}, trying again` };
  }
  return unsaved > 0 ? { state: "saving", unsaved, words: "Saving" } : { state: "saved", unsaved, words: "Saved" };
}

/** "1 change", "3 changes". */
export function changes(count: number): string {
  return count === 1 ? "1 change" : `${count} changes`;
}

function capital(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}
