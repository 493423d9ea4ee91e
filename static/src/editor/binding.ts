/** Binds the editor to the shared content by y-prosemirror's own plugins, and keeps remote changes from scrolling or writing. */

import { Extension } from "@tiptap/core";
import { type EditorState, Plugin } from "@tiptap/pm/state";
import { redo, undo, yCursorPlugin, ySyncPlugin, ySyncPluginKey, yUndoPlugin } from "y-prosemirror";
import type { Awareness } from "y-protocols/awareness";
import type { XmlFragment } from "yjs";
import { Carets } from "./carets";
import { fromContent, type SyncState } from "./origin";

export interface BindingOptions {
  fragment: XmlFragment;
  awareness: Awareness;
  /** Tried before an ordinary undo; true where it has taken the key. */
  undoFirst: () => boolean;
}

export const Binding = Extension.create<BindingOptions, { applying: boolean }>({
  name: "binding",
  priority: 1000,

  addStorage() {
    return { applying: false };
  },

  addKeyboardShortcuts() {
    const back = () => this.options.undoFirst() || undo(this.editor.state);
    const forth = () => redo(this.editor.state);
    return { "Mod-z": back, "Mod-y": forth, "Shift-Mod-z": forth };
  },

  dispatchTransaction({ transaction, next }) {
    const { storage } = this;
    const before = storage.applying;
    storage.applying = fromContent(transaction);
    next(transaction);
    storage.applying = before;
  },

  addProseMirrorPlugins() {
    const { fragment, awareness } = this.options;
    const carets = new Carets(awareness);
    return [
      ySyncPlugin(fragment),
      yCursorPlugin(awareness, { cursorBuilder: carets.caret, selectionBuilder: carets.selection }),
      yUndoPlugin(),
      guard(
        () => this.storage.applying,
        () => this.editor.isEditable,
      ),
    ];
  },
});

/** Parts the editor from the content for good. y-prosemirror's plugin would go on writing after its binding is destroyed. */
export function unbind(state: EditorState): void {
  const { binding } = ySyncPluginKey.getState(state) as { binding: { mux(change: () => void): void; destroy(): void } };
  binding.mux = () => undefined;
  binding.destroy();
}

/** Only what a person does may change the text: nothing appended to a remote change, nothing where one may only read. */
function guard(applying: () => boolean, editable: () => boolean): Plugin {
  return new Plugin({
    filterTransaction: (transaction) =>
      !transaction.docChanged || fromContent(transaction) || (!applying() && editable()),
    props: {
      handleScrollToSelection: (view) => {
        const state = ySyncPluginKey.getState(view.state) as SyncState | undefined;
        return state?.isChangeOrigin === true && !state.isUndoRedoOperation;
      },
    },
  });
}
