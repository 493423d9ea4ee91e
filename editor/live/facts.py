"""What the hosts of open rooms read again and again: rows of other writers that a room must follow."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from editor.live import rows
from editor.models import CrdtDocument, Document, Grant, Snapshot
from editor.room.participant import Role
from editor.room.replica import Replica


@dataclass(frozen=True, slots=True)
class Person:
    role: Role
    generation: int
    name: str
    colour: str


@dataclass(frozen=True, slots=True)
class Facts:
    """A document as its rows say; `people` are those of the asked who may be in it."""

    title: str
    people: dict[UUID, Person]
    seqs: dict[int, int]


@dataclass(frozen=True, slots=True)
class Stored:
    """A CRDT document as the journal has it, as bytes that may cross threads."""

    crdt_id: int
    kind: str
    epoch: int
    schema: int
    seq: int
    state: bytes


def read(document_id: UUID, people: Iterable[UUID]) -> Facts | None:
    """None where the document is gone."""
    document = Document.objects.filter(pk=document_id).first()
    if document is None:
        return None
    grants = Grant.objects.filter(document_id=document_id, user_id__in=list(people), user__is_active=True)
    found = grants.exclude(role="").values_list("user_id", "role", "generation", "user__name", "user__colour")
    return Facts(
        title=str(document),
        people={user: Person(Role(role), generation, name, colour) for user, role, generation, name, colour in found},
        seqs=dict(CrdtDocument.objects.filter(document_id=document_id).values_list("id", "seq")),
    )


def load(document_id: UUID) -> tuple[str, dict[str, Stored]]:
    """The title and both CRDT documents; raises NoDocument. Rows are merged here, off the loop."""
    document = Document.objects.filter(pk=document_id).first()
    crdts = list(CrdtDocument.objects.filter(document_id=document_id))
    if document is None or len(crdts) < 2:
        raise rows.NoDocument(document_id)
    return str(document), {crdt.kind: _stored(crdt) for crdt in crdts}


def _stored(crdt: CrdtDocument) -> Stored:
    snapshot = Snapshot.objects.filter(crdt=crdt).order_by("-seq").first()
    seq = snapshot.seq if snapshot else 0
    replica = Replica(bytes(snapshot.state)) if snapshot else Replica()
    for number, update in rows.after(crdt.pk, seq):
        replica.apply(update)
        seq = number
    return Stored(crdt.pk, crdt.kind, crdt.epoch, crdt.schema, seq, replica.state())
