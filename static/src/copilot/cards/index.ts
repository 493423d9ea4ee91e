/** The cards that Scriptorium brings. A site registers its own with `registerCard`. */

import type { Room } from "../../room/room";
import type { Confirmation } from "../../room/session";
import { ConfirmationCard } from "./confirmation";
import { InvitationCard } from "./invitation";
import { type Card, makeCard, registerCard } from "./registry";

registerCard("invite_person", (confirmation, room) => new InvitationCard(confirmation, room));

export function cardFor(confirmation: Confirmation, room: Room): Card {
  return makeCard(confirmation, room, (asked, where) => new ConfirmationCard(asked, where));
}
