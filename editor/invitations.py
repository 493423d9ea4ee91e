"""Invitations by e-mail: made when a person confirms, their link, their mail."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from functools import partial
from threading import Thread
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.core.exceptions import ValidationError
from django.core.mail import send_mail
from django.core.validators import validate_email
from django.db import connections
from django.template.loader import render_to_string

from editor import confirmations
from editor.decisions import identifier
from editor.models import Confirmation, Invitation, Role
from editor.room.commands import Answer, CommandHandler
from editor.room.errors import Refusal
from editor.room.job import Workspace
from editor.room.participant import ABILITIES, Ability, Participant
from editor.room.participant import Role as RoomRole

log = logging.getLogger(__name__)

SALT = "invitation"
MAX_AGE_SECONDS = 30 * 24 * 3600

RunJob = Callable[[UUID, Callable[[Workspace], None]], object]
"""Runs a job on a document from a thread outside the event loop: `editor.live.journal.run_job_now`."""


def invite(ws: Workspace, by: Participant, confirmation: Confirmation) -> dict[str, Any]:
    """The effect of the tool that invites: one row a tool call. Nobody gives a role that may more than their own."""
    email = str(confirmation.arguments.get("email") or "").strip()
    role = str(confirmation.arguments.get("role") or Role.EDITOR)
    try:
        validate_email(email)
    except ValidationError:
        raise Refusal("bad_address", f"{email or 'Nothing'} is not an e-mail address.") from None
    if role not in Role.values:
        raise Refusal("bad_role", f"{role} is not a role.")
    if not ABILITIES[RoomRole(role)] <= ABILITIES[by.role]:
        raise Refusal("forbidden", f"You may not invite somebody as {role}.")
    invitation, _ = Invitation.objects.get_or_create(
        tool_call_id=confirmation.tool_call_id,
        defaults={
            "id": ws.new_id(),
            "document_id": ws.document_id,
            "email": email.lower(),
            "role": role,
            "invited_by_id": by.user,
        },
    )
    return {"invitation": str(invitation.pk), "email": invitation.email, "role": invitation.role}


def token(invitation_id: UUID) -> str:
    return signing.dumps(str(invitation_id), salt=SALT)


def url(invitation_id: UUID) -> str:
    return f"{settings.PUBLIC_URL}/invitation/{token(invitation_id)}"


def invitation_of(signed: str) -> Invitation | None:
    """The invitation of a link, None where the link is wrong or older than 30 days."""
    try:
        pk = signing.loads(signed, salt=SALT, max_age=MAX_AGE_SECONDS)
    except signing.BadSignature:
        return None
    return Invitation.objects.select_related("document", "invited_by").filter(pk=pk).first()


def parse_link(message: Mapping[str, Any]) -> UUID:
    return identifier(message, "invitation")


def link(ws: Workspace, by: Participant, invitation_id: UUID) -> Answer:
    if not Invitation.objects.filter(pk=invitation_id, document_id=ws.document_id).exists():
        raise Refusal("unknown", "There is no such invitation to this document.")
    return {"url": url(invitation_id)}


LINK_HANDLER = CommandHandler("invitation_link", Ability.WRITE, parse_link, link)


def mailer(run_job: RunJob) -> confirmations.Hook:
    """A hook that mails a new invitation from a thread of its own, and notes on the card whether that went well."""

    def hook(confirmation: Confirmation) -> None:
        invitation = (confirmation.result or {}).get("invitation")
        if confirmation.state == Confirmation.State.DONE and invitation:
            Thread(target=_mail_and_leave, args=(run_job, confirmation, UUID(invitation)), name="invitation").start()

    return hook


def _mail_and_leave(run_job: RunJob, confirmation: Confirmation, invitation_id: UUID) -> None:
    try:
        mail(run_job, confirmation, invitation_id)
    finally:
        connections.close_all()


def mail(run_job: RunJob, confirmation: Confirmation, invitation_id: UUID) -> None:
    outcome = "sent" if send(invitation_id) else "failed"
    job = partial(confirmations.note_result, confirmation_id=confirmation.pk, mail=outcome)
    run_job(confirmation.document_id, job)


def send(invitation_id: UUID) -> bool:
    """Send the invitation's mail; False, and a line in the log, where that fails."""
    invitation = Invitation.objects.select_related("document", "invited_by").get(pk=invitation_id)
    inviter = invitation.invited_by.name if invitation.invited_by else "Somebody"
    title = " ".join(str(invitation.document).split())
    words = {
        "by": inviter,
        "title": title,
        "role": invitation.role,
        "url": url(invitation_id),
        "email": invitation.email,
    }
    body = render_to_string("editor/mail/invitation.txt", words)
    try:
        send_mail(f"{inviter} invites you to “{title}”", body, None, [invitation.email])
    except Exception:
        log.exception("an invitation's mail was not sent", extra={"invitation": str(invitation_id)})
        return False
    return True
