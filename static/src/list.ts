/** The page with the list of documents: renaming in place of a detour through the document. */

import { ago } from "./ago";
import { csrfToken } from "./element";
import { mountPreferences } from "./preferences";
import { mountSignOut } from "./sign_out";

mountPreferences();
mountSignOut();
mountRename();
for (const time of document.querySelectorAll("time")) time.textContent = ago(Date.parse(time.dateTime), Date.now());

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
