/** The `id` attribute of blocks. The server makes ids; the page keeps them, and never copies one. */

import { Extension } from "@tiptap/core";
import type { Node } from "@tiptap/pm/model";
import { type EditorState, Plugin, type Transaction } from "@tiptap/pm/state";
import { ReplaceStep } from "@tiptap/pm/transform";
import { fromContent } from "./origin";

export const BLOCKS_WITH_ID = [
  "paragraph",
  "heading",
  "codeBlock",
  "bulletList",
  "orderedList",
  "listItem",
  "blockquote",
  "horizontalRule",
  "table",
  "tableRow",
  "tableHeader",
  "tableCell",
];

export const BlockId = Extension.create({
  name: "blockId",
  addGlobalAttributes() {
    return [
      {
        types: BLOCKS_WITH_ID,
        attributes: {
          id: {
            default: null,
            keepOnSplit: false,
            parseHTML: () => null,
            renderHTML: ({ id }) => (id ? { "data-block": id } : {}),
          },
        },
      },
    ];
  },
  addProseMirrorPlugins() {
    return [new Plugin({ appendTransaction: (transactions, _, state) => withoutCopies(transactions, state) })];
  },
});

/** A split copies all attributes: the first block in document order keeps the id. */
function withoutCopies(transactions: readonly Transaction[], state: EditorState): Transaction | null {
  if (transactions.some(fromContent) || !transactions.some(insertsBlocks)) return null;
  const seen = new Set<unknown>();
  const change = state.tr;
  state.doc.descendants((node: Node, position) => {
    const id: unknown = node.attrs["id"];
    if (id && seen.has(id)) change.setNodeAttribute(position, "id", null);
    if (id) seen.add(id);
    return !node.isTextblock;
  });
  return change.docChanged ? change : null;
}

function insertsBlocks(transaction: Transaction): boolean {
  return transaction.steps.some(
    (step) => step instanceof ReplaceStep && step.slice.content.firstChild?.isBlock === true,
  );
}
