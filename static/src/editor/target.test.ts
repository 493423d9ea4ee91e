import { getSchema } from "@tiptap/core";
import { expect, test } from "vitest";
import { contentExtensions } from "./content";
import { blockAround, targetOf } from "./target";

const schema = getSchema(contentExtensions());
const paragraph = (text: string, id: string | null = null) =>
  schema.node("paragraph", { id }, text ? schema.text(text) : []);

const DOC = schema.node("doc", null, [
  schema.node("heading", { level: 1 }, schema.text("Title")),
  schema.node("bulletList", null, [
    schema.node("listItem", null, [paragraph("first", "p1")]),
    schema.node("listItem", null, [paragraph("a 😀 b")]),
  ]),
  schema.node("paragraph", null, [schema.text("up"), schema.node("hardBreak"), schema.text("down")]),
]);

function position(of: string): number {
  let found = -1;
  DOC.descendants((node, at) => {
    if (node.isText && node.text?.includes(of)) found = at + node.text.indexOf(of);
  });
  return found;
}

test("textblocks are counted in document order, wherever they stand", () => {
  const from = position("first");
  expect(targetOf(DOC, from, from + 5)).toEqual({
    ranges: [{ block: "p1", index: 1, start: 0, end: 5, quote: "first" }],
  });
});

test("offsets are UTF-16 units of the block's inline content", () => {
  const from = position("😀");
  expect(targetOf(DOC, from, from + 2)?.ranges).toEqual([{ block: null, index: 2, start: 2, end: 4, quote: "😀" }]);
});

test("a hard break counts one and is quoted as the object character", () => {
  const from = position("up");
  expect(targetOf(DOC, from, from + 7)?.ranges[0]).toMatchObject({ index: 3, start: 0, end: 7, quote: "up\ufffcdown" });
});

test("a selection over several textblocks has one range each, without those it only touches", () => {
  const ranges = targetOf(DOC, position("itle"), position("😀"))?.ranges;
  expect(ranges?.map(({ index, start, end, quote }) => [index, start, end, quote])).toEqual([
    [0, 1, 5, "itle"],
    [1, 0, 5, "first"],
    [2, 0, 2, "a "],
  ]);
  const edge = targetOf(DOC, position("first"), position("a "))?.ranges;
  expect(edge?.map((range) => range.index)).toEqual([1]);
});

test("nothing selected is no target; the block round the caret is one where asked for", () => {
  const at = position("first");
  expect(targetOf(DOC, at, at)).toBeNull();
  expect(blockAround(DOC, at + 2)?.ranges[0]?.quote).toBe("first");
});
