// @vitest-environment happy-dom
import { beforeEach, expect, test } from "vitest";
import { Shell, wholePage } from "./shell";

const DATA = {
  document: { id: "d-1", title: "Plan", epoch: 1, schema: 1 },
  me: { id: "p-1", name: "Olga", colour: "#112233", kind: "person", role: "editor" },
  role: "editor",
  session: { runs: { r1: { request: "a secret request" } }, suggestions: {}, confirmations: {} },
};
const KNOWN = { title: "Plan", role: "editor" as const, me: { ...DATA.me, kind: "person" as const } as never };

beforeEach(() => {
  document.documentElement.innerHTML = `<head><title>Plan · Scriptorium</title></head><body>
    <input id="title" value="Plan"><p id="save-state" data-state="saving">Opening</p>
    <div id="document-content"><div class="text__rendered"><p>a secret text</p></div></div>
    <ol class="thread"><li data-run-id="r1">a secret answer</li></ol>
    <script id="page-data" type="application/json">${JSON.stringify(DATA)}</script></body>`;
});

function read(html: string): Document {
  return new DOMParser().parseFromString(html, "text/html");
}

test("a kept page holds nothing of what people wrote or asked, and every part that the scripts take over", () => {
  const html = new Shell(document).html(KNOWN, 0);
  expect(html).not.toContain("secret");
  const page = read(html);
  expect(page.querySelector(".text__rendered")?.childNodes.length).toBe(0);
  expect(JSON.parse(page.querySelector("#page-data")?.textContent ?? "")).toMatchObject({
    document: DATA.document,
    session: { runs: {}, suggestions: {}, confirmations: {} },
  });
});

test("it says from its first paint that it is offline, and since when it is kept", () => {
  const page = read(new Shell(document).html(KNOWN, 0));
  expect(page.querySelector("#save-state")?.textContent).toBe("Offline");
  expect(page.documentElement.dataset["kept"]).toBe("1970-01-01T00:00:00.000Z");
});

test("it is of the page as it came, with title, right and name as they are now", () => {
  const shell = new Shell(document);
  document.querySelector("#title")?.remove();
  const title = "</script><script>alert(1)</script>";
  const html = shell.html({ title, role: "viewer", me: { ...DATA.me, name: "O." } as never }, 0);
  const page = read(html);
  expect(page.querySelectorAll("script").length).toBe(1);
  expect(page.querySelector("#title")?.getAttribute("value")).toBe(title);
  const data = JSON.parse(page.querySelector("#page-data")?.textContent ?? "");
  expect(data).toMatchObject({ role: "viewer", me: { name: "O." }, document: { title } });
});

test("a guest's page names nobody: who it is stays in the tab", () => {
  const data = document.querySelector("#page-data");
  if (data) data.textContent = JSON.stringify({ ...DATA, me: null });
  const page = read(new Shell(document).html(KNOWN, 0));
  expect(JSON.parse(page.querySelector("#page-data")?.textContent ?? "").me).toBeNull();
});

test("the list is kept as it came, without what was said to its person once", () => {
  document.body.insertAdjacentHTML("afterbegin", `<ul class="messages"><li>Saved.</li></ul><a href="/x">Plan</a>`);
  const page = read(wholePage(document, 0));
  expect(page.querySelector("a")?.textContent).toBe("Plan");
  expect(page.querySelector(".messages")).toBeNull();
  expect(document.querySelector(".messages")).not.toBeNull();
});
