/** What is kept of a page: everything but what people wrote, which comes from the person's own copy of the document. */

import type { PageData } from "../room/page_data";

export type Known = Pick<PageData, "role" | "me"> & { title: string };

const WITHOUT = ".text__rendered, .thread, .participants, .notices";
const NOTHING: PageData["session"] = { runs: {}, suggestions: {}, confirmations: {} };

export class Shell {
  readonly #root: HTMLElement;

  /** Of a document's page as it came: before any script has changed it. */
  constructor(page: Document) {
    this.#root = copy(page.documentElement);
  }

  /** `now` is ms since 1970. */
  html(known: Known, now: number): string {
    const root = this.#root;
    root.dataset["kept"] = new Date(now).toISOString();
    root.querySelector("#title")?.setAttribute("value", known.title);
    const heading = root.querySelector("title");
    if (heading) heading.textContent = `${known.title || "Untitled"} · Scriptorium`;
    const state = root.querySelector<HTMLElement>("#save-state");
    if (state) {
      state.dataset["state"] = "offline";
      state.textContent = "Offline";
    }
    const data = root.querySelector("#page-data");
    if (data) data.textContent = inScript(withKnown(JSON.parse(data.textContent || "{}") as PageData, known));
    return `<!doctype html>${root.outerHTML}`;
  }
}

function withKnown(data: PageData, { title, role, me }: Known): PageData {
  return { ...data, document: { ...data.document, title }, role, me: data.me && me, session: NOTHING };
}

/** The list of documents: addresses and titles, kept whole but for what was said once. */
export function wholePage(page: Document, now: number): string {
  const root = page.documentElement.cloneNode(true) as HTMLElement;
  root.dataset["kept"] = new Date(now).toISOString();
  root.querySelector(".messages")?.remove();
  return `<!doctype html>${root.outerHTML}`;
}

/** JSON that no `</script>` in a title ends; the same that Django's json_script does. */
function inScript(data: PageData): string {
  return JSON.stringify(data).replaceAll("<", "\\u003c").replaceAll(">", "\\u003e").replaceAll("&", "\\u0026");
}

/** Without walking through the text, however long it is. */
function copy<Kind extends Node>(node: Kind): Kind {
  const made = node.cloneNode(false) as Kind;
  if (node instanceof Element && node.matches(WITHOUT)) return made;
  for (const child of node.childNodes) made.appendChild(copy(child));
  return made;
}
