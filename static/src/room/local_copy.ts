/** This browser's copy of a document: what was typed survives the tab, also while the server is away. */

import { IndexeddbPersistence } from "y-indexeddb";
import type { Doc } from "yjs";
import { answerOf, CUSTOM, inTime, opened, within } from "./browser_database";
import { noteOf, takeOver } from "./unsaved_notes";

const CALM = 250;
/** An update without a change. */
const NOTHING = new Uint8Array([0, 0]);
/** For a large document on a slow machine; a browser that keeps nothing is found out before. */
const LOADING = 30_000;

export class LocalCopy {
  #noted: number;
  #wanted: number;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #writing = false;

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
    if (!(await inTime(takesMore(name)))) return null;
    const store = new IndexeddbPersistence(name, content);
    giveUpQuietly(store, content);
    const loaded = await inTime(store.whenSynced, LOADING);
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

  /** One at a time, always the newest: fast typing leaves no queue behind it. */
  #write(): void {
    const { db } = this.store;
    if (this.#writing || this.#wanted === this.#noted || !db) return;
    this.#noted = this.#wanted;
    try {
      const transaction = db.transaction(CUSTOM, "readwrite");
      const custom = transaction.objectStore(CUSTOM);
      if (this.#wanted > 0) custom.put(this.#wanted, noteOf(this.tab));
      else custom.delete(noteOf(this.tab));
      this.#writing = true;
      transaction.onabort = transaction.oncomplete = () => {
        this.#writing = false;
        this.#write();
      };
    } catch {
      // The copy was dropped, by signing out in another tab or by the browser: it ends here.
    }
  }
}

/** Whether this browser stores something new under this name; y-indexeddb would wait for ever. */
async function takesMore(name: string): Promise<boolean> {
  const database = await opened(name);
  try {
    await within(database, async (updates) => updates.delete(await answerOf(updates.add(NOTHING))));
    return true;
  } finally {
    database.close();
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
