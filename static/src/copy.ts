/** Copies text, also where the page has no secure context and so no `navigator.clipboard`. */

/** Says whether it is copied; if not, `field` holds the text, selected, for Ctrl+C. */
export async function copy(text: string, field: HTMLInputElement | HTMLTextAreaElement): Promise<boolean> {
  field.value = text;
  try {
    if (navigator.clipboard) {
      await navigator.clipboard.writeText(text);
      return true;
    }
  } catch {
    // Refused by the browser: the field below still serves.
  }
  field.hidden = false;
  field.focus();
  field.select();
  return typeof document.execCommand === "function" && document.execCommand("copy");
}

export const COPIED = "Copied.";
export const COPY_BY_HAND = "The link is selected: copy it with Ctrl+C, or ⌘C on a Mac.";
