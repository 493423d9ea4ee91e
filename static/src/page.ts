/** The document page: puts together the room, the editor, the panel and the bars. */

import type { Editor } from "@tiptap/core";
import { mountPanel } from "./copilot/panel";
import { mountRoomBar } from "./copilot/roombar";
import { SCHEMA } from "./editor/content";
import { mountEditor } from "./editor/editor";
import { csrfToken } from "./element";
import { startWorker } from "./offline/connection";
import { PageKeeper } from "./offline/keeping";
import { mountPreferences } from "./preferences";
import type { CopyName } from "./room/copy_name";
import { spelled } from "./room/copy_name";
import { becomeGuest, forgetGuest, type Keeper } from "./room/guest";
import { mountHeader } from "./room/header";
import { clearFormerGuests } from "./room/kept_copies";
import { mountKeptNotices, mountRememberedText } from "./room/kept_notices";
import { guardLeaving } from "./room/leaving";
import { LiveRoom } from "./room/live_room";
import { LocalCopy } from "./room/local_copy";
import { Notices, RELOAD } from "./room/notices";
import { type PageData, type Person, readPageData, socketAddress } from "./room/page_data";
import { Parting } from "./room/parting";
import { plainText } from "./room/plain_text";
import type { Room } from "./room/room";
import type { Session } from "./room/session";
import { tabMemory } from "./room/tab_memory";
import { mountShare } from "./share";
import { mountSignOut } from "./sign_out";
import { CloseCode } from "./wire/close_codes";

declare global {
  interface Window {
    /** A handle for looking, in the console and in tests; nothing in the page depends on it. */
    scriptorium?: { room: Room; editor: Editor | null; session: Session };
  }
}

const WITHOUT_TEXT = "You are offline, and this browser has no copy of the text. It shows when the connection is back.";

interface Visitor {
  person: Person;
  protocols: string[];
}

async function begin(): Promise<void> {
  const data = readPageData();
  const keeper = new PageKeeper(data);
  const notices = new Notices(part("notices"));
  const memory = tabMemory();
  mountPreferences();
  const { person, protocols } = await visitor(data, memory);
  const name: CopyName = {
    kind: person.kind,
    person: person.id,
    document: data.document.id,
    epoch: data.document.epoch,
    aside: 0,
  };
  const address = {
    ...socketAddress(data.socket, location),
    params: { epoch: String(data.document.epoch), schema: String(SCHEMA), ...(data.join ? {} : { person: person.id }) },
    protocols,
  };
  let editor: Editor | null = null;
  const parting = new Parting(name, memory, notices, () => editor);
  const room: LiveRoom = new LiveRoom(data, person, address, SCHEMA, {
    notice: (code, message) => {
      if (code === "saved_again" || code === "read_only") notices.clear("not_saved");
      if (code === "saved_again") notices.clear("read_only");
      else notices.show(code, message);
    },
    admitted: () => {
      keeper.admitted(room);
      notices.clear("busy");
      notices.clear("without_text");
    },
    closed: (code, ended) => {
      if (code === CloseCode.NO_RIGHT || code === CloseCode.NO_DOCUMENT) keeper.forget();
      if (code === CloseCode.NOT_SIGNED_IN && data.join) forgetGuest(data.document.id, memory);
      parting.closed(room, code, ended);
    },
    reset: () => void parting.beginAgain(room),
  });
  window.scriptorium = { room, editor, session: room.session };
  mountHeader(room, (sentence) => notices.show("header", sentence));
  mountPanel(part("copilot-panel"), room);
  mountRoomBar(part("room-bar"), room);
  if (data.urls.links) mountShare(data.urls.links);
  mountRememberedText(data.document.id, room.title(), room.may("write"), memory, notices);
  const release = guardLeaving(room);
  mountSignOut(release);
  parting.copy = await LocalCopy.open(spelled(name), room.content);
  parting.release = release;
  if (parting.copy) room.keepIn(parting.copy);
  if (data.kept && room.content.store.clients.size === 0) notices.show("without_text", WITHOUT_TEXT);
  room.open();
  startWorker();
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
  await mountKeptNotices(name, room.title(), plainText(room.content), room.may("write"), notices);
  await clearFormerGuests(Date.now());
}

/** Who this tab is: the guest that a link has made, or the person who is signed in. */
async function visitor(data: PageData, memory: Keeper): Promise<Visitor> {
  if (data.join) {
    const guest = await becomeGuest(data.document.id, data.join.guest, csrfToken(), memory);
    const person: Person = { ...guest.user, kind: "guest", role: data.role };
    return { person, protocols: ["scriptorium", `guest.${guest.pass}`] };
  }
  if (!data.me) throw new Error("Sign in to open this document.");
  return { person: data.me, protocols: [] };
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
