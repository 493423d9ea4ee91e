/** The bar on top: the title edited in place, what is saved, who is here, and one's own name. */

import { announce } from "../announce";
import { element, say, set } from "../element";
import { paintPeople } from "./people";
import { Nack, type Room } from "./room";
import { Aloud } from "./said_aloud";

/** Takes over what the server rendered and follows the room. */
export function mountHeader(room: Room, complain: (sentence: string) => void): void {
  const title = document.querySelector<HTMLInputElement>("#title");
  const saved = document.querySelector<HTMLElement>("#save-state");
  const people = document.querySelector<HTMLElement>("#participants");
  const name = document.querySelector<HTMLElement>("#own-name");
  const paints = [
    saved && paintSaved(saved, room),
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

function paintSaved(saved: HTMLElement, room: Room): () => void {
  const aloud = new Aloud();
  return () => {
    const { state, words } = room.saveState();
    set(saved, "data-state", state);
    say(saved, words);
    const news = room.over() ? null : aloud.hear(state);
    if (news) announce(news);
  };
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
    field.readOnly = !room.may("rename") || !room.connected();
    if (document.activeElement !== field && field.value !== room.title()) field.value = room.title();
    const heading = room.title() || "Untitled";
    document.title = `${heading} · Scriptorium`;
  };
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
