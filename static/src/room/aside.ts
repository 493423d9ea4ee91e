/** Text that could not be saved any more (rights were taken away meanwhile) is kept in the tab, for the person to copy. */

import type { Notices } from "./notices";

const key = (document: string): string => `aside:${document}`;

export function setAside(document: string, text: string): void {
  try {
    sessionStorage.setItem(key(document), text);
  } catch {
    console.warn("The text is too long to keep aside.");
  }
}

/** Offers what was set aside before the page was built anew. */
export function mountAside(document: string, notices: Notices): void {
  const text = sessionStorage.getItem(key(document));
  if (!text) return;
  const put = { name: "Copy my version", act: () => void navigator.clipboard?.writeText(text) };
  const drop = {
    name: "Forget it",
    act: () => {
      sessionStorage.removeItem(key(document));
      notices.clear("aside");
    },
  };
  notices.show(
    "aside",
    "You may no longer change this document. Your version with the unsaved changes is kept here.",
    put,
    drop,
  );
}
