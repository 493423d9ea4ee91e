/** The editor: takes over the rendered document once the content has arrived, and gives it back when it must not write. */

import { Editor, Extension } from "@tiptap/core";
import { yUndoPluginKey } from "y-prosemirror";
import type { Transaction, UndoManager } from "yjs";
import type { LiveRoom } from "../room/live_room";
import { Binding, unbind } from "./binding";
import { contentExtensions } from "./content";
import { KeptSelection } from "./kept_selection";
import { OwnAccepts } from "./own_accepts";
import { Suggestions } from "./suggestions";
import { targetOf } from "./target";
import { Toolbar } from "./toolbar";
import { unknownAfter, unknownIn } from "./unknown";

export interface EditorNews {
  say(sentence: string): void;
  /** The document holds something that this page does not know: it is shown, not edited. */
  unknown(name: string): void;
}

/** Null where the document holds what this page does not know; the rendered text then stays as it is. */
export function mountEditor(room: LiveRoom, root: HTMLElement, news: EditorNews): Editor | null {
  const fragment = room.content.getXmlFragment("content");
  const undoManager = (): UndoManager | null =>
    (yUndoPluginKey.getState(editor.state) as { undoManager: UndoManager } | undefined)?.undoManager ?? null;
  const accepts = new OwnAccepts(room, undoManager, news.say);
  const rendered = root.querySelector<HTMLElement>(".text__rendered");
  const editor = new Editor({
    element: null,
    injectCSS: false,
    editable: room.writable(),
    extensions: [
      ...contentExtensions(),
      Binding.configure({ fragment, awareness: room.awareness, undoFirst: () => accepts.undo() }),
      Suggestions.configure({ room, decided: { accepted: (decision) => accepts.accepted(decision) } }),
      KeptSelection,
      shortcuts(() => toolbar),
    ],
    editorProps: { attributes: { role: "textbox", "aria-label": "Document text", "aria-multiline": "true" } },
  });
  let toolbar: Toolbar | null = null;
  const unknown = unknownIn(fragment, editor.schema);
  if (unknown) {
    editor.destroy();
    news.unknown(unknown);
    return null;
  }
  editor.mount(root);
  rendered?.remove();
  toolbar = new Toolbar(editor, room, { ask: () => askAbout(editor, room), say: news.say });
  watchContent(editor, room, news);
  followRoom(editor, room, toolbar);
  return editor;
}

function shortcuts(toolbar: () => Toolbar | null): Extension {
  return Extension.create({
    name: "shortcuts",
    addKeyboardShortcuts() {
      const on = (act: (bar: Toolbar) => void) => () => {
        const bar = toolbar();
        if (bar) act(bar);
        return bar !== null;
      };
      return { "Mod-k": on((bar) => bar.editLink()), "Mod-j": on((bar) => bar.ask()) };
    },
  });
}

function askAbout(editor: Editor, room: LiveRoom): void {
  const { from, to } = editor.state.selection;
  const target = targetOf(editor.state.doc, from, to);
  room.text.ask(target ?? { ranges: [] });
}

/** Before y-prosemirror sees a change: what it does not know it would delete, so it is unbound first. */
function watchContent(editor: Editor, room: LiveRoom, news: EditorNews): void {
  const fragment = room.content.getXmlFragment("content");
  const check = (transaction: Transaction): void => {
    const unknown = transaction.local ? null : unknownAfter(transaction, fragment, editor.schema);
    if (!unknown) return;
    room.content.off("beforeObserverCalls", check);
    unbind(editor.state);
    editor.setEditable(false);
    room.leave();
    news.unknown(unknown);
  };
  room.content.on("beforeObserverCalls", check);
}

function followRoom(editor: Editor, room: LiveRoom, toolbar: Toolbar): void {
  let role = room.role();
  let writable = room.writable();
  room.subscribe(() => {
    if (room.role() === role && room.writable() === writable) return;
    role = room.role();
    writable = room.writable();
    editor.setEditable(writable, false);
    toolbar.build();
  });
  let timer = 0;
  editor.on("selectionUpdate", () => {
    clearTimeout(timer);
    timer = window.setTimeout(() => room.text.selectionChanged(), 50);
  });
  room.text.attach({
    selection: () => targetOf(editor.state.doc, editor.state.selection.from, editor.state.selection.to),
    focusSuggestion: (id) => editor.storage.suggestions.layer?.focus(id),
  });
}
