/** Tells of versions of this document that this browser keeps and that are not in it: of another epoch, or set aside. */

import { type CopyName, spelled } from "./copy_name";
import { keptWords, type Origin } from "./copy_words";
import type { Keeper } from "./guest";
import { copyNames, drop, type KeptCopy, read } from "./kept_copies";
import type { Notices } from "./notices";
import { takeAway } from "./take_away";

/** `current` is the text as it is: a version that reads the same, and in which nothing is unsaved, is not worth a word. */
export async function mountKeptNotices(
  inUse: CopyName,
  title: string,
  current: string,
  mayWrite: boolean,
  notices: Notices,
): Promise<void> {
  const others = await copyNames(
    (name) => name.person === inUse.person && name.document === inUse.document && spelled(name) !== spelled(inUse),
  );
  for (const name of others) {
    const copy = await read(name);
    if (copy?.text && (copy.unsaved > 0 || copy.text !== current)) tell(copy, title, mayWrite, notices);
  }
}

const textKey = (document: string): string => `aside:${document}`;

/** Where the browser keeps no copies: the text alone, for as long as the tab. */
export function rememberText(document: string, text: string, memory: Keeper): void {
  try {
    memory.setItem(textKey(document), text);
  } catch {
    console.warn("The text is too long to keep aside.");
  }
}

export function mountRememberedText(
  document: string,
  title: string,
  mayWrite: boolean,
  memory: Keeper,
  notices: Notices,
): void {
  const text = memory.getItem(textKey(document));
  if (!text) return;
  const forget = {
    name: "Forget it",
    act: () => {
      memory.removeItem(textKey(document));
      notices.clear("aside");
    },
  };
  notices.show("aside", keptWords(setAside(mayWrite), 0), ...takeAway(title, () => text), forget);
}

/** Who may still write was not downgraded: then the server would not take what was set aside. */
function setAside(mayWrite: boolean): Origin {
  return mayWrite ? "refused" : "reader";
}

function tell(copy: KeptCopy, title: string, mayWrite: boolean, notices: Notices): void {
  const subject = spelled(copy.name);
  const forget = {
    name: "Forget it",
    act: () => {
      void drop(copy.name);
      notices.clear(subject);
    },
  };
  const origin = copy.name.aside > 0 ? setAside(mayWrite) : "epoch";
  notices.show(subject, keptWords(origin, copy.unsaved), ...takeAway(title, () => copy.text), forget);
}
