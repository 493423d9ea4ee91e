/** The `id` attribute of blocks. The server makes ids; the page keeps them, and never copies one. */

import { Extension } from "@tiptap/core";

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
});
