/** The mark by which the server anchors suggestions. The page keeps it where it stands, and never makes or copies one. */

import { Mark } from "@tiptap/core";
import type { Node } from "@tiptap/pm/model";

export const SUGGESTION = "suggestion";

export const SuggestionMark = Mark.create({
  name: SUGGESTION,
  inclusive: false,
  keepOnSplit: false,
  addAttributes() {
    return { ids: { default: "", rendered: false } };
  },
  renderHTML() {
    return ["span", { class: "suggestion-mark" }, 0];
  },
});

/** The ids that a piece of text is marked with. */
export function suggestionIds(node: Node): string[] {
  const mark = node.marks.find((each) => each.type.name === SUGGESTION);
  return mark ? String(mark.attrs["ids"]).split(" ").filter(Boolean) : [];
}
