"""A run's states, and the one table of how they follow each other."""

from __future__ import annotations

from enum import StrEnum

from copilot.agent.errors import IllegalTransition


class RunState(StrEnum):
    QUEUED = "queued"
    THINKING = "thinking"
    STREAMING = "streaming"
    EXECUTING_TOOL = "executing_tool"
    AWAITING_CONFIRMATION = "awaiting_confirmation"
    AWAITING_CLIENT_TOOL = "awaiting_client_tool"
    PAUSED = "paused"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    FAILED = "failed"
    SUPERSEDED = "superseded"


ENDED = frozenset({RunState.COMPLETED, RunState.CANCELLED, RunState.FAILED, RunState.SUPERSEDED})
LIVE = frozenset(RunState) - ENDED
WORKING = frozenset({RunState.THINKING, RunState.STREAMING, RunState.EXECUTING_TOOL})
"""The states that hold the room's one slot and need a process with a lease."""
WAITING = frozenset({RunState.AWAITING_CONFIRMATION, RunState.AWAITING_CLIENT_TOOL})
"""The states that cost nothing: people or a browser have to answer."""


class RunEvent(StrEnum):
    SLOT_FREE = "slot_free"
    FIRST_TOKEN = "first_token"
    MODEL_STOPPED = "model_stopped"
    TOOLS_CALLED = "tools_called"
    CONFIRMATION_ASKED = "confirmation_asked"
    CLIENT_TOOL_CALLED = "client_tool_called"
    CALLS_RESOLVED = "calls_resolved"
    ROOM_IDLE = "room_idle"
    ROOM_ATTENDED = "room_attended"
    STEERED = "steered"
    CONFIRMATION_EXPIRED = "confirmation_expired"
    CLIENT_TOOL_LOST = "client_tool_lost"
    NOBODY_CAME_BACK = "nobody_came_back"
    WORKER_LOST = "worker_lost"
    STOPPED = "stopped"
    SUPERSEDED = "superseded"
    FAILED = "failed"


_AT_THE_MODEL = frozenset({RunState.THINKING, RunState.STREAMING})

_RULES: tuple[tuple[frozenset[RunState], RunEvent, RunState], ...] = (
    (frozenset({RunState.QUEUED}), RunEvent.SLOT_FREE, RunState.THINKING),
    (frozenset({RunState.THINKING}), RunEvent.FIRST_TOKEN, RunState.STREAMING),
    (_AT_THE_MODEL, RunEvent.MODEL_STOPPED, RunState.COMPLETED),
    (_AT_THE_MODEL, RunEvent.TOOLS_CALLED, RunState.EXECUTING_TOOL),
    (_AT_THE_MODEL | {RunState.EXECUTING_TOOL}, RunEvent.CONFIRMATION_ASKED, RunState.AWAITING_CONFIRMATION),
    (_AT_THE_MODEL | {RunState.EXECUTING_TOOL}, RunEvent.CLIENT_TOOL_CALLED, RunState.AWAITING_CLIENT_TOOL),
    (WAITING | {RunState.EXECUTING_TOOL}, RunEvent.CALLS_RESOLVED, RunState.THINKING),
    (_AT_THE_MODEL, RunEvent.ROOM_IDLE, RunState.PAUSED),
    (frozenset({RunState.PAUSED}), RunEvent.ROOM_ATTENDED, RunState.QUEUED),
    (frozenset({RunState.STREAMING}), RunEvent.STEERED, RunState.THINKING),
    (frozenset({RunState.AWAITING_CONFIRMATION}), RunEvent.CONFIRMATION_EXPIRED, RunState.THINKING),
    (frozenset({RunState.AWAITING_CLIENT_TOOL}), RunEvent.CLIENT_TOOL_LOST, RunState.THINKING),
    (frozenset({RunState.QUEUED, RunState.PAUSED}), RunEvent.NOBODY_CAME_BACK, RunState.FAILED),
    (WORKING, RunEvent.WORKER_LOST, RunState.QUEUED),
    (LIVE, RunEvent.STOPPED, RunState.CANCELLED),
    (LIVE, RunEvent.SUPERSEDED, RunState.SUPERSEDED),
    (LIVE, RunEvent.FAILED, RunState.FAILED),
)

TRANSITIONS: dict[tuple[RunState, RunEvent], RunState] = {
    (source, event): target for sources, event, target in _RULES for source in sources
}
"""Every pair that may happen; any other is refused by name."""


def advance(state: RunState, event: RunEvent) -> RunState:
    """The state after `event`; raises IllegalTransition where the table has no such pair."""
    try:
        return TRANSITIONS[state, event]
    except KeyError:
        raise IllegalTransition(state, event) from None


def sources(event: RunEvent) -> frozenset[RunState]:
    """The states in which `event` may happen: the condition of the UPDATE that writes it."""
    return frozenset(source for source, happened in TRANSITIONS if happened is event)


def target(event: RunEvent) -> RunState:
    """The state that `event` leads to, which does not depend on where it comes from."""
    return next(state for (_, happened), state in TRANSITIONS.items() if happened is event)


def phase(state: RunState) -> str:
    """What the copilot does now, in words that everyone in the room reads; empty once it has ended."""
    return _PHASES.get(state, "")


_PHASES: dict[RunState, str] = {
    RunState.QUEUED: "waiting its turn",
    RunState.THINKING: "thinking",
    RunState.STREAMING: "writing",
    RunState.EXECUTING_TOOL: "looking something up",
    RunState.AWAITING_CONFIRMATION: "waiting for you",
    RunState.AWAITING_CLIENT_TOOL: "waiting for a browser",
    RunState.PAUSED: "paused",
}
