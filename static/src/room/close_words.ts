/** Why the server closed the room for good, in words: what happened, what is safe, what to do, and the button for that. */

import { CloseCode } from "../wire/close_codes";

export interface Ended {
  sentence: string;
  /** What the button says that opens the page anew. */
  next: "Reload" | "Sign in" | "All documents";
  /** Sent again it would be refused again: the page begins anew without what was not saved, which is set aside. */
  refused?: true;
  /** There is nothing to come back to: what this page holds is offered to take away. */
  gone?: true;
}

const ENDED: Record<number, Ended> = {
  [CloseCode.MALFORMED]: {
    sentence: "The server could not take what this page sent. What was called saved is safe. Reload to go on.",
    next: "Reload",
    refused: true,
  },
  [CloseCode.NOT_SIGNED_IN]: {
    sentence: "You are no longer signed in. Sign in again to go on writing.",
    next: "Sign in",
  },
  [CloseCode.NO_RIGHT]: {
    sentence: "You no longer have access to this document. Ask its owner for a new link.",
    next: "Reload",
  },
  [CloseCode.NO_DOCUMENT]: { sentence: "This document has been deleted.", next: "All documents", gone: true },
  [CloseCode.EPOCH_OR_SCHEMA]: {
    sentence: "This document was restored or changed in a way this page does not know. Reload to go on.",
    next: "Reload",
  },
  [CloseCode.TOO_LARGE]: {
    sentence:
      "The last change was too large, or the document has reached the size it can have. Reload to go on without it.",
    next: "Reload",
    refused: true,
  },
  [CloseCode.TOO_FAST]: {
    sentence: "This page sent more than the server takes at once. Wait a moment, then reload.",
    next: "Reload",
  },
};

const TOO_MANY_WINDOWS: Ended = {
  sentence: "You have more windows open than the server takes of one person. Close some of them, then reload.",
  next: "Reload",
};

const UNKNOWN: Ended = { sentence: "The server has closed this document. Reload to try again.", next: "Reload" };

/** `admitted`: the room had let this connection in before it was closed. */
export function ended(code: number, admitted: boolean): Ended {
  if (code === CloseCode.TOO_FAST && !admitted) return TOO_MANY_WINDOWS;
  return ENDED[code] ?? UNKNOWN;
}

/** The server asked for a moment of peace; the page comes back by itself. */
export const BUSY =
  "The server cannot let this page in just now: it is busy, or the document holds as many people as it takes." +
  " The page tries again by itself; nothing is lost.";
