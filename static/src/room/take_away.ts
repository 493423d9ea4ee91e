/** Gives a person the text of a version that could not be merged: to copy, or as a file. */

import { copy } from "../copy";
import { element } from "../element";
import type { NoticeAction } from "./notices";

export function takeAway(title: string, text: () => string): NoticeAction[] {
  return [
    { name: "Copy its text", act: () => void copyText(text()) },
    { name: "Download its text", act: () => download(title, text()) },
  ];
}

async function copyText(text: string): Promise<void> {
  const field = element("textarea", { class: "visually-hidden", "aria-label": "Text to copy", readonly: true });
  document.body.append(field);
  await copy(text, field);
  field.remove();
}

function download(title: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: "text/plain;charset=utf-8" }));
  element("a", {
    href: address,
    download: `${title.replace(/[\\/:*?"<>|\p{Cc}]+/gu, " ").trim() || "Untitled"}.txt`,
  }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
