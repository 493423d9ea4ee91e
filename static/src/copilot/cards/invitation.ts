/** The card of an invitation: once it is made, its link can be copied, and it says what became of the mail. */

import { COPIED, COPY_BY_HAND, copy } from "../../copy";
import { element, icon, say } from "../../element";
import type { Room } from "../../room/room";
import type { Confirmation } from "../../room/session";
import { refusal } from "../words";
import { ConfirmationCard, parsed } from "./confirmation";
import type { Card } from "./registry";

export class InvitationCard implements Card {
  private readonly frame: ConfirmationCard;
  private readonly mail = element("p", { class: "card__note" });
  private readonly said = element("p", { class: "card__note", role: "status" });
  private readonly field = element("input", {
    class: "input link__url",
    readonly: true,
    hidden: true,
    "aria-label": "Invitation link",
  });
  private readonly button = element(
    "button",
    { type: "button", class: "button", onclick: () => this.copyLink() },
    icon("copy"),
    "Copy link",
  );
  private invitation = "";

  constructor(
    confirmation: Confirmation,
    private readonly room: Room,
  ) {
    this.frame = new ConfirmationCard(confirmation, room);
    this.frame.result.append(this.mail, this.button, this.field, this.said);
    this.showResult(confirmation);
  }

  get element(): HTMLElement {
    return this.frame.element;
  }

  update(confirmation: Confirmation): void {
    this.frame.update(confirmation);
    this.showResult(confirmation);
  }

  private showResult(confirmation: Confirmation): void {
    const result = parsed(confirmation.result);
    this.invitation = String(result["invitation"] ?? "");
    this.frame.result.hidden = !this.invitation;
    this.button.hidden = !this.room.may("write");
    say(this.mail, mailInWords(result));
  }

  private async copyLink(): Promise<void> {
    this.button.disabled = true;
    try {
      const { url } = await this.room.command("invitation_link", { invitation: this.invitation });
      this.field.dataset["invitationUrl"] = String(url);
      const copied = await copy(String(url), this.field);
      this.field.hidden = false;
      say(this.said, copied ? COPIED : COPY_BY_HAND);
      this.said.scrollIntoView({ block: "nearest" });
    } catch (error) {
      say(this.said, refusal(error));
    } finally {
      this.button.disabled = false;
    }
  }
}

function mailInWords(result: Record<string, unknown>): string {
  if (result["mail"] === "sent") return `A mail is on its way to ${result["email"]}.`;
  if (result["mail"] === "failed")
    return `The mail to ${result["email"]} could not be sent. Copy the link and send it.`;
  return "";
}
