// @vitest-environment happy-dom
import { beforeEach, expect, test } from "vitest";
import type { Target } from "../room/room";
import { FakeRoom } from "./fake_room";
import { mountPanel } from "./panel";

const target: Target = { ranges: [{ block: "b1", index: 2, start: 0, end: 8, quote: "In order" }] };

function panel(room: FakeRoom, rendered = ""): HTMLElement {
  document.body.innerHTML = `
    <button id="panel-button"></button><p id="announcements"></p>
    <aside id="copilot-panel"><header class="panel__head"></header><ol class="thread">${rendered}</ol></aside>`;
  const root = document.querySelector<HTMLElement>("#copilot-panel");
  if (!root) throw new Error("no panel");
  mountPanel(root, room);
  return root;
}

function find<Kind extends Element = HTMLElement>(root: ParentNode, selector: string): Kind {
  const found = root.querySelector<Kind>(selector);
  if (!found) throw new Error(`${selector} is not there`);
  return found;
}

const settled = () => new Promise((resolve) => setTimeout(resolve));
const said = () => find(document, "#announcements").textContent;

let room: FakeRoom;
beforeEach(() => {
  room = new FakeRoom();
  document.documentElement.removeAttribute("data-panel");
});

test("without any request it says what one can ask", () => {
  const root = panel(room);
  expect(find(root, ".thread .empty").hidden).toBe(false);
  room.run("a");
  expect(find(root, ".thread .empty").hidden).toBe(true);
});

test("an answer grows in one text node, so that a selection in it stays", () => {
  const root = panel(room);
  room.run("a", { state: "streaming", answer: "It is" });
  const node = find(root, ".answer").firstChild;
  room.run("a", { answer: "It is done 👍" });
  expect(find(root, ".answer").textContent).toBe("It is done 👍");
  expect(find(root, ".answer").firstChild).toBe(node);
});

test("what the server rendered is taken over in its place, and older history stays", () => {
  const history = `<li><article data-run-id="old">before</article></li><li><article data-run-id="a">now</article></li>`;
  const root = panel(room, history);
  room.run("a", { state: "completed", answer: "Done" });
  const runs = [...root.querySelectorAll("[data-run-id]")];
  expect(runs.map((run) => run.getAttribute("data-run-id"))).toEqual(["old", "a"]);
  expect(runs[0]?.textContent).toBe("before");
  expect(runs[1]?.querySelector(".answer")?.textContent).toBe("Done");
});

test("a room that was closed for good promises nothing, and asks for a reload", () => {
  const root = panel(room);
  room.end();
  expect(find(root, ".ask__note").textContent).toBe("This page is no longer connected. Reload it to ask.");
  expect(find<HTMLTextAreaElement>(root, "textarea").disabled).toBe(true);
});

test("Enter sends what is written with what is selected, and clears both", async () => {
  const root = panel(room);
  room.select(target);
  expect(find(root, ".chip__quote").textContent).toBe("In order");
  const field = find<HTMLTextAreaElement>(root, "textarea");
  field.value = "Improve this";
  field.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", shiftKey: true }));
  expect(room.commands).toEqual([]);
  field.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter" }));
  await settled();
  expect(room.commands).toEqual([["ask", { text: "Improve this", target }]]);
  expect(field.value).toBe("");
  expect(find(root, ".chip").hidden).toBe(true);
});

test("a refused request says why and keeps what was written", async () => {
  const root = panel(room);
  room.command = () => Promise.reject(Object.assign(new Error("Five requests wait already."), { name: "Nack" }));
  const field = find<HTMLTextAreaElement>(root, "textarea");
  field.value = "Improve this";
  find<HTMLFormElement>(root, "form").dispatchEvent(new Event("submit", { cancelable: true }));
  await settled();
  expect(find(root, ".ask__note").textContent).toBe("Five requests wait already.");
  expect(field.value).toBe("Improve this");
});

