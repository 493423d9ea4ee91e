/** What the page says of a copy that could not be merged: where it is from, and how much of it was never saved. */

import { CloseCode } from "../wire/close_codes";
import { changes } from "./saved";

/** Of another epoch, or set aside: when the right to write had ended, or when the server would not take it. */
export type Origin = "epoch" | "reader" | "refused";

const ORIGINS: Record<Origin, string> = {
  epoch: "This document was restored from a backup. The version from before",
  reader: "You may no longer change this document. Your version",
  refused: "Your version",
};

export function keptWords(origin: Origin, unsaved: number): string {
  const what = unsaved > 0 ? ` with ${changes(unsaved)} that could not be saved` : "";
  return `${ORIGINS[origin]}${what} is kept in this browser.`;
}

/** Why the room was closed for good, and what becomes of what this tab holds. `kept`: this browser has a copy of it. */
export function closedWords(code: number, reason: string, unsaved: number, kept: boolean): string {
  if (unsaved > 0) {
    const what = unsaved === 1 ? "1 change is" : `${unsaved} changes are`;
    return kept
      ? `${reason} ${what} not saved, and kept in this browser.`
      : `${reason} ${what} not saved: copy or download your version first.`;
  }
  return code === CloseCode.EPOCH_OR_SCHEMA && kept
    ? `${reason} The version that this page had is kept in this browser.`
    : reason;
}
