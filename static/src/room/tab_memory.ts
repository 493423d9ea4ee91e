/** What this tab remembers through reloads; where the browser forbids that, until the next one. */

import type { Keeper } from "./guest";

export function tabMemory(): Keeper {
  try {
    const probe = "scriptorium:probe";
    sessionStorage.setItem(probe, "");
    sessionStorage.removeItem(probe);
    return sessionStorage;
  } catch {
    return forgetful();
  }
}

function forgetful(): Keeper {
  const values = new Map<string, string>();
  return {
    getItem: (key) => values.get(key) ?? null,
    setItem: (key, value) => void values.set(key, value),
    removeItem: (key) => void values.delete(key),
  };
}
