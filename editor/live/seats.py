"""Seats as rows: only they decide, across processes, whether somebody is in a room. Run in the writer's thread."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from editor.models import Seat

MISSED_HEARTBEATS = 2
HIDDEN_SECONDS = 75


class Sitting(NamedTuple):
    """One connection's seat."""

    document: UUID
    connection: UUID
    user: UUID
    attention: str


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
    """Keep these seats, by connection and attention, and clear away those that ended long ago."""
    now = timezone.now()
    for attention in sorted(set(connections.values())):
        ids = [connection for connection, has in connections.items() if has == attention]
        Seat.objects.filter(pk__in=ids).update(expires=now + _lives(attention))
    long_ago = now - timedelta(seconds=max(3600, 2 * settings.GRACE_VISIBLE_SECONDS))
    Seat.objects.filter(expires__lt=long_ago).delete()


def _lives(attention: str) -> timedelta:
    if attention == Seat.Attention.HIDDEN:
        return timedelta(seconds=HIDDEN_SECONDS)
    return timedelta(seconds=(MISSED_HEARTBEATS + 0.5) * settings.HEARTBEAT_SECONDS)
