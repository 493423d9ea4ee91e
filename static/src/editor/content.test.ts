import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { getSchema } from "@tiptap/core";
import { Fragment, type Node, Slice } from "@tiptap/pm/model";
import { expect, test } from "vitest";
import { contentExtensions, SAFE_URL } from "./content";
import { withoutSuggestions } from "./suggestion_mark";

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
  const copy = withoutSuggestions(new Slice(Fragment.from(list), 0, 0));
  const ids: unknown[] = [];
  copy.content.descendants((node: Node) => {
    if (node.isText) expect(node.marks).toEqual([]);
    else ids.push(node.attrs["id"]);
  });
  expect(ids).toEqual([null, null, null]);
});

test("only addresses that the server takes may be linked", () => {
  for (const url of ["https://a.b", "http://a.b", "mailto:a@b.c", "/documents/1", "#part"])
    expect(url).toMatch(SAFE_URL);
  for (const url of ["javascript:alert(1)", "data:text/html,x", "//evil.example", "vbscript:x"])
    expect(url).not.toMatch(SAFE_URL);
});
