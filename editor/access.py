"""Who may do what: the one place that turns a request, a pass or a token into rights."""

from __future__ import annotations

from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.http import Http404

from editor.models import Grant, ShareLink, User
from editor.room.participant import ABILITIES, Ability, Role

Visitor = User | AnonymousUser


def participant_for(document_id: UUID, user: Visitor) -> Grant | None:
    """The person's grant, with its user and document, or None for a stranger: no row, withdrawn, or not active."""
    if not isinstance(user, User):
        return None
    grants = Grant.objects.select_related("user", "document", "link")
    return grants.filter(document_id=document_id, user=user, user__is_active=True).exclude(role="").first()


def may(user: Visitor, document_id: UUID, ability: Ability) -> bool:
    grant = participant_for(document_id, user)
    return grant is not None and ability in ABILITIES[Role(grant.role)]


def grant_or_404(user: Visitor, document_id: UUID, ability: Ability = Ability.READ) -> Grant:
    """The grant with that ability. A stranger gets Http404, who may only read PermissionDenied."""
    grant = participant_for(document_id, user)
    if grant is None:
        raise Http404
    if ability not in ABILITIES[Role(grant.role)]:
        raise PermissionDenied
    return grant


def live_link(token: str) -> ShareLink | None:
    return ShareLink.objects.select_related("document").filter(token=token, revoked=None).first()


def guest_pass(user: User) -> str:
    """What a guest's tab shows to be that guest again; its characters fit a WebSocket subprotocol."""
    return _passes().sign(user.pk.hex)


def user_of_guest_pass(value: str) -> User | None:
    pk = guest_of_pass(value)
    return None if pk is None else User.objects.filter(pk=pk, kind=User.Kind.GUEST, is_active=True).first()


def guest_of_pass(value: str) -> UUID | None:
    """Whom a pass was given to, who need not be a guest here any more; None where we did not give it."""
    try:
        return UUID(_passes().unsign(value))
    except (signing.BadSignature, ValueError):
        return None


def _passes() -> signing.Signer:
    return signing.Signer(salt="guest", sep=".")


def same_origin(origin: str, host: str) -> bool:
    """Whether a browser's Origin is ours: its host is the request's Host, or the settings trust it."""
    return urlsplit(origin).netloc.lower() == host.lower() or origin in settings.CSRF_TRUSTED_ORIGINS
