"""What the hosts of open rooms read again and again: rows of other writers that a room must follow."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from editor.live import rows
from editor.models import CrdtDocument, Document, Grant, Snapshot, User
from editor.room.participant import Role
from editor.room.replica import Replica

_TITLE = f"SELECT title FROM {Document._meta.db_table} WHERE id = %s"
_SEQS = f"SELECT id, seq FROM {CrdtDocument._meta.db_table} WHERE document_id = %s"
_PEOPLE = (
    f"SELECT g.user_id, g.role, g.generation, u.name, u.colour FROM {Grant._meta.db_table} g"
    f" JOIN {User._meta.db_table} u ON u.id = g.user_id"
    " WHERE u.is_active AND g.role <> '' AND g.document_id = %s AND g.user_id IN ({})"
)
"""Asked for each open room every few seconds; query sets took most of an idle server's time."""


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
    with connection.cursor() as cursor:
        ((document, _),) = rows.ids([document_id]).items()
        cursor.execute(_TITLE, [document])
        title = cursor.fetchone()
        if title is None:
            return None
        asked = rows.ids(people)
        cursor.execute(_PEOPLE.format(rows.marks(asked)), [document, *asked])
        found = {asked[user]: Person(Role(role), *rest) for user, role, *rest in cursor.fetchall()}
        cursor.execute(_SEQS, [document])
        return Facts(str(Document(title=title[0])), found, dict(cursor.fetchall()))


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
