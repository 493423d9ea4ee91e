/** Two views of the panel behind tabs, by the keys that screen readers teach: arrows move, Home and End jump. */

import { element, set } from "../element";

export interface View {
  id: string;
  name: string;
  content: HTMLElement[];
}

export class Tabs {
  readonly list = element("div", { class: "tabs", role: "tablist", "aria-label": "Panel" });
  readonly views: HTMLElement[] = [];
  private readonly tabs: HTMLButtonElement[] = [];

  constructor(views: View[]) {
    for (const view of views) this.add(view);
    this.list.addEventListener("keydown", (event) => this.move(event));
    this.show(0);
  }

  show(index: number): void {
    for (const [at, tab] of this.tabs.entries()) {
      set(tab, "aria-selected", String(at === index));
      set(tab, "tabindex", at === index ? "0" : "-1");
      const view = this.views[at];
      if (view) view.hidden = at !== index;
    }
  }

  /** A number beside the tab's name; none for 0. */
  count(index: number, number: number): void {
    const count = this.tabs[index]?.querySelector<HTMLElement>(".tab__count");
    if (!count) return;
    count.hidden = number === 0;
    if (count.textContent !== String(number)) count.textContent = String(number);
  }

  private add({ id, name, content }: View): void {
    const index = this.tabs.length;
    const attributes = { type: "button", class: "tab", role: "tab", id: `tab-${id}`, "aria-controls": `view-${id}` };
    const tab = element("button", { ...attributes, onclick: () => this.show(index) }, name);
    tab.append(element("span", { class: "tab__count", hidden: true }));
    const view = { id: `view-${id}`, class: "panel__view", role: "tabpanel", "aria-labelledby": `tab-${id}` };
    this.tabs.push(tab);
    this.views.push(element("div", view, ...content));
    this.list.append(tab);
  }

  private move(event: KeyboardEvent): void {
    const at = this.tabs.findIndex((tab) => tab.contains(document.activeElement));
    const last = this.tabs.length - 1;
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: last }[event.key];
    if (to === undefined || at < 0) return;
    event.preventDefault();
    const index = Math.min(Math.max(to, 0), last);
    this.show(index);
    this.tabs[index]?.focus();
  }
}
