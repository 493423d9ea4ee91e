/** What a document may hold, as the editor knows it: the schema that the server's mirrors. */

import type { Extensions } from "@tiptap/core";
import { TableKit } from "@tiptap/extension-table";
import StarterKit from "@tiptap/starter-kit";
import { safeUrl } from "./allowed";
import { BlockId } from "./block_id";
import { Pasted } from "./pasted";
import { SuggestionMark } from "./suggestion_mark";

/** Raised when a node, mark or attribute is added; a document keeps the highest that was written to it. */
export const SCHEMA = 1;

/** Nothing here writes by itself: no trailing node, no made ids, no history but the shared one. */
export function contentExtensions(): Extensions {
  return [
    StarterKit.configure({
      undoRedo: false,
      trailingNode: false,
      dropcursor: { width: 2, color: "currentcolor" },
      link: {
        openOnClick: false,
        defaultProtocol: "https",
        isAllowedUri: (url) => safeUrl(url),
      },
    }),
    TableKit.configure({ table: { resizable: false } }),
    BlockId,
    SuggestionMark,
    Pasted,
  ];
}
