/** What the page says of a copy that could not be merged: where it is from, and how much of it was never saved. */

import { changes } from "./saved";

/** `aside`: set aside because this person may only read now; otherwise a copy of another epoch. */
export function keptWords(aside: boolean, unsaved: number): string {
  const what = unsaved > 0 ? ` with ${changes(unsaved)} that could not be saved` : "";
  return aside
    ? `You may no longer change this document. Your version${what} is kept in this browser.`
    : `This document was restored from a backup. The version from before${what} is kept in this browser.`;
}

const NEWER = 4409;

/** Why the room was closed for good, and what becomes of what this tab holds. `kept`: this browser has a copy of it. */
export function closedWords(code: number, reason: string, unsaved: number, kept: boolean): string {
  if (unsaved > 0) {
    const what = unsaved === 1 ? "1 change is" : `${unsaved} changes are`;
    return kept
      ? `${reason} ${what} not saved, and kept in this browser.`
      : `${reason} ${what} not saved: copy or download your version first.`;
  }
  return code === NEWER && kept ? `${reason} The version that this page had is kept in this browser.` : reason;
}
