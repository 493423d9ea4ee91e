/** Where in the text each suggestion stands, and how it is drawn there. Pure: a document and the session in, places out. */

import type { Node } from "@tiptap/pm/model";
import type { Suggestion } from "../room/session";
import { plain } from "./inline_markdown";
import { suggestionIds } from "./suggestion_mark";
import { type Piece, wordDiff } from "./word_diff";

const LEAF = "\ufffc";

export interface Range {
  from: number;
  to: number;
  text: string;
}

/** `settled` shows the card alone. `diff` has pieces; the others show the whole new text at the end. */
export type Mode = "streaming" | "diff" | "whole" | "stale" | "settled";

export interface Placement {
  suggestion: Suggestion;
  mode: Mode;
  /** Where the card stands. */
  at: number;
  ranges: Range[];
  pieces: Piece[];
  /** The marked text as the server reads it too: blocks are parted by a line break. */
  now: string;
}

/** Suggestions without a place (orphaned, or in a part that is gone) are left out. */
export function place(doc: Node, suggestions: Suggestion[]): Placement[] {
  if (suggestions.length === 0) return [];
  const marked = markedSpans(doc);
  return suggestions.flatMap((suggestion) => {
    const span = isOpen(suggestion) ? marked.get(suggestion.id) : undefined;
    const ranges = span ? rangesIn(doc, span) : [];
    const now = ranges.map((range) => range.text).join("\n");
    const how = drawn(suggestion, ranges);
    const end = ranges[ranges.length - 1]?.to;
    const at =
      end === undefined ? blockEnd(doc, suggestion.block) : how.mode === "stale" ? doc.resolve(end).end() : end;
    return at === null ? [] : [{ suggestion, at, ranges, now, ...how }];
  });
}

export function isOpen(suggestion: Suggestion): boolean {
  return suggestion.status === "streaming" || suggestion.status === "pending";
}

function drawn(suggestion: Suggestion, ranges: Range[]): { mode: Mode; pieces: Piece[] } {
  if (!isOpen(suggestion)) return { mode: "settled", pieces: [] };
  if (suggestion.status === "streaming") return { mode: "streaming", pieces: [] };
  if (suggestion.place === "stale" || suggestion.place === "orphaned") return { mode: "stale", pieces: [] };
  const [only, ...others] = ranges;
  const pieces = only && others.length === 0 ? wordDiff(only.text, plain(suggestion.body)) : null;
  return pieces ? { mode: "diff", pieces } : { mode: "whole", pieces: [] };
}

/** From the first to the last place that carries each id. */
function markedSpans(doc: Node): Map<string, { from: number; to: number }> {
  const spans = new Map<string, { from: number; to: number }>();
  doc.descendants((node, position) => {
    if (!node.isInline) return;
    for (const id of suggestionIds(node)) {
      const span = spans.get(id) ?? { from: position, to: position };
      span.to = position + node.nodeSize;
      spans.set(id, span);
    }
  });
  return spans;
}

function rangesIn(doc: Node, span: { from: number; to: number }): Range[] {
  const ranges: Range[] = [];
  doc.nodesBetween(span.from, span.to, (node, position) => {
    if (!node.isTextblock) return true;
    const first = position + 1;
    const from = Math.max(first, span.from);
    const to = Math.min(first + node.content.size, span.to);
    ranges.push({ from, to, text: node.textBetween(from - first, to - first, undefined, LEAF) });
    return false;
  });
  return ranges;
}

/** The end of the (last) textblock of the block with this id. */
function blockEnd(doc: Node, id: string): number | null {
  if (!id) return null;
  let end: number | null = null;
  doc.descendants((node, position) => {
    if (end !== null) return false;
    if (node.attrs["id"] !== id) return !node.isTextblock;
    end = lastTextblockEnd(node, position);
    return false;
  });
  return end;
}

function lastTextblockEnd(node: Node, position: number): number {
  let end = position + 1;
  if (node.isTextblock) return end + node.content.size;
  node.descendants((child, offset) => {
    if (child.isTextblock) end = position + 1 + offset + 1 + child.content.size;
  });
  return end;
}
