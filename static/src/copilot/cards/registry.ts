/** Cards for confirmations, by the tool's name; a tool without one of its own gets the generic card. */

import type { Room } from "../../room/room";
import type { Confirmation } from "../../room/session";

/** A card lives as long as its confirmation is shown; `update` brings it to the newest state. */
export interface Card {
  readonly element: HTMLElement;
  update(confirmation: Confirmation): void;
}

export type CardMaker = (confirmation: Confirmation, room: Room) => Card;

const makers = new Map<string, CardMaker>();

export function registerCard(tool: string, maker: CardMaker): void {
  makers.set(tool, maker);
}

export function makeCard(confirmation: Confirmation, room: Room, generic: CardMaker): Card {
  return (makers.get(confirmation.tool) ?? generic)(confirmation, room);
}
