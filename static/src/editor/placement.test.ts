import { getSchema } from "@tiptap/core";
import { expect, test } from "vitest";
import type { Suggestion } from "../room/session";
import { contentExtensions } from "./content";
import { place } from "./placement";

const schema = getSchema(contentExtensions());
const ID = "11111111-1111-1111-1111-111111111111";
const OTHER = "22222222-2222-2222-2222-222222222222";

const suggestion = (changes: Partial<Suggestion> = {}) =>
  ({ id: ID, status: "pending", place: "fresh", block: "b1", base: "", body: "", ...changes }) as Suggestion;

/** "one [two three] four": the bracketed words are marked with `ids`. */
function paragraph(text: string, ids = ID, id = "b1") {
  const marked = schema.marks["suggestion"]?.create({ ids });
  const inline = text
    .split(/[[\]]/)
    .map((piece, index) => (piece ? schema.text(piece, index % 2 && marked ? [marked] : []) : null))
    .filter((node) => node !== null);
  return schema.node("paragraph", { id }, inline);
}

const doc = (...blocks: ReturnType<typeof paragraph>[]) => schema.node("doc", null, blocks);

test("a marked range is found, and its card stands at its end", () => {
  const [found] = place(doc(paragraph("one [two three] four")), [suggestion({ body: "new" })]);
  expect(found).toMatchObject({ mode: "whole", at: 14, now: "two three" });
  expect(found?.ranges).toEqual([{ from: 5, to: 14, text: "two three" }]);
});

test("a whole suggestion close to the old text is a difference by words", () => {
  const [found] = place(doc(paragraph("[one two three]")), [suggestion({ body: "one **two** four" })]);
  expect(found?.mode).toBe("diff");
  expect(found?.pieces.map((piece) => piece.kind)).toEqual(["keep", "delete", "insert"]);
});

test("while it streams the old is struck whole", () => {
  expect(place(doc(paragraph("[one]")), [suggestion({ status: "streaming", body: "on" })])[0]?.mode).toBe("streaming");
});

test("two suggestions share a mark", () => {
  const found = place(doc(paragraph("a [b] c", `${ID} ${OTHER}`)), [suggestion(), suggestion({ id: OTHER })]);
  expect(found.map((each) => each.ranges.length)).toEqual([1, 1]);
});

test("what was typed unmarked inside a range belongs to the text as it is now", () => {
  expect(place(doc(paragraph("[one] X [two]")), [suggestion()])[0]?.now).toBe("one X two");
});

test("a range over several blocks is read with a line break between them, as the server reads it", () => {
  const [found] = place(doc(paragraph("one [two]"), paragraph("[three] four", ID, "b2")), [suggestion({ body: "x" })]);
  expect(found?.now).toBe("two\nthree");
  expect(found).toMatchObject({ mode: "whole" });
  expect(found?.ranges).toHaveLength(2);
});

test("a stale one leaves the text as it is and compares at the end of the block", () => {
  const [found] = place(doc(paragraph("one [two] three")), [suggestion({ place: "stale" })]);
  expect(found).toMatchObject({ mode: "stale", at: 14 });
});

test("a settled one stands at the end of its block; one without a place is left out", () => {
  const text = doc(paragraph("one"), paragraph("two", ID, "b2"));
  const settled = suggestion({ status: "accepted", verdict: "accepted", block: "b2" });
  expect(place(text, [settled])[0]).toMatchObject({ mode: "settled", at: 9 });
  expect(place(text, [suggestion({ block: "gone" })])).toEqual([]);
});
