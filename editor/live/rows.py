"""The journal's statements: each runs in the caller's thread and transaction."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from editor.models import CrdtDocument, Grant, JournalRow, Snapshot, User
from editor.room.participant import ABILITIES, Ability, Role

_CRDT = CrdtDocument._meta.db_table
_ROW = JournalRow._meta.db_table
_LOCK = f"SELECT id FROM {_CRDT} WHERE id IN ({{}}) ORDER BY id FOR NO KEY UPDATE"
_NUMBER = (
    f"UPDATE {_CRDT} SET seq = seq + asked.column2,"
    " schema = CASE WHEN schema < asked.column3 THEN asked.column3 ELSE schema END"
    " FROM (VALUES {}) AS asked WHERE id = asked.column1"
)
_NUMBERED = f"SELECT id, seq, schema FROM {_CRDT} WHERE id IN ({{}})"
_INSERT = f"INSERT INTO {_ROW} (crdt_id, seq, {{update}}, author_id, run_id) VALUES {{rows}}"

_GRANTS = (
    "SELECT document_id, user_id, role FROM (VALUES {}) AS asked"
    f" JOIN {Grant._meta.db_table} held ON document_id = asked.column1 AND user_id = asked.column2 ORDER BY held.id"
)
_ACTIVE = f"SELECT id FROM {User._meta.db_table} WHERE is_active AND id IN ({{}})"
"""All run in each group's transaction, once for all its documents: each costs the writer Python's lock."""


class NoDocument(Exception):
    """The CRDT document's row is gone."""


@dataclass(frozen=True, slots=True)
class Row:
    """An update that is about to be written, with who made it."""

    update: bytes
    author: UUID | None = None
    run_id: UUID | None = None


def _uuids() -> Callable[[UUID], Any]:
    """As what the database takes ids. Asked once a statement: the connection stands behind a proxy that is slow."""
    return _itself if connection.features.has_native_uuid_field else _hex


def _itself(value: UUID) -> UUID:
    return value


def _hex(value: UUID) -> str:
    return value.hex


@dataclass(frozen=True, slots=True)
class Batch:
    """What one CRDT document gets at once, by pages of which schema at most."""

    rows: Sequence[Row]
    schema: int = 0


class Appended(NamedTuple):
    """The last row's `seq`, and the highest schema number that was ever written, this one's included."""

    seq: int
    schema: int


def append(batches: Mapping[int, Batch]) -> dict[int, Appended]:
    """Number and insert these rows, by CRDT document, whose own rows stay locked until the commit."""
    with connection.cursor() as cursor:
        if connection.features.has_select_for_no_key_update and len(batches) > 1:
            cursor.execute(_LOCK.format(marks(batches)), [*batches])
        asked = [value for crdt_id, batch in batches.items() for value in (crdt_id, len(batch.rows), batch.schema)]
        cursor.execute(_NUMBER.format(_tuples(len(batches), 3)), asked)
        numbered = select(cursor, _NUMBERED.format(marks(batches)), [*batches])
        appended = {crdt_id: Appended(seq, schema) for crdt_id, seq, schema in numbered}
        if missing := batches.keys() - appended:
            raise NoDocument(*missing)
        stored = _uuids()
        rows = [
            (crdt_id, seq, row.update, row.author and stored(row.author), row.run_id and stored(row.run_id))
            for crdt_id, batch in batches.items()
            for seq, row in enumerate(batch.rows, appended[crdt_id].seq - len(batch.rows) + 1)
        ]
        statement = _INSERT.format(update=connection.ops.quote_name("update"), rows=_tuples(len(rows), 5))
        cursor.execute(statement, [value for row in rows for value in row])
    return appended


def select(cursor: Any, statement: str, values: Sequence[Any]) -> list[Any]:
    """All rows of what is selected: numbers, ids and texts.

    SQLite is asked for them as one, since each that it gives costs the thread a hand-over of Python's lock.
    """
    if connection.vendor != "sqlite":
        cursor.execute(statement, values)
        return list(cursor.fetchall())
    columns, _, source = statement.removeprefix("SELECT ").partition(" FROM ")
    cursor.execute(f"SELECT json_group_array(json_array({columns})) FROM {source}", values)
    return list(json.loads(cursor.fetchone()[0]))


def _tuples(count: int, width: int) -> str:
    """For `VALUES`."""
    return ", ".join([f"({', '.join(['%s'] * width)})"] * count)


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
    stored = _uuids()
    documents, people = ids(document for document, _ in wanted), ids(user for _, user in wanted)
    statement = _GRANTS.format(_tuples(len(wanted), 2))
    if connection.features.has_select_for_no_key_update:
        statement += " FOR NO KEY UPDATE OF held"
    with connection.cursor() as cursor:
        held = select(cursor, statement, [stored(value) for pair in wanted for value in pair])
        found = [((documents[document], people[user]), role) for document, user, role in held]
        active = {people[user] for (user,) in select(cursor, _ACTIVE.format(marks(people)), [*people])}
    return {pair: Role(role) for pair, role in found if role and pair[1] in active}


def ids(values: Iterable[UUID]) -> dict[Any, UUID]:
    """By what the database calls them."""
    stored = _uuids()
    return {stored(value): value for value in values}


def marks(values: Collection[object]) -> str:
    """For `IN (...)`, which PostgreSQL does not let stand empty."""
    return ", ".join(["%s"] * len(values)) or "NULL"


def may(role: Role | None, ability: Ability) -> bool:
    return role is not None and ability in ABILITIES[role]


def is_active(user_id: UUID) -> bool:
    return User.objects.filter(pk=user_id, is_active=True).exists()