test("a viewer cannot ask and reads why, until the role changes", () => {
  room.become("viewer");
  const root = panel(room);
  const field = find<HTMLTextAreaElement>(root, "textarea");
  expect(field.disabled).toBe(true);
  expect(find(root, ".ask__note").textContent).toContain("reading along");
  room.become("editor");
  expect(field.disabled).toBe(false);
  expect(find(root, ".ask__note").hidden).toBe(true);
});

test("a failed run shows its sentence", () => {
  const root = panel(room);
  room.run("a", { state: "failed", error: "The model's server did not answer. Your text is safe." });
  expect(find(root, ".run__state").textContent).toBe("The model's server did not answer. Your text is safe.");
});

test("a run that was paused says what happened meanwhile, while it goes on and after", () => {
  const root = panel(room);
  room.run("a", { state: "streaming", note: "Paused for 2 minutes while nobody was here." });
  expect(find(root, ".run__note").textContent).toBe("Paused for 2 minutes while nobody was here.");
});

test("the live region says what begins and what ends, and nothing in between", () => {
  panel(room);
  room.run("a", { state: "thinking" });
  expect(said()).toBe("Olga asked the copilot.");
  room.run("a", { state: "streaming", answer: "One" });
  room.run("a", { answer: "One two" });
  expect(said()).toBe("Olga asked the copilot.");
  room.run("a", { state: "cancelled", stopped_by: "Ben" });
  expect(said()).toBe("The copilot has ended. Stopped by Ben");
});

test("what was there before the page opened is not announced", () => {
  room.run("a", { state: "thinking" });
  room.suggestion("s");
  panel(room);
  expect(said()).toBe("");
});

test("a suggestion is counted, listed, shown and decided from the panel", async () => {
  const root = panel(room);
  room.run("r", { state: "completed" });
  room.suggestion("s");
  expect(find(root, "#tab-suggestions .tab__count").textContent).toBe("1");
  const [show, accept] = root.querySelectorAll<HTMLButtonElement>(".proposals .card button");
  show?.click();
  find(root, ".run__reveal").click();
  expect(room.focused).toEqual(["s", "s"]);
  accept?.click();
  await settled();
  expect(room.commands).toEqual([["decide_suggestion", { suggestion: "s", verdict: "accept" }]]);
  expect(root.querySelector(".proposals .card")).toBeNull();
  expect(find(root, ".run__reveal").hidden).toBe(true);
});

test("a stale suggestion offers no Accept from the list", () => {
  const root = panel(room);
  room.suggestion("s", { place: "stale" });
  const names = [...root.querySelectorAll<HTMLButtonElement>(".proposals .card button")];
  expect(names.filter((button) => !button.hidden).map((button) => button.textContent)).toEqual(["Show", "Reject"]);
});

test("Ask the copilot in the text opens the panel and takes the caret there", () => {
  document.documentElement.dataset["panel"] = "closed";
  const root = panel(room);
  room.ask(target);
  expect(document.documentElement.dataset["panel"]).toBe("open");
  expect(document.activeElement).toBe(find(root, "textarea"));
});

test("the panel closes, and its button tells", () => {
  const root = panel(room);
  find<HTMLButtonElement>(root, ".panel__head .button--icon").click();
  expect(document.documentElement.dataset["panel"]).toBe("closed");
  expect(find(document, "#panel-button").getAttribute("aria-expanded")).toBe("false");
  expect(document.cookie).toContain("panel=closed");
});

test("arrow keys move between the tabs", () => {
  const root = panel(room);
  const first = find<HTMLButtonElement>(root, "#tab-copilot");
  first.focus();
  first.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight", bubbles: true, cancelable: true }));
  expect(find(root, "#view-suggestions").hidden).toBe(false);
  expect(find(root, "#view-copilot").hidden).toBe(true);
  expect(document.activeElement?.id).toBe("tab-suggestions");
});
