/** The panel beside the text: the conversation with the copilot, and the suggestions that wait. */

import { iconButton } from "../element";
import type { Room } from "../room/room";
import { Announcer } from "./announcer";
import { AskForm } from "./ask";
import { Proposals } from "./proposals";
import { Tabs } from "./tabs";
import { Thread } from "./thread";
import { PanelVisibility } from "./visibility";

/** The event by which the room bar asks for a question to be shown; its detail is the confirmation's id. */
export const REVIEW = "scriptorium:review";

/** Takes over what the server rendered in `root` and follows the room from then on. */
export function mountPanel(root: HTMLElement, room: Room): void {
  const thread = new Thread(room, root.querySelector<HTMLElement>(".thread"));
  const visibility = new PanelVisibility(() => thread.toEnd());
  const ask = new AskForm(room, () => thread.toEnd());
  const proposals = new Proposals(room);
  const announcer = new Announcer(room);
  const demo = root.querySelector<HTMLElement>(".demo");
  const tabs = new Tabs([
    { id: "copilot", name: "Copilot", content: [...(demo ? [demo] : []), thread.element, ask.element] },
    { id: "suggestions", name: "Suggestions", content: [proposals.element] },
  ]);
  const head = root.querySelector(".panel__head") ?? root.appendChild(document.createElement("header"));
  head.className = "panel__head";
  head.replaceChildren(
    tabs.list,
    iconButton("close", "Close the panel", () => visibility.close()),
  );
  root.replaceChildren(head, ...tabs.views);
  thread.toEnd();

  const paint = () => {
    thread.paint();
    tabs.count(1, proposals.paint());
    announcer.tell();
  };
  room.session.subscribe(paint);
  room.subscribe(() => {
    ask.paint();
    paint();
  });
  room.onAsk(() => {
    visibility.show(true);
    tabs.show(0);
    ask.focus();
  });
  document.addEventListener(REVIEW, (event) => {
    visibility.show(true);
    tabs.show(0);
    if (event instanceof CustomEvent) thread.reveal(String(event.detail));
  });
  paint();
}
