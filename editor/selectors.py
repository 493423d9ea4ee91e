"""Reads of the room's rows."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Q

from editor.models import Seat


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
