// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { mountShare } from "./share";

let answered: () => Response;
const asked: [string, RequestInit][] = [];

beforeEach(() => {
  asked.length = 0;
  answered = () => Response.json({ url: "http://192.168.1.5:8000/join/abc", role: "editor" });
  document.head.innerHTML = `<meta name="csrf-token" content="t0">`;
  document.body.innerHTML = `
    <button id="share">Share</button>
    <dialog id="share-dialog">
      <ul><li class="link" data-role="editor"><button>Copy edit link</button></li></ul>
      <p class="dialog__said"></p>
    </dialog>`;
  vi.stubGlobal("fetch", async (address: string, init: RequestInit) => {
    asked.push([address, init]);
    return answered();
  });
  mountShare("/documents/1/links");
  document.querySelector<HTMLElement>("#share")?.click();
});

afterEach(() => vi.unstubAllGlobals());

const settled = () => new Promise((resolve) => setTimeout(resolve));
const said = () => document.querySelector(".dialog__said")?.textContent;

async function copyEditLink(): Promise<void> {
  document.querySelector<HTMLElement>(".link button")?.click();
  await settled();
}

test("it makes a link for the role and copies it", async () => {
  const copied: string[] = [];
  vi.stubGlobal("navigator", { clipboard: { writeText: async (text: string) => copied.push(text) } });
  await copyEditLink();
  expect(asked[0]?.[0]).toBe("/documents/1/links");
  expect(asked[0]?.[1].body).toBe('{"role":"editor"}');
  expect(copied).toEqual(["http://192.168.1.5:8000/join/abc"]);
  expect(said()).toBe("Copied.");
});

test("without a secure context the link stands selected in a field", async () => {
  vi.stubGlobal("navigator", {});
  await copyEditLink();
  const field = document.querySelector<HTMLInputElement>(".link__url");
  expect(field?.hidden).toBe(false);
  expect(field?.value).toBe("http://192.168.1.5:8000/join/abc");
  expect(document.activeElement).toBe(field);
  expect(said()).toContain("The link is selected");
});

test("a refusal is a sentence", async () => {
  answered = () => new Response("", { status: 403 });
  await copyEditLink();
  expect(said()).toContain("The link could not be made");
});
