"""The run's table, every pair of it."""

from __future__ import annotations

from itertools import product

import pytest

from copilot.agent.errors import IllegalTransition
from copilot.agent.run import ENDED, LIVE, TRANSITIONS, WORKING, RunEvent, RunState, advance, phase, sources, target

ALLOWED = """
queued                  slot_free             thinking
thinking                first_token           streaming
thinking                model_stopped         completed
streaming               model_stopped         completed
thinking                tools_called          executing_tool
streaming               tools_called          executing_tool
thinking                confirmation_asked    awaiting_confirmation
streaming               confirmation_asked    awaiting_confirmation
executing_tool          confirmation_asked    awaiting_confirmation
thinking                client_tool_called    awaiting_client_tool
streaming               client_tool_called    awaiting_client_tool
executing_tool          client_tool_called    awaiting_client_tool
executing_tool          calls_resolved        thinking
awaiting_confirmation   calls_resolved        thinking
awaiting_client_tool    calls_resolved        thinking
thinking                room_idle             paused
streaming               room_idle             paused
paused                  room_attended         queued
streaming               steered               thinking
awaiting_confirmation   confirmation_expired  thinking
awaiting_client_tool    client_tool_lost      thinking
queued                  nobody_came_back      failed
paused                  nobody_came_back      failed
thinking                worker_lost           queued
streaming               worker_lost           queued
executing_tool          worker_lost           queued
"""
ENDINGS = {"stopped": "cancelled", "superseded": "superseded", "failed": "failed"}


def expected() -> dict[tuple[str, str], str]:
    pairs = {(source, event): to for source, event, to in map(str.split, ALLOWED.strip().splitlines())}
    return pairs | {(state, event): to for state in LIVE for event, to in ENDINGS.items()}


@pytest.mark.parametrize(("state", "event"), list(product(RunState, RunEvent)), ids=lambda value: value.value)
def test_every_pair_leads_where_the_design_says_or_is_refused_by_name(state: RunState, event: RunEvent) -> None:
    to = expected().get((state, event))
    if to:
        assert advance(state, event) == to
        return
    with pytest.raises(IllegalTransition, match=f"{state.value} cannot take the event {event.value}"):
        advance(state, event)


def test_an_ended_run_takes_no_event() -> None:
    assert not {state for state, _ in TRANSITIONS} & ENDED


def test_an_event_leads_to_one_state_wherever_it_happens() -> None:
    for event in RunEvent:
        assert {to for (_, happened), to in TRANSITIONS.items() if happened is event} == {target(event)}
        assert sources(event) == {state for state, happened in TRANSITIONS if happened is event}


def test_every_live_state_can_be_ended_and_has_words() -> None:
    for state in LIVE:
        assert advance(state, RunEvent.STOPPED) in ENDED
        assert phase(state)
    assert WORKING <= LIVE
