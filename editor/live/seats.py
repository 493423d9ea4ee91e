"""Seats as rows: only they decide, across processes, whether somebody is in a room, and count who is.

Written in the writer's thread.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.utils import timezone

from editor import clearing
from editor.live import rows
from editor.models import Seat

MISSED_HEARTBEATS = 2
HIDDEN_SECONDS = 75


class Sitting(NamedTuple):
    """One connection's seat."""

    document: UUID
    connection: UUID
    user: UUID
    attention: str


class Elsewhere(NamedTuple):
    """How many sockets a person and a room have in other processes, as their rows say."""

    of_person: int = 0
    in_room: int = 0


_COUNT = (
    f"(SELECT count(*) FROM {Seat._meta.db_table} s WHERE s.{{}} = %s AND s.process <> %s"
    f" AND s.attention <> '{Seat.Attention.GONE}' AND s.expires > %s)"
)
ELSEWHERE = f"{_COUNT.format('user_id')}, {_COUNT.format('document_id')}"
"""Two columns, for `elsewhere_values`: so that admission asks no statement more."""


def elsewhere_values(process: str, person: UUID, document: UUID) -> list[Any]:
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    return [*rows.ids([person]), process, now, *rows.ids([document]), process, now]


def elsewhere(process: str, person: UUID, document: UUID) -> Elsewhere:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {ELSEWHERE}", elsewhere_values(process, person, document))
        return Elsewhere(*cursor.fetchone())


def write(process: str, sitting: Iterable[Sitting]) -> None:
    """Take or change seats, each of another connection: their attention begins now."""
    now = timezone.now()
    Seat.objects.bulk_create(
        [
            Seat(
                id=seat.connection,
                process=process,
                document_id=seat.document,
                user_id=seat.user,
                attention=seat.attention,
                since=now,
                expires=now + _lives(seat.attention),
            )
            for seat in sitting
        ],
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["process", "document", "user", "attention", "since", "expires"],
    )


def renew(connections: dict[UUID, str]) -> None:
    """Keep these seats, by connection and attention, and clear away some that ended long ago."""
    now = timezone.now()
    for attention in sorted(set(connections.values())):
        ids = [connection for connection, has in connections.items() if has == attention]
        Seat.objects.filter(pk__in=ids).update(expires=now + _lives(attention))
    clearing.some_seats(now)


def end(process: str) -> None:
    """Whoever sat in this process comes back to another one."""
    sitting = Seat.objects.filter(process=process).exclude(attention=Seat.Attention.GONE)
    sitting.update(attention=Seat.Attention.GONE, since=timezone.now())


def _lives(attention: str) -> timedelta:
    if attention == Seat.Attention.HIDDEN:
        return timedelta(seconds=HIDDEN_SECONDS)
    return timedelta(seconds=(MISSED_HEARTBEATS + 0.5) * settings.HEARTBEAT_SECONDS)
