/** Signing out clears what this browser has kept for the person: asks first where some of it was never saved. */

import { unsavedOf } from "./room/kept_copies";
import { changes } from "./room/saved";

/** `leaving` is called when the person has agreed. The sign-in page does the clearing (sign_in.ts). */
export function mountSignOut(leaving: () => void = () => undefined): void {
  const form = document.querySelector<HTMLFormElement>("form[data-sign-out]");
  form?.addEventListener("submit", (event) => {
    event.preventDefault();
    void agreed(form.dataset["signOut"] ?? "").then((yes) => {
      if (!yes) return;
      leaving();
      form.submit();
    });
  });
}

async function agreed(person: string): Promise<boolean> {
  const unsaved = await unsavedOf(person);
  return (
    unsaved === 0 || confirm(`Not saved yet in this browser: ${changes(unsaved)}. Sign out and lose what is not saved?`)
  );
}
