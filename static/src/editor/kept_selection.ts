/** Shows what is selected while the keyboard is elsewhere, as when one writes to the copilot about it. */

import { Extension } from "@tiptap/core";
import { Plugin, PluginKey } from "@tiptap/pm/state";
import { Decoration, DecorationSet, type EditorView } from "@tiptap/pm/view";

const key = new PluginKey<boolean>("keptSelection");

export const KeptSelection = Extension.create({
  name: "keptSelection",
  addProseMirrorPlugins() {
    const tell = (blurred: boolean) => (view: EditorView) => {
      view.dispatch(view.state.tr.setMeta(key, blurred));
      return false;
    };
    return [
      new Plugin<boolean>({
        key,
        state: {
          init: () => false,
          apply: (transaction, blurred) => (transaction.getMeta(key) as boolean | undefined) ?? blurred,
        },
        props: {
          handleDOMEvents: { focus: tell(false), blur: tell(true) },
          decorations: (state) => {
            const { from, to, empty } = state.selection;
            if (empty || !key.getState(state)) return null;
            return DecorationSet.create(state.doc, [Decoration.inline(from, to, { class: "selection-kept" })]);
          },
        },
      }),
    ];
  },
});
