// @vitest-environment happy-dom
import { Editor } from "@tiptap/core";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Awareness } from "y-protocols/awareness";
import * as Y from "yjs";
import { Binding, unbind } from "./binding";
import { contentExtensions } from "./content";
import { unknownAfter, unknownIn } from "./unknown";

let content: Y.Doc;
let other: Y.Doc;
let editor: Editor | null;
let written: number;

const fragment = (doc: Y.Doc) => doc.getXmlFragment("content");

function block(name: string, text: string, attributes: Record<string, unknown> = {}): Y.XmlElement {
  const made = new Y.XmlElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value as string);
  made.insert(0, [new Y.XmlText(text)]);
  return made;
}

function item(text: string): Y.XmlElement {
  const made = new Y.XmlElement("listItem");
  made.insert(0, [block("paragraph", text)]);
  return made;
}

function list(name: string, ...items: string[]): Y.XmlElement {
  const made = new Y.XmlElement(name);
  made.insert(0, items.map(item));
  return made;
}

function open(editable = true): Editor {
  const binding = Binding.configure({
    fragment: fragment(content),
    awareness: new Awareness(content),
    undoFirst: () => false,
  });
  editor = new Editor({ element: document.body, editable, extensions: [...contentExtensions(), binding] });
  return editor;
}

/** What another tab has done arrives. */
function sync(): void {
  Y.applyUpdate(content, Y.encodeStateAsUpdate(other), "remote");
}

beforeEach(() => {
  content = new Y.Doc();
  other = new Y.Doc();
  editor = null;
  written = 0;
  content.on("update", (_update, origin) => {
    if (origin !== "remote") written += 1;
  });
});

afterEach(() => editor?.destroy());

test("opening a document writes nothing to it, not even where it ends in a list or lacks default attributes", () => {
  fragment(other).insert(0, [
    block("heading", "Title", { level: 1 }),
    block("paragraph", "see https://example.com now"),
    list("orderedList", "one", "two"),
  ]);
  sync();
  expect(open().getText()).toContain("https://example.com");
  expect(written).toBe(0);
});

test("opening an empty document writes nothing to it", () => {
  open();
  expect(written).toBe(0);
  expect(fragment(content).length).toBe(0);
});

test("another person's change makes this tab write nothing, not even a link out of an address", () => {
  const paragraph = block("paragraph", "see ");
  fragment(other).insert(0, [paragraph]);
  sync();
  const shown = open();
  (paragraph.get(0) as unknown as Y.XmlText).insert(4, "https://example.com and ");
  sync();
  expect(shown.getText()).toBe("see https://example.com and ");
  expect(written).toBe(0);
});

test("typing writes, and splitting a block does not copy its id", () => {
  fragment(other).insert(0, [block("paragraph", "onetwo", { id: "b1" })]);
  sync();
  const shown = open();
  shown.commands.setTextSelection(4);
  shown.commands.splitBlock();
  expect(shown.getJSON().content?.map((node) => node.attrs?.["id"])).toEqual(["b1", null]);
  expect(fragment(content).length).toBe(2);
});

test("a reader's editor takes no change but those that come from the room", () => {
  fragment(other).insert(0, [block("paragraph", "read me")]);
  sync();
  const shown = open(false);
  shown.commands.insertContentAt(1, "never ");
  expect(shown.getText()).toBe("read me");
  expect(written).toBe(0);
});

test("typing after a marked range is unmarked, typing inside it is marked", () => {
  const paragraph = block("paragraph", "one two three");
  fragment(other).insert(0, [paragraph]);
  (paragraph.get(0) as unknown as Y.XmlText).format(4, 3, { suggestion: { ids: "x" } });
  sync();
  const shown = open();
  const type = (at: number, text: string) => {
    shown.commands.setTextSelection(at);
    shown.view.dispatch(shown.state.tr.insertText(text));
  };
  type(8, "A");
  type(6, "B");
  type(5, "C");
  const marked = (fragment(content).get(0) as Y.XmlElement).get(0) as unknown as Y.XmlText;
  const words = (marked.toDelta() as { insert: string; attributes?: object }[]).map(({ insert, attributes }) =>
    attributes ? `[${insert}]` : insert,
  );
  expect(words.join("")).toBe("one C[tBwo]A three");
});

test("unknown nodes and marks are found before the editor sees them", () => {
  const { schema } = open();
  expect(unknownIn(fragment(content), schema)).toBeNull();
  let found: string | null = null;
  content.on("beforeObserverCalls", (transaction) => {
    found = unknownAfter(transaction, fragment(content), schema);
    if (found) throw new Error("unbound");
  });
  const paragraph = block("paragraph", "text");
  fragment(other).insert(0, [paragraph]);
  sync();
  expect(found).toBeNull();
  fragment(other).insert(1, [block("callout", "new")]);
  expect(sync).toThrow("unbound");
  expect(found).toBe("callout");
});

test("an editor that is parted from the content when something unknown comes deletes nothing of it", () => {
  fragment(other).insert(0, [block("paragraph", "text")]);
  sync();
  const shown = open();
  content.on("beforeObserverCalls", (transaction) => {
    if (!unknownAfter(transaction, fragment(content), shown.schema)) return;
    unbind(shown.state);
    shown.setEditable(false);
  });
  fragment(other).insert(1, [block("callout", "new")]);
  sync();
  shown.view.dispatch(shown.state.tr.insertText("x", 1));
  expect(written).toBe(0);
  expect(fragment(content).length).toBe(2);
  expect(shown.getText()).toBe("text");
});

test("an unknown mark is found, also under a hashed name, and a known one is not", () => {
  const { schema } = open();
  const text = new Y.XmlText("text");
  const holder = new Y.XmlElement("paragraph");
  holder.insert(0, [text]);
  fragment(other).insert(0, [holder]);
  text.format(0, 2, { "suggestion--AAAAAAAA": { ids: "x" } });
  expect(unknownIn(fragment(other), schema)).toBeNull();
  text.format(2, 2, { comment: { id: "x" } });
  expect(unknownIn(fragment(other), schema)).toBe("comment");
});
