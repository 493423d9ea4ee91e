import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { getSchema } from "@tiptap/core";
import { Fragment, type Node, Slice } from "@tiptap/pm/model";
import { expect, test } from "vitest";
import { safeUrl } from "./allowed";
import { contentExtensions } from "./content";
import { clean } from "./pasted";

const schema = getSchema(contentExtensions());
const VECTOR = new URL("../../../tests/vectors/schema.json", import.meta.url);

/** Names, attributes with their defaults, and what stands in a node: what the server must agree with. */
function described() {
  const attributes = (of: { attrs?: Record<string, { default?: unknown }> }) =>
    Object.fromEntries(Object.entries(of.attrs ?? {}).map(([name, { default: value }]) => [name, value ?? null]));
  const nodes = Object.values(schema.nodes).map((type) => [
    type.name,
    {
      attributes: attributes(type.spec),
      content: type.isLeaf ? "nothing" : type.inlineContent ? "inline" : "blocks",
      inline: type.isInline,
      marks: type.markSet === null ? null : type.markSet.map((mark) => mark.name),
    },
  ]);
  const marks = Object.values(schema.marks).map((type) => [type.name, { attributes: attributes(type.spec) }]);
  return { nodes: Object.fromEntries(nodes), marks: Object.fromEntries(marks), mark_order: Object.keys(schema.marks) };
}

test("the schema is the one that the server's is compared with", () => {
  if (process.env["UPDATE_VECTORS"] || !existsSync(VECTOR))
    writeFileSync(VECTOR, `${JSON.stringify(described(), null, 1)}\n`);
  expect(described()).toEqual(JSON.parse(readFileSync(VECTOR, "utf8")));
});

test("a copy carries neither suggestion marks nor block ids, at any depth", () => {
  const mark = schema.marks["suggestion"]?.create({ ids: "x" });
  const text = schema.text("words", mark ? [mark] : []);
  const list = schema.node("bulletList", { id: "l" }, [
    schema.node("listItem", { id: "i" }, [schema.node("paragraph", { id: "p" }, text)]),
  ]);
  const copy = clean(new Slice(Fragment.from(list), 0, 0));
  const ids: unknown[] = [];
  copy.content.descendants((node: Node) => {
    if (node.isText) expect(node.marks).toEqual([]);
    else ids.push(node.attrs["id"]);
  });
  expect(ids).toEqual([null, null, null]);
});

test("what is out of the server's bounds is put back to its default, and a link that leads astray is none", () => {
  const link = (href: string) => schema.marks["link"]?.create({ href, class: "fancy", title: "x".repeat(400) }) ?? null;
  const text = (href: string) =>
    schema.text(
      "words",
      [link(href)].filter((mark) => mark !== null),
    );
  const slice = Fragment.from([
    schema.node("orderedList", { start: -4, type: "disc" }, [
      schema.node("listItem", null, [schema.node("paragraph")]),
    ]),
    schema.node("paragraph", null, [
      text("https://example.com"),
      schema.node("hardBreak"),
      text("javascript:alert(1)"),
    ]),
  ]);
  const copy = clean(new Slice(slice, 0, 0)).content;
  expect(copy.child(0).attrs).toMatchObject({ start: 1, type: null });
  expect(copy.child(1).child(0).marks[0]?.attrs).toMatchObject({
    href: "https://example.com",
    class: null,
    title: null,
  });
  expect(copy.child(1).child(2).marks).toEqual([]);
});

test("only addresses that the server takes may be linked", () => {
  for (const url of ["https://a.b", "HTTP://a.b", "mailto:a@b.c", "/documents/1", "#part"])
    expect(safeUrl(url)).toBe(true);
  const refused = [
    "javascript:alert(1)",
    "data:text/html,x",
    "//evil.example",
    "/\\evil",
    "https://a b",
    " https://a",
    "a/b",
  ];
  for (const url of refused) expect(safeUrl(url)).toBe(false);
});
