from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from editor import documents, people
from editor.models import Grant, Invitation, Role, SignInLink
from editor.room.presence import PALETTE
from tests.edge.rooms import guest_link, owner_with_document

pytestmark = pytest.mark.django_db


def test_a_sign_in_link_is_spent_once() -> None:
    owner = people.make_owner()
    token = people.make_sign_in_link(owner)
    assert people.whom_it_signs_in(token) == owner
    assert people.spend_sign_in_link(token) == owner
    assert people.spend_sign_in_link(token) is None
    assert people.whom_it_signs_in(token) is None


def test_a_fresh_link_ends_the_earlier_ones() -> None:
    owner = people.make_owner()
    first, second = people.make_sign_in_link(owner), people.make_sign_in_link(owner)
    assert people.spend_sign_in_link(first) is None
    assert people.spend_sign_in_link(second) == owner


def test_a_link_that_is_too_old_or_of_somebody_switched_off_signs_nobody_in() -> None:
    owner = people.make_owner()
    old = people.make_sign_in_link(owner)
    SignInLink.objects.update(expires=timezone.now() - timedelta(seconds=1))
    assert people.spend_sign_in_link(old) is None
    token = people.make_sign_in_link(owner)
    owner.is_active = False
    owner.save()
    assert people.spend_sign_in_link(token) is None


def test_the_token_itself_is_not_stored() -> None:
    token = people.make_sign_in_link(people.make_owner())
    assert token not in str(SignInLink.objects.values_list("token_hash", flat=True)[0])


@pytest.mark.parametrize(
    ("email", "name"),
    [
        ("ada@example.com", "Ada"),
        ("ada.lovelace@example.com", "Ada Lovelace"),
        ("grace_hopper+docs@example.com", "Grace Hopper Docs"),
        ("42@example.com", "Somebody"),
    ],
)
def test_an_address_suggests_a_name(email: str, name: str) -> None:
    assert people.name_from_address(email) == name


def test_guests_differ_in_name_and_colour_as_long_as_there_are_colours() -> None:
    owner, document = owner_with_document()
    link = documents.share_link(document.pk, Role.EDITOR, owner)
    guests = [people.join_as_guest(link) for _ in range(len(PALETTE) - 1)]
    assert len({guest.name for guest in guests}) == len(guests)
    assert len({guest.colour for guest in [owner, *guests]}) == len(PALETTE)


def test_an_invitation_makes_the_person_once() -> None:
    owner, document = owner_with_document()
    invitation = Invitation.objects.create(document=document, email="ada@example.com", role="editor", invited_by=owner)
    ada = people.accept_invitation(invitation, None)
    assert ada is not None
    assert (ada.name, ada.email) == ("Ada", "ada@example.com")
    assert Grant.objects.get(user=ada).role == "editor"
    assert people.accept_invitation(invitation, ada) is None
    assert Invitation.objects.get().accepted_by == ada


def test_an_invitation_signs_nobody_in_to_an_account_that_exists() -> None:
    owner, document = owner_with_document()
    ada = people.make_person("ada@example.com")
    invitation = Invitation.objects.create(document=document, email="Ada@example.com", role="viewer", invited_by=owner)
    with pytest.raises(people.NotYours):
        people.accept_invitation(invitation, None)
    with pytest.raises(people.NotYours):
        people.accept_invitation(invitation, owner)
    invitation.refresh_from_db()
    assert invitation.accepted is None
    assert people.accept_invitation(invitation, ada) == ada


def test_a_link_gives_one_guest_after_another() -> None:
    owner, document = owner_with_document()
    token = guest_link(document, owner)
    assert token == guest_link(document, owner)
