/** What a screen reader says of the connection: when it goes and when all is saved again, never each change between. */

import type { SaveState } from "./room";

export class Aloud {
  #away = false;

  /** The sentence, where there is news. */
  hear(state: SaveState["state"]): string | null {
    if (state === "offline" && !this.#away) {
      this.#away = true;
      return "You are offline. You can go on writing.";
    }
    if (state === "saved" && this.#away) {
      this.#away = false;
      return "Connected again. Everything is saved.";
    }
    return null;
  }
}
