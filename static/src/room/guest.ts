/** A guest's identity: bound to this tab, kept through reloads, never in place of a signed-in session. */

import type { Person } from "./page_data";

export interface Guest {
  pass: string;
  user: Person;
}

/** Where the pass is kept; a test hands in its own. */
export type Keeper = Pick<Storage, "getItem" | "setItem" | "removeItem">;

const TOO_MANY = 429;

const key = (document: string): string => `guest:${document}`;

export function keptGuest(document: string, keeper: Keeper): Guest | null {
  try {
    return JSON.parse(keeper.getItem(key(document)) ?? "null") as Guest | null;
  } catch {
    return null;
  }
}

export function keepGuest(document: string, guest: Guest, keeper: Keeper): void {
  keeper.setItem(key(document), JSON.stringify(guest));
}

export function forgetGuest(document: string, keeper: Keeper): void {
  keeper.removeItem(key(document));
}

/** The guest of this tab: the one kept, or a new one that the server makes. Throws a sentence. */
export async function becomeGuest(document: string, url: string, csrf: string, keeper: Keeper): Promise<Guest> {
  const kept = keptGuest(document, keeper);
  if (kept) return kept;
  const headers = { "X-CSRFToken": csrf, Accept: "application/json" };
  const response = await fetch(url, { method: "POST", headers }).catch(() => null);
  if (!response) throw new Error("The server does not answer. Open this link again when you are connected.");
  if (response.status === TOO_MANY) throw new Error(((await response.json()) as { message: string }).message);
  if (!response.ok) throw new Error("This link no longer works. Ask the person who sent it for a new one.");
  const guest = (await response.json()) as Guest;
  keepGuest(document, guest, keeper);
  return guest;
}
