/** The bar on top: the title edited in place, what is saved, who is here, and one's own name. */

import { element, icon, say, set } from "../element";
import { initials } from "./presence";
import { Nack, type Participant, type Room } from "./room";

/** Takes over what the server rendered and follows the room. */
export function mountHeader(room: Room, complain: (sentence: string) => void): void {
  const title = document.querySelector<HTMLInputElement>("#title");
  const saved = document.querySelector<HTMLElement>("#save-state");
  const people = document.querySelector<HTMLElement>("#participants");
  const name = document.querySelector<HTMLElement>("#own-name");
  const paints = [
    saved && (() => paintSaved(saved, room)),
    people && paintPeople(people, room),
    title && paintTitle(title, room, complain),
    name && paintName(name, room, complain),
  ];
  const paint = () => {
    for (const each of paints) each?.();
  };
  room.subscribe(paint);
  paint();
}

function paintSaved(saved: HTMLElement, room: Room): void {
  const { state, words } = room.saveState();
  set(saved, "data-state", state);
  say(saved, words);
}

function paintTitle(field: HTMLInputElement, room: Room, complain: (sentence: string) => void): () => void {
  const rename = async () => {
    if (field.value === room.title()) return;
    try {
      await room.command("rename_document", { title: field.value });
    } catch (error) {
      complain(inWords(error));
      field.value = room.title();
    }
  };
  field.addEventListener("change", rename);
  field.addEventListener("keydown", (event) => {
    if (event.key === "Escape") field.value = room.title();
    if (event.key === "Enter" || event.key === "Escape") field.blur();
  });
  return () => {
    field.readOnly = !room.may("rename");
    if (document.activeElement !== field && field.value !== room.title()) field.value = room.title();
    const heading = room.title() || "Untitled";
    document.title = `${heading} · Scriptorium`;
  };
}

function paintPeople(list: HTMLElement, room: Room): () => void {
  const items = new Map<string, HTMLElement>();
  return () => {
    const here = room.participants();
    const present = new Set(here.map((person) => person.user));
    for (const [user, item] of items) {
      if (present.has(user)) continue;
      item.remove();
      items.delete(user);
    }
    here.forEach((person, index) => {
      const item = items.get(person.user) ?? element("li", { "data-user-id": person.user, "data-kind": person.kind });
      items.set(person.user, item);
      fillPerson(item, person);
      if (list.children[index] !== item) list.insertBefore(item, list.children[index] ?? null);
    });
  };
}

function fillPerson(item: HTMLElement, person: Participant): void {
  const label = person.here ? `${person.name} (you)` : person.name;
  const shown = [label, person.status].filter(Boolean).join(", ");
  if (item.dataset["shown"] === shown + person.colour) return;
  item.dataset["shown"] = shown + person.colour;
  item.style.setProperty("--colour", person.colour);
  set(item, "title", shown);
  if (person.kind === "agent") {
    const status = person.status ? element("span", { class: "participants__status" }, ` ${person.status}`) : null;
    item.replaceChildren(icon("copilot"), element("span", {}, person.name), ...(status ? [status] : []));
  } else {
    item.replaceChildren(
      element("span", { "aria-hidden": "true" }, initials(person.name)),
      element("span", { class: "visually-hidden" }, label),
    );
  }
}

function paintName(root: HTMLElement, room: Room, complain: (sentence: string) => void): () => void {
  const field = element("input", {
    class: "input",
    type: "text",
    "aria-label": "Your name",
    maxlength: "60",
    required: true,
  });
  const form = element(
    "form",
    { class: "own-name__form" },
    field,
    element("button", { type: "submit", class: "button" }, "Save"),
  );
  const face = element("span", { class: "own-name__face" });
  const button = element("button", { type: "button", class: "button button--quiet" }, face);
  const close = () => {
    root.replaceChildren(button);
    button.focus();
  };
  button.addEventListener("click", () => {
    field.value = room.me().name;
    root.replaceChildren(form);
    field.select();
  });
  form.addEventListener("keydown", (event) => event.key === "Escape" && close());
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      await room.command("set_name", { name: field.value.trim() });
      close();
    } catch (error) {
      complain(inWords(error));
    }
  });
  root.replaceChildren(button);
  return () => {
    say(face, room.me().name);
    set(button, "aria-label", `Your name: ${room.me().name}`);
  };
}

function inWords(error: unknown): string {
  return error instanceof Nack ? error.message : "The server did not answer. Try again.";
}
