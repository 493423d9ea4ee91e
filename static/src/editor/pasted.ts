/** A copy is new text in new blocks: without suggestion marks and block ids, its attributes within the server's bounds. */

import { Extension } from "@tiptap/core";
import { DOMParser, Fragment, type Mark, type Node, type ParseOptions, Slice } from "@tiptap/pm/model";
import { Plugin } from "@tiptap/pm/state";
import { safeUrl, withinBounds } from "./allowed";
import { SUGGESTION } from "./suggestion_mark";

export const Pasted = Extension.create({
  name: "pasted",
  addProseMirrorPlugins() {
    const clipboardParser = new StyledParser(this.editor.schema, DOMParser.fromSchema(this.editor.schema).rules);
    return [new Plugin({ props: { transformCopied: clean, transformPasted: clean, clipboardParser } })];
  },
});

/** Other programs say "bold" by a style attribute, which the page's policy keeps from working; a style set by script works. */
class StyledParser extends DOMParser {
  override parseSlice(dom: globalThis.Node, options?: ParseOptions): Slice {
    if (dom instanceof Element || dom instanceof DocumentFragment) {
      for (const styled of dom.querySelectorAll<HTMLElement>("[style]")) {
        styled.style.cssText = styled.getAttribute("style") ?? "";
      }
    }
    return super.parseSlice(dom, options);
  }
}

export function clean(slice: Slice): Slice {
  return new Slice(cleanFragment(slice.content), slice.openStart, slice.openEnd);
}

function cleanFragment(fragment: Fragment): Fragment {
  const nodes: Node[] = [];
  fragment.forEach((node) => {
    const marks = node.marks.flatMap(cleanMark);
    if (node.isText) nodes.push(node.mark(marks));
    else nodes.push(node.type.create(cleanAttributes(node), cleanFragment(node.content), marks));
  });
  return Fragment.fromArray(nodes);
}

function cleanAttributes(node: Node): Record<string, unknown> {
  const attributes = withinBounds(node.type.name, node.attrs, defaults(node.type.spec));
  return "id" in attributes ? { ...attributes, id: null } : attributes;
}

function cleanMark(mark: Mark): Mark[] {
  if (mark.type.name === SUGGESTION) return [];
  if (mark.type.name === "link" && !safeUrl(mark.attrs["href"])) return [];
  return [mark.type.create(withinBounds(mark.type.name, mark.attrs, defaults(mark.type.spec)))];
}

function defaults(spec: { attrs?: Record<string, { default?: unknown }> | null }): Record<string, unknown> {
  return Object.fromEntries(Object.entries(spec.attrs ?? {}).map(([name, attribute]) => [name, attribute.default]));
}
