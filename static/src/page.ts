/** The document page: puts together the room, the editor, the panel and the bars. */

import type { Editor } from "@tiptap/core";
import { mountPanel } from "./copilot/panel";
import { mountRoomBar } from "./copilot/roombar";
import { SCHEMA } from "./editor/content";
import { mountEditor } from "./editor/editor";
import { csrfToken } from "./element";
import { mountPreferences } from "./preferences";
import { mountAside, setAside } from "./room/aside";
import { becomeGuest, forgetGuest } from "./room/guest";
import { mountHeader } from "./room/header";
import { LiveRoom, type RoomNews } from "./room/live_room";
import { Notices, RELOAD } from "./room/notices";
import { type PageData, type Person, readPageData, socketAddress } from "./room/page_data";
import type { Room } from "./room/room";
import type { Session } from "./room/session";
import { mountShare } from "./share";

declare global {
  interface Window {
    /** A handle for looking, in the console and in tests; nothing in the page depends on it. */
    scriptorium?: { room: Room; editor: Editor | null; session: Session };
  }
}

const SIGNED_OUT = 4401;

async function begin(): Promise<void> {
  const data = readPageData();
  const notices = new Notices(part("notices"));
  mountPreferences();
  let person: Person | null = data.me;
  let protocols: string[] = [];
  if (data.join) {
    const guest = await becomeGuest(data.document.id, data.join.guest, csrfToken(), sessionStorage);
    person = { ...guest.user, kind: "guest", role: data.role };
    protocols = ["scriptorium", `guest.${guest.pass}`];
  }
  if (!person) throw new Error("Sign in to open this document.");
  const address = {
    ...socketAddress(data.socket, location),
    params: { epoch: String(data.document.epoch), schema: String(SCHEMA) },
    protocols,
  };
  let editor: Editor | null = null;
  const room: LiveRoom = new LiveRoom(
    data,
    person,
    address,
    SCHEMA,
    news(data, notices, () => editor),
  );
  window.scriptorium = { room, editor, session: room.session };
  mountHeader(room, (sentence) => notices.show("header", sentence));
  mountPanel(part("copilot-panel"), room);
  mountRoomBar(part("room-bar"), room);
  if (data.urls.links) mountShare(data.urls.links);
  mountAside(data.document.id, notices);
  room.open();
  await room.whenFilled();
  editor = mountEditor(room, part("document-content"), {
    say: (sentence) => notices.show("editor", sentence),
    unknown: () =>
      notices.show(
        "unknown",
        "This document holds something that this page is too old to edit. Reload to go on; nothing is lost.",
        RELOAD,
      ),
  });
  window.scriptorium = { room, editor, session: room.session };
}

function news(data: PageData, notices: Notices, editor: () => Editor | null): RoomNews {
  return {
    notice: (code, message) => {
      if (code === "saved_again") notices.clear("not_saved");
      else notices.show(code, message);
    },
    closed: (code, message) => {
      if (code === SIGNED_OUT && data.join) forgetGuest(data.document.id, sessionStorage);
      editor()?.setEditable(false);
      notices.show("closed", message, RELOAD);
    },
    reset: () => {
      setAside(data.document.id, editor()?.getText() ?? "");
      location.reload();
    },
  };
}

function part(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (!found) throw new Error(`The page has no part "${id}".`);
  return found;
}

begin().catch((error: unknown) => {
  const sentence = error instanceof Error ? error.message : "The page could not be opened. Reload to try again.";
  new Notices(part("notices")).show("begin", sentence, RELOAD);
  console.error(error);
});
