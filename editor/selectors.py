"""Reads of people's and rooms' rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import F, Q, QuerySet
from django.utils.safestring import SafeString, mark_safe

from editor import documents
from editor.models import CrdtDocument, Document, Seat, User
from editor.room import presence, render, session

SECTIONS = ("runs", "suggestions", "confirmations")


def attended(document_id: UUID, now: datetime) -> bool:
    """Whether somebody is there, by the seats of all processes and within the grace of the settings.

    A seat counts while active, and for its grace after it became visible without input, hidden or gone. One whose
    process no longer renews it counts as gone from when it expired.
    """
    gone = timedelta(seconds=settings.GRACE_GONE_SECONDS)
    hidden = timedelta(seconds=settings.GRACE_HIDDEN_SECONDS)
    visible = timedelta(seconds=settings.GRACE_VISIBLE_SECONDS)
    attention = Seat.Attention
    present = (
        Q(attention=attention.ACTIVE)
        | Q(attention=attention.VISIBLE, since__gt=now - visible)
        | Q(attention=attention.HIDDEN, since__gt=now - hidden)
        | Q(attention=attention.GONE, since__gt=now - gone)
    )
    return Seat.objects.filter(present, document_id=document_id, expires__gt=now - gone).exists()


def documents_of(user: User) -> QuerySet[Document]:
    """The documents that the person may open, newest first; each has its `role`."""
    mine = Document.objects.filter(grants__user=user).exclude(grants__role="")
    return mine.annotate(role=F("grants__role")).order_by("-updated", "-pk")


def first_document_of(user: User) -> Document | None:
    """The oldest document that the person owns: the sample, as long as it is there."""
    return Document.objects.filter(grants__user=user, grants__role="owner").order_by("created", "pk").first()


def copilot() -> dict[str, Any]:
    """The copilot as pages and sockets name it."""
    demo = not settings.OPENAI_API_KEY
    model = "demo" if demo else settings.OPENAI_MODEL
    return {"name": settings.COPILOT_NAME, "colour": presence.COPILOT_COLOUR, "model": model, "demo": demo}


@dataclass(frozen=True, slots=True)
class RoomPage:
    """What the first response shows of a room, before any script: its text, and what the copilot did there."""

    content_html: SafeString
    epoch: int
    schema: int
    session: dict[str, Any]
    runs: list[dict[str, Any]]


def room_page(document_id: UUID) -> RoomPage:
    """Read both CRDT documents; `runs` are in the order in which they were asked."""
    kinds = CrdtDocument.Kind
    crdt = CrdtDocument.objects.get(document_id=document_id, kind=kinds.CONTENT)
    content, _ = documents.load_replica(document_id, kinds.CONTENT)
    copilots, _ = documents.load_replica(document_id, kinds.SESSION)
    sections = {section: session.read_all(copilots, section) for section in SECTIONS}
    runs = [{"id": key, **values} for key, values in sections["runs"].items()]
    return RoomPage(
        content_html=mark_safe(render.html(content)),
        epoch=crdt.epoch,
        schema=crdt.schema,
        session=sections,
        runs=sorted(runs, key=lambda run: (float(run.get("created") or 0), str(run["id"]))),
    )
