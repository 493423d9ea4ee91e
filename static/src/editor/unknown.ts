/** Finds nodes and marks that this page's schema does not have, before y-prosemirror would delete them. */

import type { Schema } from "@tiptap/pm/model";
import * as Y from "yjs";

type Shared = Y.AbstractType<Y.YEvent<never>>;

/** The name of the first unknown node or mark below `type`, or null. */
export function unknownIn(type: unknown, schema: Schema): string | null {
  if (type instanceof Y.XmlText) return unknownMark(type, schema);
  if (!(type instanceof Y.XmlFragment)) return "something that is no node";
  if (type instanceof Y.XmlElement && !schema.nodes[type.nodeName]) return type.nodeName;
  for (const child of type.toArray()) {
    const found = unknownIn(child, schema);
    if (found) return found;
  }
  return null;
}

/** The same for what one transaction has touched: cheap, however large the document is. */
export function unknownAfter(transaction: Y.Transaction, root: Y.XmlFragment, schema: Schema): string | null {
  for (const type of transaction.changed.keys() as Iterable<unknown>) {
    if (type !== root && !isBelow(type as Shared, root)) continue;
    const found = type instanceof Y.XmlText ? unknownMark(type, schema) : unknownInNew(type, transaction, schema);
    if (found) return found;
  }
  return null;
}

function unknownInNew(type: unknown, transaction: Y.Transaction, schema: Schema): string | null {
  if (!(type instanceof Y.XmlFragment)) return null;
  for (const child of type.toArray()) {
    const id = child._item?.id;
    if (!id || id.clock < (transaction.beforeState.get(id.client) ?? 0)) continue;
    const found = unknownIn(child, schema);
    if (found) return found;
  }
  return null;
}

/** Marks may be stored as `name--hash`. */
function unknownMark(text: Y.XmlText, schema: Schema): string | null {
  for (const piece of text.toDelta() as { insert: unknown; attributes?: Record<string, unknown> }[]) {
    if (typeof piece.insert !== "string") return "something that is no text";
    for (const key of Object.keys(piece.attributes ?? {})) {
      const name = key.replace(/--[a-zA-Z0-9+/=]{8}$/, "");
      if (!schema.marks[name]) return name;
    }
  }
  return null;
}

function isBelow(type: Shared, root: Y.XmlFragment): boolean {
  let parent: unknown = type;
  while (parent instanceof Y.AbstractType) {
    if (parent === root) return true;
    parent = parent._item?.parent;
  }
  return false;
}
