/** Who is here, in the bar: a few faces, the rest in a list; each leads to where that person is in the text. */

import { announce } from "../announce";
import { element, icon, say, set } from "../element";
import { initials } from "./presence";
import type { Participant, Room } from "./room";

/** Faces in the bar; one more than these is shown too, since "+1" takes as much place. */
export const FACES = 5;

/** People come before agents, as `participants` orders them; agents always show. */
export function crowd(here: Participant[]): { shown: Participant[]; more: number } {
  const people = here.filter(({ kind }) => kind !== "agent");
  if (people.length <= FACES + 1) return { shown: here, more: 0 };
  const agents = here.filter(({ kind }) => kind === "agent");
  return { shown: [...people.slice(0, FACES), ...agents], more: people.length - FACES };
}

export function paintPeople(list: HTMLElement, room: Room): () => void {
  const items = new Map<string, HTMLElement>();
  const everybody = new Everybody();
  list.after(everybody.button, everybody.list);
  return () => {
    const here = room.participants();
    const { shown, more } = crowd(here);
    const present = new Set(shown.map((person) => person.user));
    for (const [user, item] of items) {
      if (present.has(user)) continue;
      item.remove();
      items.delete(user);
    }
    shown.forEach((person, index) => {
      const item = items.get(person.user) ?? element("li", { "data-user-id": person.user, "data-kind": person.kind });
      items.set(person.user, item);
      fillFace(item, person);
      if (list.children[index] !== item) list.insertBefore(item, list.children[index] ?? null);
    });
    everybody.paint(here, more);
  };
}

function fillFace(item: HTMLElement, person: Participant): void {
  const label = labelOf(person);
  const shown = [label, person.status].filter(Boolean).join(", ");
  if (item.dataset["shown"] === shown + person.colour + person.client) return;
  item.dataset["shown"] = shown + person.colour + person.client;
  item.style.setProperty("--colour", person.colour);
  set(item, "title", shown);
  if (person.kind === "agent") {
    const status = person.status ? element("span", { class: "participants__status" }, ` ${person.status}`) : null;
    item.replaceChildren(icon("copilot"), element("span", {}, person.name), ...(status ? [status] : []));
    return;
  }
  const face = [
    element("span", { "aria-hidden": "true" }, initials(person.name)),
    element("span", { class: "visually-hidden" }, label),
  ];
  item.replaceChildren(...(person.here ? face : [goTo(person, "participants__go", face)]));
}

function labelOf(person: Participant): string {
  return person.here ? `${person.name} (you)` : person.name;
}

function goTo(person: Participant, kind: string, content: Node[]): HTMLElement {
  return element("button", { type: "button", class: kind, onclick: () => showPlaceOf(person) }, ...content);
}

/** Brings a person's caret into view. Who has not touched the text has none. */
function showPlaceOf({ client, name }: Participant): void {
  const caret = document.querySelector<HTMLElement>(`.ProseMirror-yjs-cursor[data-client="${client}"]`);
  caret?.scrollIntoView({ block: "center" });
  caret?.dispatchEvent(new CustomEvent("scriptorium:look"));
  announce(caret ? `Showing where ${name} is.` : `${name} has not touched the text yet.`);
}

/** The list behind "+4", drawn only while it is open: hundreds may be here. */
class Everybody {
  readonly button = element("button", {
    type: "button",
    class: "button button--quiet participants__more",
    popovertarget: "everybody",
    hidden: true,
  });
  readonly list = element("div", {
    id: "everybody",
    class: "menu",
    popover: "auto",
    role: "group",
    "aria-label": "Everybody here",
  });
  #here: Participant[] = [];

  constructor() {
    this.list.addEventListener("toggle", () => this.#draw());
  }

  paint(here: Participant[], more: number): void {
    this.#here = here;
    this.button.hidden = more === 0;
    say(this.button, `+${more}`);
    set(this.button, "aria-label", `${more} more people here`);
    if (more === 0 && this.#isOpen()) this.list.hidePopover();
    this.#draw();
  }

  #isOpen(): boolean {
    return this.list.isConnected && this.list.matches(":popover-open");
  }

  #draw(): void {
    if (!this.#isOpen()) return;
    const names = this.#here.map((person) => person.user + person.name).join();
    if (this.list.dataset["names"] === names) return;
    this.list.dataset["names"] = names;
    const rows = this.#here.map((person) => {
      const dot = element("span", { class: "participants__dot", "aria-hidden": "true" });
      dot.style.setProperty("--colour", person.colour);
      const label = [dot, document.createTextNode(labelOf(person))];
      const leads = !person.here && person.kind !== "agent";
      return element("li", {}, leads ? goTo(person, "", label) : element("span", { class: "menu__row" }, ...label));
    });
    this.list.replaceChildren(element("ul", {}, ...rows));
  }
}
