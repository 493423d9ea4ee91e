import { expect, test } from "vitest";
import { type Piece, wordDiff } from "./word_diff";

const spell = (pieces: Piece[] | null) =>
  pieces
    ?.map(({ kind, text }) => (kind === "keep" ? text : kind === "delete" ? `[-${text}-]` : `[+${text}+]`))
    .join("");

test("words that go are struck, words that come stand after them, the rest is kept", () => {
  expect(spell(wordDiff("the quick brown fox jumps", "the slow brown fox leaps"))).toBe(
    "the [-quick-][+slow+] brown fox [-jumps-][+leaps+]",
  );
});

test("neighbouring words that change are one change", () => {
  expect(spell(wordDiff("we met in the old house again", "we met in a new place again"))).toBe(
    "we met in [-the old house-][+a new place+] again",
  );
});

test("what is kept and what goes spell the old text exactly, what is kept and comes the new one", () => {
  const before = "Emoji 😀, « accents » like é, and 日本 too. It's fine.";
  const after = "Emoji 😀 and accents like è; 日本 as well. It's finer.";
  const pieces = wordDiff(before, after) ?? [];
  const without = (kind: string) => pieces.filter((piece) => piece.kind !== kind).map((piece) => piece.text);
  expect(without("insert").join("")).toBe(before);
  expect(without("delete").join("")).toBe(after);
});

test("texts with little in common are no difference by words", () => {
  expect(wordDiff("a wholly different sentence", "nothing like it was before this")).toBeNull();
  expect(wordDiff("", "something")).toBeNull();
});
