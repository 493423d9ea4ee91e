"""Clears away rows that have served: answers nobody asks for again, spent links, old seats and sign-ins.

In bounded statements, each a transaction of its own: people type meanwhile, and SQLite has one writer.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db.models import Q, QuerySet

from editor.models import CommandAnswer, Seat, SignInLink

AT_ONCE = 500
ANSWERS_LIVE = timedelta(hours=24)
LINKS_REMEMBERED = timedelta(days=7)
"""So long a link that was used, or not in time, is told apart from one that never was."""


def clear(now: datetime, at_once: int = AT_ONCE) -> int:
    """All that has served by then; how many rows those were."""
    return sum(_all(found, at_once) for found in _served(now))


def some_seats(now: datetime) -> int:
    """Seats that ended long ago, at most so many as one transaction should hold."""
    return _some(_old_seats(now), AT_ONCE)


def _served(now: datetime) -> list[QuerySet[Any]]:
    long_ago = now - LINKS_REMEMBERED
    return [
        CommandAnswer.objects.filter(created__lt=now - ANSWERS_LIVE),
        _old_seats(now),
        SignInLink.objects.filter(Q(expires__lt=long_ago) | Q(spent__lt=long_ago)),
        Session.objects.filter(expire_date__lt=now),
    ]


def _old_seats(now: datetime) -> QuerySet[Seat]:
    return Seat.objects.filter(expires__lt=now - timedelta(seconds=max(3600, 2 * settings.GRACE_VISIBLE_SECONDS)))


def _all(found: QuerySet[Any], at_once: int) -> int:
    cleared = 0
    while some := _some(found, at_once):
        cleared += some
    return cleared


def _some(found: QuerySet[Any], at_once: int) -> int:
    """The oldest first, as far as keys are counted up: then the database finds them without reading the others."""
    keys = list(found.order_by("pk").values_list("pk", flat=True)[:at_once])
    return found.model._default_manager.filter(pk__in=keys).delete()[0] if keys else 0
