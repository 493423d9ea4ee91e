// @vitest-environment happy-dom
import { beforeEach, expect, test } from "vitest";
import type { Confirmation } from "../../room/session";
import { FakeRoom } from "../fake_room";
import { cardFor } from ".";
import { registerCard } from "./registry";

let room: FakeRoom;
beforeEach(() => {
  room = new FakeRoom();
});

/** The card in the page, following the session as the panel makes it do. */
function shown(changes: Partial<Confirmation> = {}): HTMLElement {
  const card = cardFor(room.confirmation("q", changes), room);
  room.session.subscribe(() => {
    const [newest] = room.session.confirmations();
    if (newest) card.update(newest);
  });
  document.body.replaceChildren(card.element);
  return card.element;
}

const button = (name: string) => [...document.querySelectorAll("button")].find((each) => each.textContent === name);
const settled = () => new Promise((resolve) => setTimeout(resolve));
const visible = (selector: string) => {
  const found = document.querySelector<HTMLElement>(selector);
  return found?.closest("[hidden]") ? undefined : found?.textContent;
};

test("it shows the sentence, who asked, and the literal arguments", () => {
  const card = shown();
  expect(card.textContent).toContain("Asked by Olga");
  expect(card.textContent).toContain("Invite ada@example.com to this document as editor.");
  expect([...card.querySelectorAll("dt")].map((each) => each.textContent)).toEqual(["Email", "Role"]);
  expect([...card.querySelectorAll("dd")].map((each) => each.textContent)).toEqual(["ada@example.com", "editor"]);
});

test("arguments are text, whatever they contain", () => {
  const card = shown({ arguments: JSON.stringify({ email: "<img src=x onerror=alert(1)>", many: [1, 2] }) });
  expect(card.querySelector("img")).toBeNull();
  expect([...card.querySelectorAll("dd")].map((each) => each.textContent)).toEqual([
    "<img src=x onerror=alert(1)>",
    "[1,2]",
  ]);
});

test("it takes no focus by itself, and keeps it when it settles under the person's hand", async () => {
  shown();
  expect(document.activeElement).toBe(document.body);
  button("Confirm")?.focus();
  button("Confirm")?.click();
  await settled();
  expect(room.commands).toEqual([["decide_confirmation", { confirmation: "q", verdict: "approve" }]]);
  expect(document.activeElement?.textContent).toBe("Confirmed by Olga");
});

test("denied says by whom", async () => {
  shown();
  button("Deny")?.click();
  await settled();
  expect(visible(".card__settled")).toBe("Denied by Olga");
});

test("who comes second reads who decided", async () => {
  shown();
  const late = room.session.confirmations()[0];
  if (late) room.session.confirmationsById.set("q", { ...late, state: "denied", decided_by: "Ben" });
  button("Confirm")?.click();
  await settled();
  expect(visible(".card__note[data-refused]")).toBe("Ben has already denied this.");
});

test("a viewer sees the question and no buttons", () => {
  room.become("viewer");
  shown();
  expect(button("Confirm")?.hidden).toBe(true);
  expect(document.body.textContent).toContain("The editors of this document decide.");
});

test("expired and withdrawn say that nothing was done", () => {
  shown({ state: "expired" });
  expect(visible(".card__settled")).toBe("Nobody decided in time. Nothing was done.");
  room.confirmation("q", { state: "withdrawn" });
  expect(visible(".card__settled")).toBe("Withdrawn with the request. Nothing was done.");
});

test("a made invitation gives its link, selected where it cannot be copied", async () => {
  const result = JSON.stringify({ invitation: "i1", email: "ada@example.com", role: "editor", mail: "sent" });
  shown({ state: "done", decided_by: "Ben", result });
  expect(document.body.textContent).toContain("A mail is on its way to ada@example.com.");
  button("Copy link")?.click();
  await settled();
  const field = document.querySelector<HTMLInputElement>("[data-invitation-url]");
  expect(field?.dataset["invitationUrl"]).toBe("http://127.0.0.1/invitation/i1");
  expect(field?.value).toBe("http://127.0.0.1/invitation/i1");
  expect(field?.hidden).toBe(false);
});

test("a mail that failed is told, with what to do instead", () => {
  shown({ state: "done", result: JSON.stringify({ invitation: "i1", email: "ada@example.com", mail: "failed" }) });
  expect(document.body.textContent).toContain(
    "The mail to ada@example.com could not be sent. Copy the link and send it.",
  );
});

test("a site's own card takes the place of the generic one, by the tool's name", () => {
  registerCard("count_words", () => {
    const element = document.createElement("p");
    element.textContent = "mine";
    return { element, update: () => undefined };
  });
  expect(shown({ tool: "count_words" }).textContent).toBe("mine");
  expect(shown({ tool: "rename_document" }).dataset["confirmationId"]).toBe("q");
});
