/** The mark by which the server anchors suggestions. The page keeps it where it stands, and never makes or copies one. */

import { Mark } from "@tiptap/core";
import { Fragment, type Node, Slice } from "@tiptap/pm/model";
import { Plugin } from "@tiptap/pm/state";

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
  addProseMirrorPlugins() {
    return [new Plugin({ props: { transformCopied: withoutSuggestions, transformPasted: withoutSuggestions } })];
  },
});

/** The ids that a piece of text is marked with. */
export function suggestionIds(node: Node): string[] {
  const mark = node.marks.find((each) => each.type.name === SUGGESTION);
  return mark ? String(mark.attrs["ids"]).split(" ").filter(Boolean) : [];
}

/** The slice without suggestion marks and block ids: a copy is new text in new blocks. */
export function withoutSuggestions(slice: Slice): Slice {
  return new Slice(clean(slice.content), slice.openStart, slice.openEnd);
}

function clean(fragment: Fragment): Fragment {
  const nodes: Node[] = [];
  fragment.forEach((node) => {
    const marks = node.marks.filter((mark) => mark.type.name !== SUGGESTION);
    if (node.isText) nodes.push(node.mark(marks));
    else {
      const attrs = node.attrs["id"] ? { ...node.attrs, id: null } : node.attrs;
      nodes.push(node.type.create(attrs, clean(node.content), marks));
    }
  });
  return Fragment.fromArray(nodes);
}
