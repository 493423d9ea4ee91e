"""Reads of the copilot's rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from copilot.agent.run import LIVE, WAITING, WORKING, RunState
from copilot.models import Run
from editor import selectors
from editor.models import Confirmation

NOBODY_FOR = timedelta(days=7)
UNDECIDED = (Confirmation.State.PENDING, Confirmation.State.APPROVED, Confirmation.State.EXECUTING)


def document_of(run_id: UUID) -> UUID | None:
    return Run.objects.filter(pk=run_id).values_list("document_id", flat=True).first()


@dataclass(frozen=True, slots=True)
class Watched:
    """What the holder of a run has to know while a model answers: is it still its own, is anybody there."""

    held: bool
    attended: bool


def watch(run_id: UUID, holder: str) -> Watched:
    run = Run.objects.filter(pk=run_id, lease_holder=holder, state__in=WORKING).only("document_id").first()
    if run is None:
        return Watched(held=False, attended=False)
    return Watched(held=True, attended=selectors.attended(run.document_id, timezone.now()))


def waiting_in(document_id: UUID) -> list[UUID]:
    """The room's queued runs, oldest first."""
    queued = Run.objects.filter(document_id=document_id, state=RunState.QUEUED).order_by("created")
    return list(queued.values_list("pk", flat=True))


def busiest_state(document_id: UUID) -> RunState | None:
    """The state of the room's copilot as presence shows it; None if it does nothing there."""
    states = {RunState(state) for state in _live().filter(document_id=document_id).values_list("state", flat=True)}
    order = (*WORKING, *WAITING, RunState.PAUSED, RunState.QUEUED)
    return next((state for state in order if state in states), None)


class Need(StrEnum):
    """What a run needs of whichever process sees it first."""

    WAKE = "wake"
    LOST = "lost"
    ABANDONED = "abandoned"
    SWITCHED_OFF = "switched off"


@dataclass(frozen=True, slots=True)
class Found:
    run: UUID
    document: UUID
    need: Need


def in_need(limit: int = 200) -> list[Found]:
    """The runs that nobody drives although they could go on, or can never. Asked each second, also where none lives."""
    if not _live().exists():
        return []
    return [*_of_switched_off(limit), *_lost(limit), *_abandoned(limit), *_decided(limit), *_startable(limit)]


def _live() -> QuerySet[Run]:
    return Run.objects.filter(state__in=LIVE)


def _found(rows: QuerySet[Run], need: Need, limit: int) -> list[Found]:
    return [Found(run, document, need) for run, document in rows.values_list("pk", "document_id")[:limit]]


def _of_switched_off(limit: int) -> list[Found]:
    return _found(_live().filter(asker__is_active=False), Need.SWITCHED_OFF, limit)


def _lost(limit: int) -> list[Found]:
    lapsed = Q(lease_expires__lt=Now()) | Q(lease_expires=None)
    return _found(Run.objects.filter(lapsed, state__in=WORKING), Need.LOST, limit)


def _abandoned(limit: int) -> list[Found]:
    old = Run.objects.filter(state__in=[RunState.QUEUED, RunState.PAUSED], created__lt=Now() - NOBODY_FOR)
    return _found(old, Need.ABANDONED, limit)


def _decided(limit: int) -> list[Found]:
    """Runs that waited for people, whose questions all have an answer or are too old."""
    open_question = Confirmation.objects.filter(run_id=OuterRef("pk"), state__in=UNDECIDED, expires__gt=Now())
    waiting = Run.objects.filter(~Exists(open_question), state__in=WAITING)
    return _found(_in_free_rooms(waiting), Need.WAKE, limit)


def _startable(limit: int) -> list[Found]:
    """The oldest queued or paused run of each room that is free and attended."""
    rows = Run.objects.filter(state__in=[RunState.QUEUED, RunState.PAUSED]).order_by("created")
    first: dict[UUID, Found] = {}
    for found in _found(_in_free_rooms(rows), Need.WAKE, limit):
        first.setdefault(found.document, found)
    now = timezone.now()
    return [found for found in first.values() if selectors.attended(found.document, now)]


def _in_free_rooms(rows: QuerySet[Run]) -> QuerySet[Run]:
    working = Run.objects.filter(document_id=OuterRef("document_id"), state__in=WORKING)
    return rows.filter(~Exists(working))
