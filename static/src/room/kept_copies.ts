/** The copies that this browser keeps beside the one in use: of other epochs, set aside, of other people. */

import * as Y from "yjs";
import { answerOf, databaseNames, dropDatabase, inTime, opened, within } from "./browser_database";
import { type CopyName, parsed, spelled } from "./copy_name";
import { plainText } from "./plain_text";
import { lastSeen, noteOf, unsavedIn } from "./unsaved_notes";

const DAY = 24 * 60 * 60 * 1000;

export interface KeptCopy {
  name: CopyName;
  unsaved: number;
  text: string;
}

export async function copyNames(wanted: (name: CopyName) => boolean): Promise<CopyName[]> {
  const names = (await databaseNames()).map(parsed).filter((name) => name !== null);
  return names.filter(wanted).sort((a, b) => a.epoch - b.epoch || a.aside - b.aside);
}

export const drop = (name: CopyName): Promise<void> => dropDatabase(spelled(name));

/** Null where it cannot be read. */
export async function read(name: CopyName): Promise<KeptCopy | null> {
  const found = await look(name, async (updates, custom) => ({
    unsaved: await unsavedIn(custom),
    stored: (await answerOf(updates.getAll())) as Uint8Array[],
  }));
  if (!found) return null;
  const content = new Y.Doc();
  content.transact(() => {
    for (const update of found.stored) Y.applyUpdate(content, update);
  });
  return { name, unsaved: found.unsaved, text: plainText(content) };
}

/** Keeps all of `content` under a name of its own in place of the copy in use. False where it could not be stored. */
export async function setAside(name: CopyName, content: Y.Doc, unsaved: number, now: number): Promise<boolean> {
  const stored = await look({ ...name, aside: now }, async (updates, custom) => {
    updates.add(Y.encodeStateAsUpdate(content));
    custom.put(unsaved, noteOf("aside"));
    return true;
  });
  await drop(name);
  return stored === true;
}

/** Changes in this browser that a person has not saved yet, in all documents. */
export async function unsavedOf(person: string): Promise<number> {
  const names = await copyNames((name) => name.kind === "person" && name.person === person && name.aside === 0);
  const counts = await Promise.all(names.map(unsavedUnder));
  return counts.reduce<number>((sum, count) => sum + (count ?? 0), 0);
}

/** Nobody is signed in: only what was never saved stays, until its person comes back; of whoever signed out nothing. */
export async function clearAfter(signedOut: string): Promise<void> {
  for (const name of await copyNames(({ kind }) => kind === "person")) {
    const safe = name.person === signedOut || (await unsavedUnder(name)) === 0;
    if (safe) await drop(name);
  }
}

/** A guest is bound to a tab: what one left that was saved is of no more use a day later. */
export async function clearFormerGuests(now: number): Promise<void> {
  for (const name of await copyNames(({ kind, aside }) => kind === "guest" && aside === 0)) {
    const found = await look(name, async (_, custom) => [await unsavedIn(custom), await lastSeen(custom)] as const);
    if (found && found[0] === 0 && found[1] < now - DAY) await drop(name);
  }
}

/** Null where it cannot be read. */
function unsavedUnder(name: CopyName): Promise<number | null> {
  return look(name, (_, custom) => unsavedIn(custom));
}

async function look<T>(name: CopyName, work: Parameters<typeof within<T>>[1]): Promise<T | null> {
  const database = await inTime(Promise.resolve().then(() => opened(spelled(name))));
  if (!database) return null;
  const result = await inTime(within(database, work));
  database.close();
  return result;
}
