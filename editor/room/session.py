"""The session document's shape, and the only functions that write it.

Three root Maps, each from an id (a UUID as a string) to a Map of plain values; times are ms since 1970:

"runs":          state, rev, copilot, asker (user id), asker_name, request, created, ended, phase (what it does now,
                 in words), place (in the queue, or 0), answer (Text), finish_reason, error_code, error, retryable,
                 stopped_by, suggestions (list of ids), note (what a resumed run says of its pause)
"suggestions":   run, kind, status, place (fresh | moved | stale | orphaned), block, author, author_kind, author_colour,
                 asker_name, base (the marked text), now (that text as people changed it, while stale), body (Text,
                 Markdown), decision (id), verdict, decided_by, decided_at, undone_by, created
"confirmations": run, tool, sentence, arguments (JSON text), state, asked_by, decided_by, decided_at, verdict,
                 result (JSON text), created

Browsers read it and never write it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from editor.room.replica import Replica

Value = str | int | float | bool | None | list[str]


def put(session: Replica, section: str, key: str, values: Mapping[str, Value]) -> None:
    """Set the named values of an entry, which is made where it is missing; the others stay."""
    session.section(section).put(key, values)


def append(session: Replica, section: str, key: str, name: str, text: str) -> None:
    """Append to the entry's Text `name`, which is made where it is missing."""
    session.section(section).append(key, name, text)


def read(session: Replica, section: str, key: str) -> dict[str, Value] | None:
    """An entry's values, its Texts as strings, or None."""
    return cast("dict[str, Value] | None", session.section(section).read(key))


def read_all(session: Replica, section: str) -> dict[str, dict[str, Value]]:
    """All entries of a section by id."""
    entries = session.section(section)
    return {key: entries.read(key) or {} for key in entries.ids()}


def remove(session: Replica, section: str, key: str) -> None:
    """Take an entry out: what it held is in its row."""
    session.section(section).remove(key)
