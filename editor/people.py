"""Writes of people: the owner, who is invited, guests, and the one-time links by which they sign in."""

from __future__ import annotations

import hashlib
import re
import secrets
from datetime import timedelta
from random import SystemRandom

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from editor import documents
from editor.doorbell import room_changed
from editor.models import Grant, Invitation, Role, Seat, ShareLink, SignInLink, User
from editor.room import presence

SIGN_IN_LINK_LIVES = timedelta(days=7)
_random = SystemRandom()


class NotYours(Exception):
    """An account with the invitation's address exists: only whoever is signed in to it may accept."""


def owner() -> User | None:
    """The first superuser: whom `owner_link` signs in."""
    return User.objects.filter(is_superuser=True, is_active=True).order_by("created").first()


def make_owner() -> User:
    """The first person here; they give themselves an address and a password when they like."""
    return User.objects.create_superuser(email="", name="Owner", colour=new_colour())


def new_colour() -> str:
    """A colour for a person: one that few others have."""
    colours = User.objects.filter(kind=User.Kind.PERSON).order_by("-created").values_list("colour", flat=True)
    return presence.colour(_random, colours[:200])


def make_person(email: str, name: str = "") -> User:
    """Someone who signs in by link until they choose a password; raises IntegrityError where the address is taken."""
    return User.objects.create_user(email.lower(), name=name or name_from_address(email), colour=new_colour())


def switch_off(user: User) -> None:
    """Nothing of theirs is taken from the commit on: pages close, passes and links end. What they wrote stays."""
    with transaction.atomic():
        User.objects.filter(pk=user.pk).update(is_active=False)
        SignInLink.objects.filter(user=user, spent=None).delete()
        _rights_changed(user)
    user.is_active = False


def switch_on(user: User) -> None:
    with transaction.atomic():
        User.objects.filter(pk=user.pk).update(is_active=True)
        _rights_changed(user)
    user.is_active = True


def _rights_changed(user: User) -> None:
    """Take turns with the journal's writers, who hold the grants of whoever they write for; ring the person's rooms."""
    Grant.objects.filter(user=user).update(generation=F("generation") + 1)
    for document in Seat.objects.filter(user=user).order_by().values_list("document_id", flat=True).distinct():
        room_changed(document)


def name_from_address(email: str) -> str:
    """The name that an address suggests: "ada.lovelace@example.com" is Ada Lovelace."""
    words = re.split(r"[._\-+\d]+", email.partition("@")[0])
    name = " ".join(word[:1].upper() + word[1:] for word in words if word)
    try:
        return presence.clean_name(name[: presence.MAX_NAME])
    except ValueError:
        return "Somebody"


def join_as_guest(link: ShareLink) -> User:
    """A new guest with the link's role, whose name and colour differ from everybody's in that document.

    Raises `documents.LinkEnded` where somebody has revoked the link meanwhile.
    """
    with transaction.atomic():
        documents.hold(link)
        present = list(User.objects.filter(grants__document=link.document_id).values_list("name", "colour"))
        guest = User.objects.create_user(
            None,
            kind=User.Kind.GUEST,
            name=presence.guest_name(_random, [name for name, _ in present]),
            colour=presence.colour(_random, [colour for _, colour in present]),
        )
        Grant.objects.create(document_id=link.document_id, user=guest, role=link.role, link=link)
    return guest


def accept_invitation(invitation: Invitation, visitor: User | None) -> User | None:
    """Give the invited person their role, once, and return them; None if the invitation was used before.

    The link proves nothing about an account that exists already, so that then `visitor` must be it, else NotYours.
    """
    with transaction.atomic():
        person = User.objects.filter(email__iexact=invitation.email).first()
        if person is not None and person != visitor:
            raise NotYours
        unused = Invitation.objects.filter(pk=invitation.pk, accepted=None)
        if not unused.update(accepted=timezone.now()):
            return None
        person = person or make_person(invitation.email)
        unused.model.objects.filter(pk=invitation.pk).update(accepted_by=person)
        documents.give_role(invitation.document_id, person, Role(invitation.role))
    return person


def make_sign_in_link(user: User) -> str:
    """The token of a fresh one-time link; the person's earlier unspent ones end."""
    token = secrets.token_urlsafe(32)
    with transaction.atomic():
        SignInLink.objects.filter(user=user, spent=None).delete()
        SignInLink.objects.create(user=user, token_hash=_hash(token), expires=timezone.now() + SIGN_IN_LINK_LIVES)
    return token


def whom_it_signs_in(token: str) -> User | None:
    """Whose link this is, if it can still be spent. Spends nothing."""
    link = SignInLink.objects.filter(**_spendable(token), user__is_active=True).select_related("user").first()
    return link.user if link else None


def spend_sign_in_link(token: str) -> User | None:
    """Whom the link signs in, to the first who asks; None to everybody after."""
    # No join in this UPDATE: PostgreSQL would not look at a joined condition again after waiting for another one.
    if not SignInLink.objects.filter(**_spendable(token)).update(spent=timezone.now()):
        return None
    return User.objects.filter(sign_in_links__token_hash=_hash(token), is_active=True).first()


def _spendable(token: str) -> dict[str, object]:
    return {"token_hash": _hash(token), "spent": None, "expires__gt": timezone.now()}


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
