/** How many changes of a copy are not in the journal, as the tabs that made them have noted beside it. */

import { answerOf } from "./browser_database";

const UNSAVED = "unsaved:";
const SEEN = "seen";
const ALL_UNSAVED = () => IDBKeyRange.bound(UNSAVED, `${UNSAVED}\uffff`);

export const noteOf = (tab: string): string => UNSAVED + tab;

export async function unsavedIn(custom: IDBObjectStore): Promise<number> {
  const notes: unknown[] = await answerOf(custom.getAll(ALL_UNSAVED()));
  return notes.reduce<number>((sum, note) => sum + (typeof note === "number" ? note : 0), 0);
}

/** This tab has loaded what the others have stored, and answers for it from now on. */
export async function takeOver(custom: IDBObjectStore, tab: string, now: number): Promise<number> {
  const unsaved = await unsavedIn(custom);
  custom.delete(ALL_UNSAVED());
  if (unsaved > 0) custom.put(unsaved, noteOf(tab));
  custom.put(now, SEEN);
  return unsaved;
}

export async function lastSeen(custom: IDBObjectStore): Promise<number> {
  return Number((await answerOf(custom.get(SEEN))) ?? 0);
}
