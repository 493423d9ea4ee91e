"""What may become of a question to people, and of the tool call that waits for its answer."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from editor.room.errors import IllegalTransition


class State(StrEnum):
    PENDING = "pending"
    APPROVED = "approved"
    EXECUTING = "executing"
    DONE = "done"
    FAILED = "failed"
    OUTCOME_UNKNOWN = "outcome_unknown"
    DENIED = "denied"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


class Event(StrEnum):
    APPROVE = "approve"
    DENY = "deny"
    EXPIRE = "expire"
    WITHDRAW = "withdraw"
    START = "start"
    SUCCEED = "succeed"
    FAIL = "fail"
    LOSE = "lose"


TRANSITIONS: Mapping[tuple[State, Event], State] = {
    (State.PENDING, Event.APPROVE): State.APPROVED,
    (State.PENDING, Event.DENY): State.DENIED,
    (State.PENDING, Event.EXPIRE): State.EXPIRED,
    (State.PENDING, Event.WITHDRAW): State.WITHDRAWN,
    (State.APPROVED, Event.START): State.EXECUTING,
    (State.EXECUTING, Event.SUCCEED): State.DONE,
    (State.EXECUTING, Event.FAIL): State.FAILED,
    (State.EXECUTING, Event.LOSE): State.OUTCOME_UNKNOWN,
}


def advance(state: State, event: Event) -> State:
    try:
        return TRANSITIONS[state, event]
    except KeyError:
        raise IllegalTransition(state, event) from None
