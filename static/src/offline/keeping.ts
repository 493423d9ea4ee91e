/** Keeps a document's page in this browser while its person may open it. */

import type { PageData } from "../room/page_data";
import type { Room } from "../room/room";
import { backOnline } from "./connection";
import { forgetPage, keepOnlyPagesOf, keepPage } from "./kept_pages";
import { Shell } from "./shell";

/** Who is signed in, as the page was served; "" is nobody. */
export function signedIn(): string {
  return document.documentElement.dataset["person"] ?? "";
}

export class PageKeeper {
  readonly #shell = new Shell(document);
  #title: string | null = null;

  /** Made before any script changes the page. */
  constructor(private readonly data: PageData) {
    if (!data.kept) void keepOnlyPagesOf(signedIn());
  }

  /** The server has let the room's person in: the page may be opened again, as they are now known. */
  admitted(room: Room): void {
    if (this.data.kept) void backOnline();
    this.#keep(room);
    room.subscribe(() => {
      if (room.title() !== this.#title && !room.over()) this.#keep(room);
    });
  }

  /** The person may no longer open it. */
  forget(): void {
    void forgetPage(location.href);
  }

  #keep(room: Room): void {
    this.#title = room.title();
    const { user: id, name, colour, kind } = room.me();
    const role = room.role();
    const html = this.#shell.html({ title: this.#title, role, me: { id, name, colour, kind, role } }, Date.now());
    void keepPage(signedIn(), location.href, html).catch(() => undefined);
  }
}
