/** This browser's copy of a document: what was typed survives the tab, also while the server is away. */

import { IndexeddbPersistence } from "y-indexeddb";
import type { Doc } from "yjs";
import { CUSTOM, inTime, opened, within } from "./browser_database";
import { noteOf, takeOver } from "./unsaved_notes";

const CALM = 250;

export class LocalCopy {
  #noted: number;
  #wanted: number;
  #timer: ReturnType<typeof setTimeout> | undefined;

  private constructor(
    private readonly store: IndexeddbPersistence,
    private readonly tab: string,
    /** Changes in it that were never called saved. */
    readonly found: number,
  ) {
    this.#noted = this.#wanted = found;
  }

  /** Loads it into `content`. Null where this browser keeps nothing: then the page works without. */
  static async open(name: string, content: Doc): Promise<LocalCopy | null> {
    const database = await inTime(Promise.resolve().then(() => opened(name)));
    if (!database) return null;
    database.close();
    const store = new IndexeddbPersistence(name, content);
    giveUpQuietly(store, content);
    const loaded = await inTime(store.whenSynced);
    const tab = crypto.getRandomValues(new Uint32Array(2)).join("");
    const found = loaded?.db ? await inTime(within(loaded.db, (_, custom) => takeOver(custom, tab, Date.now()))) : null;
    if (found === null) {
      void store.destroy();
      return null;
    }
    return new LocalCopy(store, tab, found);
  }

  /** Notes how many changes are not saved: more at once, fewer when it has been calm for a moment. */
  note(unsaved: number): void {
    if (unsaved === this.#wanted) return;
    this.#wanted = unsaved;
    clearTimeout(this.#timer);
    if (unsaved > this.#noted) this.#write();
    else this.#timer = setTimeout(() => this.#write(), CALM);
  }

  /** Writes nothing more. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    await this.store.destroy();
  }

  #write(): void {
    if (this.#wanted === this.#noted) return;
    this.#noted = this.#wanted;
    try {
      const custom = this.store.db?.transaction(CUSTOM, "readwrite").objectStore(CUSTOM);
      if (this.#wanted > 0) custom?.put(this.#wanted, noteOf(this.tab));
      else custom?.delete(noteOf(this.tab));
    } catch {
      // The copy was dropped, by signing out in another tab or by the browser: it ends here.
    }
  }
}

/** Where the browser takes no more, y-indexeddb would throw into the editor's transaction; a copy with a hole is worth nothing. */
function giveUpQuietly(store: IndexeddbPersistence, content: Doc): void {
  const write = store._storeUpdate;
  const stop = () => content.off("update", guarded);
  const guarded = (update: Uint8Array, origin: unknown): void => {
    try {
      write(update, origin);
    } catch {
      stop();
    }
  };
  content.off("update", write);
  content.on("update", guarded);
  store._storeUpdate = guarded;
  addEventListener("unhandledrejection", (event) => {
    if (!isQuota(event.reason)) return;
    event.preventDefault();
    stop();
  });
}

function isQuota(reason: unknown): boolean {
  return reason instanceof Error && /quota/i.test(`${reason.name} ${reason.message}`);
}
