/** The page with the list of documents: renaming in place of a detour through the document. */

import { ago } from "./ago";
import { csrfToken } from "./element";
import { isKept, startWorker } from "./offline/connection";
import { signedIn } from "./offline/keeping";
import { mountKeptList } from "./offline/kept_list";
import { keepOnlyPagesOf, keepPage } from "./offline/kept_pages";
import { wholePage } from "./offline/shell";
import { mountPreferences } from "./preferences";
import { mountSignOut } from "./sign_out";

mountOffline();
mountPreferences();
mountSignOut();
if (!isKept()) mountRename();
for (const time of document.querySelectorAll("time")) time.textContent = ago(Date.parse(time.dateTime), Date.now());

/** Before anything has changed the page; the one with the list is kept as it came. */
function mountOffline(): void {
  startWorker();
  const list = document.querySelector("main");
  if (isKept()) {
    if (list) void mountKeptList(list);
    return;
  }
  void keepOnlyPagesOf(signedIn());
  if (location.pathname !== "/") return;
  void keepPage(signedIn(), location.href, wholePage(document, Date.now())).catch(() => undefined);
}

function mountRename(): void {
  const dialog = document.querySelector<HTMLDialogElement>("#rename-dialog");
  const form = dialog?.querySelector<HTMLFormElement>("form.form");
  const field = form?.querySelector<HTMLInputElement>("input[name=title]");
  const said = dialog?.querySelector<HTMLElement>(".dialog__said");
  if (!dialog || !form || !field || !said) return;
  let row: HTMLElement | null = null;

  for (const button of document.querySelectorAll<HTMLButtonElement>("[data-rename]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      row = button.closest(".documents__row");
      form.action = button.dataset["rename"] ?? "";
      field.value = row?.querySelector(".documents__title")?.textContent?.trim() ?? "";
      said.textContent = "";
      dialog.showModal();
      field.select();
    });
  }
  for (const close of dialog.querySelectorAll<HTMLButtonElement>("[data-close]")) {
    close.addEventListener("click", () => dialog.close());
  }
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const title = field.value.trim();
    if (!(await renamed(form.action, title))) {
      said.textContent = "The name was not changed: the server did not answer, or you may not rename it. Try again.";
      return;
    }
    const shown = row?.querySelector(".documents__title");
    if (shown) shown.textContent = title || "Untitled";
    dialog.close();
  });
}

async function renamed(address: string, title: string): Promise<boolean> {
  try {
    const response = await fetch(address, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": csrfToken() },
      body: JSON.stringify({ title }),
    });
    return response.ok;
  } catch {
    return false;
  }
}
