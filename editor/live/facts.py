"""What the hosts of open rooms read again and again: rows of other writers that a room must follow."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from editor.live import rows
from editor.models import CrdtDocument, Document, Grant, Snapshot, User
from editor.room.participant import Role
from editor.room.replica import Replica
from editor.room.schema import VOCABULARY
from editor.wire.survey import Survey, survey

_TITLES = f"SELECT id, title FROM {Document._meta.db_table} WHERE id IN ({{}})"
_SEQS = f"SELECT document_id, id, seq, schema FROM {CrdtDocument._meta.db_table} WHERE document_id IN ({{}})"
_PEOPLE = (
    f"SELECT g.document_id, g.user_id, g.role, g.generation, u.name, u.colour FROM {Grant._meta.db_table} g"
    f" JOIN {User._meta.db_table} u ON u.id = g.user_id"
    " WHERE u.is_active AND g.role <> '' AND g.document_id IN ({}) AND g.user_id IN ({})"
)
"""Asked for all open rooms every few seconds; query sets took most of an idle server's time."""

BREATH_SECONDS = 0.0001


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
    schemas: dict[int, int]


@dataclass(frozen=True, slots=True)
class Stored:
    """A CRDT document as the journal has it, as bytes that may cross threads."""

    crdt_id: int
    kind: str
    epoch: int
    schema: int
    seq: int
    state: bytes


@dataclass(frozen=True, slots=True)
class Loaded:
    """Both CRDT documents, and what is to be known of the content: the loop has no time to read a whole document."""

    title: str
    content: Stored
    session: Stored
    survey: Survey


def read(asked: Mapping[UUID, Collection[UUID]]) -> dict[UUID, Facts]:
    """What the rows say of documents and of the people asked for in each; a document that is gone is missing."""
    documents = rows.ids(asked)
    people = rows.ids(person for some in asked.values() for person in some)
    with connection.cursor() as cursor:
        titles = rows.select(cursor, _TITLES.format(rows.marks(documents)), [*documents])
        found = {documents[key]: Facts(str(Document(title=title)), {}, {}, {}) for key, title in titles}
        grants = _PEOPLE.format(rows.marks(documents), rows.marks(people))
        for key, user, role, *rest in rows.select(cursor, grants, [*documents, *people]):
            document, person = documents[key], people[user]
            if document in found and person in asked[document]:
                found[document].people[person] = Person(Role(role), *rest)
        for key, crdt_id, seq, schema in rows.select(cursor, _SEQS.format(rows.marks(documents)), [*documents]):
            if document_facts := found.get(documents[key]):
                document_facts.seqs[crdt_id] = seq
                document_facts.schemas[crdt_id] = schema
    return found


def load(document_id: UUID) -> Loaded:
    """Raises NoDocument. Rows are merged and read here, off the loop."""
    document = Document.objects.filter(pk=document_id).first()
    crdts = {crdt.kind: crdt for crdt in CrdtDocument.objects.filter(document_id=document_id)}
    if document is None or len(crdts) < 2:
        raise rows.NoDocument(document_id)
    content = _stored(crdts[CrdtDocument.Kind.CONTENT])
    session = _stored(crdts[CrdtDocument.Kind.SESSION])
    return Loaded(str(document), content, session, survey(content.state, VOCABULARY, _let_others_run))


def _let_others_run() -> None:
    """A thread that computes holds the interpreter for 5 ms at a time, however urgent the loop's work is."""
    time.sleep(BREATH_SECONDS)


def _stored(crdt: CrdtDocument) -> Stored:
    snapshot = Snapshot.objects.filter(crdt=crdt).order_by("-seq").first()
    seq = snapshot.seq if snapshot else 0
    replica = Replica(bytes(snapshot.state)) if snapshot else Replica()
    for number, update in rows.after(crdt.pk, seq):
        replica.apply(update)
        seq = number
    return Stored(crdt.pk, crdt.kind, crdt.epoch, crdt.schema, seq, replica.state())
