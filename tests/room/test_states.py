"""Every pair of state and event is in the table or refused by name."""

from __future__ import annotations

from itertools import product

import pytest

from editor.room import confirmation, suggestion
from editor.room.errors import IllegalTransition


@pytest.mark.parametrize(("status", "event"), list(product(suggestion.Status, suggestion.Event)))
def test_a_suggestion_goes_where_its_table_says(status: suggestion.Status, event: suggestion.Event) -> None:
    if (status, event) in suggestion.TRANSITIONS:
        assert suggestion.advance(status, event) is suggestion.TRANSITIONS[status, event]
        assert status in suggestion.OPEN
    else:
        with pytest.raises(IllegalTransition, match=f"{event} cannot happen when {status}"):
            suggestion.advance(status, event)


@pytest.mark.parametrize(("state", "event"), list(product(confirmation.State, confirmation.Event)))
def test_a_confirmation_goes_where_its_table_says(state: confirmation.State, event: confirmation.Event) -> None:
    if (state, event) in confirmation.TRANSITIONS:
        assert confirmation.advance(state, event) is confirmation.TRANSITIONS[state, event]
    else:
        with pytest.raises(IllegalTransition, match=f"{event} cannot happen when {state}"):
            confirmation.advance(state, event)


def test_a_suggestion_that_still_streams_is_not_accepted() -> None:
    with pytest.raises(IllegalTransition):
        suggestion.advance(suggestion.Status.STREAMING, suggestion.Event.ACCEPT)


def test_what_is_decided_is_not_decided_again() -> None:
    ended = set(confirmation.State) - {state for state, _ in confirmation.TRANSITIONS}
    assert {"done", "failed", "outcome_unknown", "denied", "expired", "withdrawn"} == ended
