/** Draws the room's suggestions into the text as decorations: the content itself never holds them. */

import { Extension } from "@tiptap/core";
import type { Node } from "@tiptap/pm/model";
import { type EditorState, Plugin, PluginKey } from "@tiptap/pm/state";
import { Decoration, DecorationSet, type EditorView } from "@tiptap/pm/view";
import type { Room } from "../room/room";
import type { Suggestion } from "../room/session";
import { isOpen, type Placement, place } from "./placement";
import { type Decided, SuggestionView } from "./suggestion_view";

export interface SuggestionsOptions {
  room: Room;
  decided: Decided;
}

interface Drawn {
  placements: Placement[];
  decorations: DecorationSet;
}

declare module "@tiptap/core" {
  interface Storage {
    suggestions: { layer: SuggestionLayer | null };
  }
}

/** Other people's carets are drawn at 10: they belong to the text, before the card. */
const BEYOND_CARETS = 20;

const key = new PluginKey<Drawn>("suggestions");

export const Suggestions = Extension.create<SuggestionsOptions, { layer: SuggestionLayer | null }>({
  name: "suggestions",
  addStorage() {
    return { layer: null };
  },
  addProseMirrorPlugins() {
    const layer = new SuggestionLayer(this.options.room, this.options.decided);
    this.storage.layer = layer;
    return [layer.plugin()];
  },
});

/** Keeps one view a suggestion. One that was settled before this page opened is not shown in the text. */
export class SuggestionLayer {
  readonly #views = new Map<string, SuggestionView>();
  #view: EditorView | null = null;
  #signature = "";

  constructor(
    private readonly room: Room,
    private readonly decided: Decided,
  ) {}

  plugin(): Plugin<Drawn> {
    return new Plugin<Drawn>({
      key,
      state: {
        init: (_, state) => this.#draw(state.doc),
        apply: (transaction, drawn) =>
          transaction.docChanged || transaction.getMeta(key) ? this.#draw(transaction.doc) : drawn,
      },
      props: { decorations: (state: EditorState) => key.getState(state)?.decorations },
      view: (view) => this.#follow(view),
    });
  }

  focus(id: string): void {
    this.#views.get(id)?.focus();
  }

  #follow(view: EditorView): { update(): void; destroy(): void } {
    this.#view = view;
    const stops = [
      this.room.session.subscribe(() => this.#changed()),
      this.room.subscribe(() => this.#fill(view.state)),
    ];
    return {
      update: () => this.#fill(view.state),
      destroy: () => {
        this.#view = null;
        for (const stop of stops) stop();
      },
    };
  }

  /** Once a frame: growing texts are painted in place, and only a change of what stands where is a transaction. */
  #changed(): void {
    const shown = this.#shown();
    if (signature(shown) !== this.#signature) this.#redraw();
    else for (const suggestion of shown) this.#views.get(suggestion.id)?.paint(suggestion);
  }

  #redraw(): void {
    this.#signature = signature(this.#shown());
    const view = this.#view;
    if (view) view.dispatch(view.state.tr.setMeta(key, true));
  }

  #fill(state: EditorState): void {
    for (const placement of key.getState(state)?.placements ?? []) {
      this.#views.get(placement.suggestion.id)?.show(placement);
    }
  }

  #shown(): Suggestion[] {
    return this.room.session.suggestions().filter((suggestion) => {
      const view = this.#views.get(suggestion.id) ?? (isOpen(suggestion) ? this.#open(suggestion.id) : undefined);
      return view !== undefined && !view.gone;
    });
  }

  #open(id: string): SuggestionView {
    const view = new SuggestionView(id, this.room, this.decided, () => this.#redraw());
    this.#views.set(id, view);
    return view;
  }

  #draw(doc: Node): Drawn {
    const placements = place(doc, this.#shown());
    const decorations = placements.flatMap((placement) => this.#decorate(placement));
    return { placements, decorations: DecorationSet.create(doc, decorations) };
  }

  #decorate(placement: Placement): Decoration[] {
    const { suggestion, mode, ranges, at } = placement;
    const view = this.#views.get(suggestion.id);
    if (!view) return [];
    const card = Decoration.widget(at, () => view.element, {
      key: `suggestion-${suggestion.id}`,
      side: BEYOND_CARETS,
      marks: [],
      ignoreSelection: true,
      stopEvent: () => true,
    });
    if (mode === "diff") return [...difference(placement), card];
    if (mode === "stale") return [...ranges.map(({ from, to }) => touched(from, to)), card];
    return [...ranges.map(({ from, to }) => struck(from, to)), card];
  }
}

function signature(suggestions: Suggestion[]): string {
  const whole = ({ body, ...rest }: Suggestion): unknown => (rest.status === "streaming" ? rest : { ...rest, body });
  return JSON.stringify(suggestions.map(whole));
}

function struck(from: number, to: number): Decoration {
  return Decoration.inline(from, to, { nodeName: "del", class: "suggestion-old" });
}

function touched(from: number, to: number): Decoration {
  return Decoration.inline(from, to, { class: "suggestion-touched" });
}

/** Words that go are struck where they stand, words that come stand beside them, the rest is as it is. */
function difference({ suggestion, ranges, pieces }: Placement): Decoration[] {
  let position = ranges[0]?.from ?? 0;
  return pieces.flatMap(({ kind, text }, index) => {
    const start = position;
    if (kind !== "insert") position += text.length;
    if (kind === "delete") return [struck(start, position)];
    return kind === "insert" ? [inserted(start, text, `${suggestion.id}-${index}-${text}`)] : [];
  });
}

function inserted(at: number, text: string, id: string): Decoration {
  const make = (): HTMLElement => {
    const words = document.createElement("ins");
    words.className = "suggestion-new";
    words.dir = "auto";
    words.textContent = text.replaceAll("\ufffc", "\n");
    return words;
  };
  return Decoration.widget(at, make, { key: `suggestion-new-${id}`, side: 1, marks: [], ignoreSelection: true });
}
