from __future__ import annotations

from uuid import UUID

import pytest

from editor import access, documents, doorbell, people, selectors
from editor.models import CrdtDocument, Grant, JournalRow, Role, ShareLink, Snapshot
from editor.room import render
from editor.room.blocks import blocks
from editor.room.participant import Ability
from tests.edge.rooms import owner_with_document, person_with

pytestmark = pytest.mark.django_db


def test_a_new_document_has_two_journals_and_its_text_is_row_one_of_the_contents() -> None:
    _, document = owner_with_document("# Mill\n\nWords & more.")
    seqs = dict(CrdtDocument.objects.filter(document=document).values_list("kind", "seq"))
    assert seqs == {"content": 1, "session": 0}
    assert JournalRow.objects.get().seq == 1
    replica, seq = documents.load_replica(document.pk, "content")
    assert seq == 1
    assert render.text(replica) == "Mill\nWords & more."


def test_an_empty_document_has_no_row() -> None:
    owner = people.make_owner()
    document = documents.create("  A \n title ", owner)
    assert document.title == "A title"
    assert documents.load_replica(document.pk, "content")[1] == 0
    assert not JournalRow.objects.exists()


def test_a_replica_is_the_snapshot_and_the_rows_above_it() -> None:
    _, document = owner_with_document("One.")
    crdt = CrdtDocument.objects.get(document=document, kind="content")
    replica, _ = documents.load_replica(document.pk, "content")
    Snapshot.objects.create(crdt=crdt, seq=1, state=replica.state())
    JournalRow.objects.all().delete()
    with replica.edit():
        replica.root().insert_element(1, "horizontalRule", {})
    update = replica.take_edits()
    JournalRow.objects.create(crdt=crdt, seq=2, update=update)
    loaded, seq = documents.load_replica(document.pk, "content")
    assert seq == 2
    assert render.html(loaded).endswith("One.</p><hr>")


def test_the_sample_teaches_with_headings_lists_links_bold_and_a_late_table() -> None:
    document = documents.create_sample(people.make_owner())
    replica, _ = documents.load_replica(document.pk, "content")
    page = render.html(replica)
    for tag in ("<h2", "<ul", "<ol", "<strong>", "<em>", "<a ", "<blockquote>"):
        assert tag in page
    assert page.index("<table") > len(page) / 2
    assert 700 <= len(render.text(replica).split()) <= 950
    ids = [block.id for block in blocks(replica)]
    assert all(ids)
    assert len(set(ids)) == len(ids)


def test_a_share_link_stays_the_same_until_it_is_revoked() -> None:
    owner, document = owner_with_document()
    link = documents.share_link(document.pk, Role.VIEWER, owner)
    assert documents.share_link(document.pk, Role.VIEWER, owner) == link
    documents.revoke_link(link)
    assert access.live_link(link.token) is None
    assert documents.share_link(document.pk, Role.VIEWER, owner) != link


def test_no_link_makes_owners() -> None:
    owner, document = owner_with_document()
    with pytest.raises(ValueError, match="not owners"):
        documents.share_link(document.pk, Role.OWNER, owner)
    assert not ShareLink.objects.exists()


def test_revoking_a_link_ends_the_roles_that_came_by_it() -> None:
    owner, document = owner_with_document()
    link = documents.share_link(document.pk, Role.EDITOR, owner)
    guest = people.join_as_guest(link)
    before = Grant.objects.get(user=guest).generation
    documents.revoke_link(link)
    grant = Grant.objects.get(user=guest)
    assert (grant.role, grant.generation) == ("", before + 1)
    assert access.participant_for(document.pk, guest) is None
    assert access.may(owner, document.pk, Ability.SHARE)


def test_nobody_comes_in_by_a_link_that_is_revoked_while_they_open_it() -> None:
    owner, document = owner_with_document()
    opened = documents.share_link(document.pk, Role.EDITOR, owner)
    documents.revoke_link(ShareLink.objects.get(pk=opened.pk))
    with pytest.raises(documents.LinkEnded):
        people.join_as_guest(opened)
    with pytest.raises(documents.LinkEnded):
        documents.give_role(document.pk, people.make_person("bea@example.com"), Role.EDITOR, opened)
    assert Grant.objects.count() == 1


def test_taking_a_lower_role_keeps_the_higher() -> None:
    owner, document = owner_with_document()
    documents.give_role(document.pk, owner, Role.VIEWER)
    assert Grant.objects.get(user=owner).role == "owner"
    bea = person_with("viewer", document)
    documents.give_role(document.pk, bea, Role.EDITOR)
    assert Grant.objects.get(user=bea).role == "editor"
    assert Grant.objects.get(user=bea).generation == 2


def test_the_last_owner_stays() -> None:
    owner, document = owner_with_document()
    grant = Grant.objects.get(user=owner)
    with pytest.raises(documents.LastOwner, match="needs an owner"):
        documents.set_role(grant, Role.EDITOR)
    person_with("owner", document)
    documents.set_role(grant, "")
    assert access.participant_for(document.pk, owner) is None


@pytest.mark.django_db(transaction=True)
def test_every_change_of_rights_or_title_rings_the_rooms_doorbell_after_the_commit() -> None:
    owner, document = owner_with_document()
    bea = person_with("viewer", document)
    rung: list[UUID] = []
    silence = doorbell.listen(rung.append)
    try:
        documents.set_role(Grant.objects.get(user=bea), Role.EDITOR)
        documents.rename(document.pk, "New")
        documents.revoke_link(documents.share_link(document.pk, Role.VIEWER, owner))
    finally:
        silence()
    documents.rename(document.pk, "Newer")
    assert rung == [document.pk] * 3


def test_a_person_lists_what_they_may_open_with_their_role() -> None:
    owner, document = owner_with_document()
    bea = person_with("viewer", document)
    documents.create("Hers", bea)
    assert [(row.title, row.role) for row in selectors.documents_of(bea)] == [  # type: ignore[attr-defined]
        ("Hers", "owner"),
        ("The mill", "viewer"),
    ]
    assert [row.title for row in selectors.documents_of(owner)] == ["The mill"]
