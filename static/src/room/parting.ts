/** The room is over for this tab, or begins again: what is not saved is kept, and the person is told where. */

import type { Editor } from "@tiptap/core";
import type { Ended } from "./close_words";
import type { CopyName } from "./copy_name";
import { closedWords } from "./copy_words";
import type { Keeper } from "./guest";
import { setAside } from "./kept_copies";
import { rememberText } from "./kept_notices";
import type { LiveRoom } from "./live_room";
import type { LocalCopy } from "./local_copy";
import type { Notices } from "./notices";
import { plainText } from "./plain_text";
import { takeAway } from "./take_away";

export class Parting {
  copy: LocalCopy | null = null;
  /** Ends the guard on leaving. */
  release: () => void = () => undefined;
  #begun = false;

  constructor(
    private readonly name: CopyName,
    private readonly memory: Keeper,
    private readonly notices: Notices,
    private readonly editor: () => Editor | null,
  ) {}

  /** The server closed the room for good: nothing is written any more, and nothing is deleted. */
  closed(room: LiveRoom, code: number, { sentence, next, refused, gone }: Ended): void {
    if (this.#begun) return;
    this.editor()?.setEditable(false);
    const { unsaved } = room.saveState();
    const filled = room.content.store.clients.size > 0;
    const kept = this.copy !== null && filled && !gone;
    const go = () => {
      if (refused && unsaved > 0) return void this.beginAgain(room);
      if (kept) this.release();
      if (gone) location.assign("/");
      else location.reload();
    };
    const words = closedWords(code, sentence, unsaved, kept);
    const takes = words === sentence && !(gone && filled) ? [] : takeAway(room.title(), () => plainText(room.content));
    this.notices.show("closed", words, ...takes, { name: next, act: go });
  }

  /** What is here may not be merged any more: it is set aside, and the page is built anew from the server. */
  async beginAgain(room: LiveRoom): Promise<void> {
    if (this.#begun) return;
    this.#begun = true;
    this.editor()?.setEditable(false);
    const { unsaved } = room.saveState();
    room.leave();
    await this.copy?.close();
    const kept = await setAside(this.name, room.content, unsaved, Date.now());
    if (!kept) rememberText(this.name.document, plainText(room.content), this.memory);
    this.release();
    location.reload();
  }
}
