/** The list of documents without its server: what this browser has kept can be opened, the rest says what it needs. */

import { element } from "../element";
import { keptPage } from "./kept_pages";

export async function mountKeptList(main: Element): Promise<void> {
  main.prepend(
    element(
      "p",
      { class: "message message--alone", role: "status" },
      "You are offline. What you opened in this browser before can be opened and written in; the rest needs the connection.",
    ),
  );
  for (const control of main.querySelectorAll<HTMLElement>("form button")) control.hidden = true;
  for (const link of main.querySelectorAll<HTMLAnchorElement>(".documents__link")) {
    if (await keptPage(link.href)) continue;
    link.removeAttribute("href");
    link.append(element("span", { class: "documents__away" }, "Not in this browser"));
  }
}
