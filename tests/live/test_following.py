"""Open rooms follow what is changed outside them, all of them in a few statements."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from editor import documents
from editor.live import facts
from editor.models import Document, Grant, User
from editor.room.participant import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def rooms() -> list[tuple[Document, User]]:
    """Each with an owner of its own."""
    found = []
    for number in range(40):
        owner = User.objects.create_user(f"{number}@example.com", name=f"Owner {number}", colour="#0f766e")
        found.append((documents.create(f"Document {number}", owner), owner))
    return found


def test_any_number_of_rooms_takes_three_statements(
    rooms: list[tuple[Document, User]], django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(3):
        found = facts.read({document.pk: {owner.pk} for document, owner in rooms})
    assert [found[document.pk].title for document, _ in rooms] == [document.title for document, _ in rooms]
    assert all(len(one.seqs) == len(one.schemas) == 2 for one in found.values())


def test_each_room_hears_only_of_the_people_who_are_in_it_and_may_be(rooms: list[tuple[Document, User]]) -> None:
    (first, ada), (second, grace), (third, joan) = rooms[:3]
    Grant.objects.create(document=second, user=ada, role=Role.VIEWER)
    User.objects.filter(pk=joan.pk).update(is_active=False)
    found = facts.read({first.pk: {ada.pk, grace.pk}, second.pk: {grace.pk}, third.pk: {joan.pk}})
    assert {document: set(one.people) for document, one in found.items()} == {
        first.pk: {ada.pk},
        second.pk: {grace.pk},
        third.pk: set(),
    }


def test_a_document_that_is_gone_is_missing_and_a_room_may_be_empty(rooms: list[tuple[Document, User]]) -> None:
    gone = uuid.uuid4()
    found = facts.read({gone: set(), rooms[0][0].pk: set()})
    assert gone not in found
    assert found[rooms[0][0].pk].people == {}
