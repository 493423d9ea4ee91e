"""What may become of a suggestion."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from editor.room.errors import IllegalTransition


class Status(StrEnum):
    STREAMING = "streaming"
    PENDING = "pending"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class Event(StrEnum):
    FINISH = "finish"
    ACCEPT = "accept"
    REJECT = "reject"
    WITHDRAW = "withdraw"


TRANSITIONS: Mapping[tuple[Status, Event], Status] = {
    (Status.STREAMING, Event.FINISH): Status.PENDING,
    (Status.STREAMING, Event.REJECT): Status.REJECTED,
    (Status.STREAMING, Event.WITHDRAW): Status.WITHDRAWN,
    (Status.PENDING, Event.ACCEPT): Status.ACCEPTED,
    (Status.PENDING, Event.REJECT): Status.REJECTED,
    (Status.PENDING, Event.WITHDRAW): Status.WITHDRAWN,
}
"""An accepted one can be undone by another decision; that changes the text, not what was decided."""

OPEN = frozenset({Status.STREAMING, Status.PENDING})


def advance(status: Status, event: Event) -> Status:
    try:
        return TRANSITIONS[status, event]
    except KeyError:
        raise IllegalTransition(status, event) from None
