/** What a person chose for this browser: colours, reading face, panel. Cookies, so that the first paint is right. */

export type Preference = "theme" | "face" | "panel";

const YEAR = 365 * 24 * 60 * 60;

/** Applies the value at once and remembers it; an empty one goes back to the default. */
export function prefer(name: Preference, value: string): void {
  document.documentElement.dataset[name] = value;
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API needs a secure context, which we may not have.
  document.cookie = `${name}=${value}; path=/; samesite=lax; max-age=${value ? YEAR : 0}`;
}

/** Shows and wires the choices in the menu. */
export function mountPreferences(): void {
  for (const choice of document.querySelectorAll<HTMLElement>("#menu [data-setting]")) {
    const name = choice.dataset["setting"] === "face" ? "face" : "theme";
    const chosen = document.documentElement.dataset[name] ?? "";
    for (const input of choice.querySelectorAll("input")) {
      input.checked = input.value === chosen;
      input.addEventListener("change", () => prefer(name, input.value));
    }
    choice.hidden = false;
  }
}
