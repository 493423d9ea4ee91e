/** The Share dialog: makes a link for a role and copies it. */

import { COPIED, COPY_BY_HAND, copy } from "./copy";
import { csrfToken, element, say } from "./element";

/** `links` is the address that makes a link. Does nothing where the page has no Share button. */
export function mountShare(links: string): void {
  const dialog = document.querySelector<HTMLDialogElement>("#share-dialog");
  const opener = document.querySelector<HTMLButtonElement>("#share");
  if (!dialog || !opener) return;
  const said = dialog.querySelector(".dialog__said");
  opener.addEventListener("click", () => {
    if (said) say(said, "");
    dialog.showModal();
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  for (const row of dialog.querySelectorAll<HTMLElement>(".link")) mountLink(row, links, said);
}

function mountLink(row: HTMLElement, links: string, said: Element | null): void {
  const role = row.dataset["role"] ?? "viewer";
  const button = row.querySelector("button");
  const field = element("input", {
    class: "input link__url",
    readonly: true,
    hidden: true,
    "aria-label": role === "editor" ? "Edit link" : "View link",
    onfocus: () => field.select(),
  });
  row.append(field);
  button?.addEventListener("click", async () => {
    button.disabled = true;
    const words = await linkCopied(links, role, field);
    button.disabled = false;
    if (said) say(said, words);
  });
}

async function linkCopied(links: string, role: string, field: HTMLInputElement): Promise<string> {
  try {
    const url = await linkFor(links, role);
    const copied = await copy(url, field);
    field.hidden = false;
    return copied ? COPIED : COPY_BY_HAND;
  } catch {
    return "The link could not be made: the server did not answer, or you may not share this document. Try again.";
  }
}

async function linkFor(links: string, role: string): Promise<string> {
  const response = await fetch(links, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": csrfToken() },
    body: JSON.stringify({ role }),
  });
  if (!response.ok) throw new Error(`${response.status}`);
  const answer: unknown = await response.json();
  if (typeof answer !== "object" || answer === null || !("url" in answer)) throw new Error("no url");
  return new URL(String(answer.url), location.href).href;
}
