"""The journal's statements: each runs in the caller's thread and transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from editor.models import CrdtDocument, Grant, JournalRow, Snapshot, User
from editor.room.participant import ABILITIES, Ability, Role

_CRDT = CrdtDocument._meta.db_table
_ROW = JournalRow._meta.db_table
_NUMBER = (
    f"UPDATE {_CRDT} SET seq = seq + %s, schema = CASE WHEN schema < %s THEN %s ELSE schema END"
    " WHERE id = %s RETURNING seq, schema"
)
_INSERT = f"INSERT INTO {_ROW} (crdt_id, seq, {{update}}, author_id, run_id) VALUES (%s, %s, %s, %s, %s)"

_GRANTS = (
    f"SELECT document_id, user_id, role FROM {Grant._meta.db_table}"
    " WHERE document_id IN ({}) AND user_id IN ({}) ORDER BY id"
)
_ACTIVE = f"SELECT id FROM {User._meta.db_table} WHERE is_active AND id IN ({{}})"
"""Both run before each commit: as query sets they took longer than the commit."""


class NoDocument(Exception):
    """The CRDT document's row is gone."""


@dataclass(frozen=True, slots=True)
class Row:
    """An update that is about to be written, with who made it."""

    update: bytes
    author: UUID | None = None
    run_id: UUID | None = None


def _uuid(value: UUID | None) -> Any:
    return value if value is None or connection.features.has_native_uuid_field else value.hex


class Appended(NamedTuple):
    """The last row's `seq`, and the highest schema number that was ever written, this one's included."""

    seq: int
    schema: int


def append(crdt_id: int, rows: Sequence[Row], schema: int = 0) -> Appended:
    """Number and insert these rows; the CRDT's row stays locked until the commit."""
    with connection.cursor() as cursor:
        cursor.execute(_NUMBER, [len(rows), schema, schema, crdt_id])
        numbered = cursor.fetchone()
        if numbered is None:
            raise NoDocument(crdt_id)
        last, highest = numbered
        statement = _INSERT.format(update=connection.ops.quote_name("update"))
        first = last - len(rows) + 1
        cursor.executemany(
            statement,
            [
                (crdt_id, seq, bytes(row.update), _uuid(row.author), _uuid(row.run_id))
                for seq, row in enumerate(rows, first)
            ],
        )
    return Appended(last, highest)


def after(crdt_id: int, seq: int, up_to: int | None = None) -> list[tuple[int, bytes]]:
    """The rows above `seq`, in order; where the next one is missing (compacted), the newest snapshot stands first."""
    found = JournalRow.objects.filter(crdt_id=crdt_id, seq__gt=seq)
    if up_to is not None:
        found = found.filter(seq__lte=up_to)
    rows = [(number, bytes(update)) for number, update in found.order_by("seq").values_list("seq", "update")]
    if rows and rows[0][0] == seq + 1:
        return rows
    snapshot = Snapshot.objects.filter(crdt_id=crdt_id, seq__gt=seq).order_by("-seq").first()
    if snapshot is None:
        return []
    rest = [(number, update) for number, update in rows if number > snapshot.seq]
    return [(snapshot.seq, bytes(snapshot.state)), *rest]


def lock(document_id: UUID) -> dict[str, tuple[int, int]]:
    """Lock a document's CRDT rows in id order; gives (id, seq) by kind."""
    return _crdts(document_id, CrdtDocument.objects.select_for_update(no_key=True))


def newest(document_id: UUID) -> dict[str, tuple[int, int]]:
    """(id, seq) of a document's CRDT rows by kind, as they are committed."""
    return _crdts(document_id, CrdtDocument.objects.all())


def _crdts(document_id: UUID, found: QuerySet[CrdtDocument]) -> dict[str, tuple[int, int]]:
    crdts = found.filter(document_id=document_id).order_by("id").values_list("id", "kind", "seq")
    by_kind = {kind: (crdt_id, seq) for crdt_id, kind, seq in crdts}
    if len(by_kind) < 2:
        raise NoDocument(document_id)
    return by_kind


def role_of(document_id: UUID, user_id: UUID) -> Role | None:
    """The person's role as it stands, held until the commit."""
    return roles({(document_id, user_id)}).get((document_id, user_id))


def roles(pairs: Iterable[tuple[UUID, UUID]]) -> dict[tuple[UUID, UUID], Role]:
    """The roles of these people in these documents, held until the commit; whoever has none is missing.

    Who is active is read once the grants are held: `people.switch_off` takes hold of them too, and PostgreSQL would
    not look at a joined row again after waiting for it.
    """
    wanted = set(pairs)
    if not wanted:
        return {}
    documents, people = ids(document for document, _ in wanted), ids(user for _, user in wanted)
    statement = _GRANTS.format(marks(documents), marks(people))
    if connection.features.has_select_for_no_key_update:
        statement += " FOR NO KEY UPDATE"
    with connection.cursor() as cursor:
        cursor.execute(statement, [*documents, *people])
        found = [((documents[document], people[user]), role) for document, user, role in cursor.fetchall()]
        cursor.execute(_ACTIVE.format(marks(people)), [*people])
        active = {people[user] for (user,) in cursor.fetchall()}
    return {pair: Role(role) for pair, role in found if role and pair[1] in active and pair in wanted}


def ids(values: Iterable[UUID]) -> dict[Any, UUID]:
    """By what the database calls them."""
    return {_uuid(value): value for value in values}


def marks(values: Collection[object]) -> str:
    """For `IN (...)`, which PostgreSQL does not let stand empty."""
    return ", ".join(["%s"] * len(values)) or "NULL"


def may(role: Role | None, ability: Ability) -> bool:
    return role is not None and ability in ABILITIES[role]


def is_active(user_id: UUID) -> bool:
    return User.objects.filter(pk=user_id, is_active=True).exists()
