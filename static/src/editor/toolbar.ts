/** The bar over a selection: marks, block kinds, a link, and what the copilot can do with it. */

import { autoUpdate, computePosition, flip, offset, shift } from "@floating-ui/dom";
import type { Editor } from "@tiptap/core";
import { element, set } from "../element";
import { Nack, type Room } from "../room/room";
import { blockAround, targetOf } from "./target";

export interface ToolbarActions {
  /** The person wants to write to the copilot about what is selected. */
  ask(): void;
  say(sentence: string): void;
}

interface Tool {
  name: string;
  face: string;
  keys?: string;
  run(): void;
  active?(): boolean;
}

export class Toolbar {
  readonly #bar = element("div", { class: "toolbar", role: "toolbar", "aria-label": "Selected text", hidden: true });
  readonly #link = element("form", { class: "toolbar__link", hidden: true });
  readonly #address = element("input", {
    class: "input",
    type: "text",
    "aria-label": "Address of the link",
    placeholder: "https://",
    maxlength: "2000",
  });
  readonly #buttons: [Tool, HTMLButtonElement][] = [];
  #stopFollowing: (() => void) | null = null;
  #scheduled = false;

  constructor(
    private readonly editor: Editor,
    private readonly room: Room,
    private readonly actions: ToolbarActions,
  ) {
    this.#link.append(this.#address, element("button", { type: "submit", class: "button" }, "Set link"));
    this.#link.addEventListener("submit", (event) => this.#setLink(event));
    this.#bar.addEventListener("mousedown", (event) => event.target !== this.#address && event.preventDefault());
    this.#bar.addEventListener("keydown", (event) => event.key === "Escape" && this.#leave());
    document.body.append(this.#bar);
    this.build();
    for (const name of ["selectionUpdate", "transaction", "focus", "blur"] as const)
      editor.on(name, () => this.#later());
    this.#bar.addEventListener("focusout", () => this.#later());
  }

  /** Puts in what this person may do; again when their role changes. */
  build(): void {
    const tools = this.room.may("write") ? this.#formats() : [];
    const helpers = this.room.may("ask") ? this.#helpers() : [];
    this.#buttons.length = 0;
    for (const tool of [...tools, ...helpers]) this.#buttons.push([tool, this.#button(tool)]);
    this.#bar.replaceChildren(...this.#buttons.map(([, button]) => button), this.#link);
  }

  destroy(): void {
    this.#stopFollowing?.();
    this.#bar.remove();
  }

  /** Sends the selection, or the block round the caret, to be improved. */
  improve(): void {
    const { doc, selection } = this.editor.state;
    const target = targetOf(doc, selection.from, selection.to) ?? blockAround(doc, selection.from);
    if (!target) {
      this.actions.say("Select some text first.");
      return;
    }
    this.room.command("ask", { text: "Improve this", target }).catch((error: unknown) => {
      this.actions.say(error instanceof Nack ? error.message : "The server did not answer. Try again.");
    });
    this.editor.commands.setTextSelection(selection.to);
    this.#hide();
  }

  ask(): void {
    if (!this.room.may("ask")) return;
    this.#hide();
    this.actions.ask();
  }

  editLink(): void {
    if (!this.room.may("write") || this.editor.state.selection.empty) return;
    this.#show();
    this.#link.hidden = false;
    this.#address.value = String(this.editor.getAttributes("link")["href"] ?? "");
    this.#address.focus();
  }

  #formats(): Tool[] {
    const chain = () => this.editor.chain().focus();
    const active = (name: string, attributes?: Record<string, unknown>) => () => this.editor.isActive(name, attributes);
    return [
      { name: "Bold", face: "B", keys: "Ctrl+B", run: () => chain().toggleBold().run(), active: active("bold") },
      { name: "Italic", face: "I", keys: "Ctrl+I", run: () => chain().toggleItalic().run(), active: active("italic") },
      {
        name: "Heading",
        face: "H",
        keys: "Ctrl+Alt+2",
        run: () => chain().toggleHeading({ level: 2 }).run(),
        active: active("heading"),
      },
      {
        name: "List",
        face: "•",
        keys: "Ctrl+Shift+8",
        run: () => chain().toggleBulletList().run(),
        active: active("bulletList"),
      },
      { name: "Link", face: "Link", keys: "Ctrl+K", run: () => this.editLink(), active: active("link") },
    ];
  }

  #helpers(): Tool[] {
    return [
      { name: "Improve", face: "Improve", run: () => this.improve() },
      { name: "Ask the copilot", face: "Ask the copilot", keys: "Ctrl+J", run: () => this.ask() },
    ];
  }

  #button({ name, face, keys, run }: Tool): HTMLButtonElement {
    const title = keys ? `${name} (${keys})` : name;
    const attributes = {
      type: "button",
      class: "button button--quiet",
      "aria-label": name === face ? null : name,
      title,
      "data-tool": name,
    };
    return element("button", { ...attributes, onclick: run }, face);
  }

  #setLink(event: Event): void {
    event.preventDefault();
    const href = this.#address.value.trim();
    const whole = /^[a-z]+:|^[/#?]/i.test(href) ? href : `https://${href}`;
    const chain = this.editor.chain().focus().extendMarkRange("link");
    if (href) chain.setLink({ href: whole }).run();
    else chain.unsetLink().run();
    this.#link.hidden = true;
    this.#paint();
  }

  /** Once for all that happens now: while the focus moves it is nowhere. */
  #later(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setTimeout(() => {
      this.#scheduled = false;
      if (!this.editor.isDestroyed) this.#paint();
    });
  }

  #leave(): void {
    this.#hide();
    this.editor.view.focus();
  }

  #paint(): void {
    const { selection } = this.editor.state;
    const here = this.editor.view.hasFocus() || this.#bar.contains(document.activeElement);
    if (!here || selection.empty || this.#buttons.length === 0 || this.editor.view.composing) {
      this.#hide();
      return;
    }
    for (const [tool, button] of this.#buttons) {
      if (tool.active) set(button, "aria-pressed", tool.active() ? "true" : "false");
    }
    this.#show();
  }

  #show(): void {
    this.#stopFollowing?.();
    this.#bar.hidden = false;
    const reference = {
      getBoundingClientRect: () => this.#box(),
      contextElement: this.editor.view.dom,
    };
    this.#stopFollowing = autoUpdate(reference, this.#bar, () => this.#move(reference));
  }

  async #move(reference: { getBoundingClientRect(): DOMRect; contextElement: Element }): Promise<void> {
    const middleware = [offset(8), flip({ padding: { top: barHeight() } }), shift({ padding: 8 })];
    const { x, y } = await computePosition(reference, this.#bar, { placement: "top", middleware });
    Object.assign(this.#bar.style, { left: `${x}px`, top: `${y}px` });
  }

  #hide(): void {
    this.#stopFollowing?.();
    this.#stopFollowing = null;
    this.#bar.hidden = true;
    this.#link.hidden = true;
  }

  #box(): DOMRect {
    const { from, to } = this.editor.state.selection;
    const start = this.editor.view.coordsAtPos(from);
    const end = this.editor.view.coordsAtPos(to, -1);
    const top = Math.min(start.top, end.top);
    const left = end.top > start.top ? this.editor.view.dom.getBoundingClientRect().left : start.left;
    const right = end.top > start.top ? this.editor.view.dom.getBoundingClientRect().right : end.right;
    return new DOMRect(left, top, Math.max(1, right - left), Math.max(start.bottom, end.bottom) - top);
  }
}

/** The page's bar covers what is under it. */
function barHeight(): number {
  return document.querySelector<HTMLElement>(".bar")?.offsetHeight ?? 0;
}
