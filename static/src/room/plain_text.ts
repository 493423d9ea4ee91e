/** The text of a content replica without an editor: one entry a text block, parted as the editor parts them. */

import * as Y from "yjs";

export function plainText(content: Y.Doc): string {
  return blocksIn(content.getXmlFragment("content")).join("\n\n");
}

function blocksIn(parent: Y.XmlFragment): string[] {
  const children = parent.toArray();
  if (children.some((child) => child instanceof Y.XmlText)) return [children.map(inline).join("")];
  return children.flatMap((child) => (child instanceof Y.XmlElement ? blocksIn(child) : []));
}

function inline(child: unknown): string {
  if (!(child instanceof Y.XmlText)) return "\n";
  const pieces = child.toDelta() as { insert: unknown }[];
  return pieces.map(({ insert }) => (typeof insert === "string" ? insert : "")).join("");
}
