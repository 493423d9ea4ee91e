/** The selection as the server is told of it: one range a textblock, in UTF-16 units of its inline content. */

import type { Node } from "@tiptap/pm/model";
import type { Target, TargetRange } from "../room/room";

const LEAF = "\ufffc";

/** Null where nothing is selected. A textblock that the selection only touches at its edge is left out. */
export function targetOf(doc: Node, from: number, to: number): Target | null {
  if (from >= to) return null;
  const ranges: TargetRange[] = [];
  let index = -1;
  doc.descendants((node, position) => {
    if (!node.isTextblock) return true;
    index += 1;
    const first = position + 1;
    const start = Math.max(from, first) - first;
    const end = Math.min(to, first + node.content.size) - first;
    if (start < end) ranges.push(rangeIn(node, index, start, end));
    return false;
  });
  return ranges.length > 0 ? { ranges } : null;
}

/** The whole textblock round a place, or null where it is empty. */
export function blockAround(doc: Node, position: number): Target | null {
  const place = doc.resolve(position);
  return place.parent.isTextblock ? targetOf(doc, place.start(), place.end()) : null;
}

function rangeIn(node: Node, index: number, start: number, end: number): TargetRange {
  const block = node.attrs["id"] as string | null | undefined;
  return { block: block ?? null, index, start, end, quote: node.textBetween(start, end, undefined, LEAF) };
}
