"""How participants show."""

from __future__ import annotations

from random import Random
from uuid import UUID

import pytest

from editor.room import presence
from editor.room.participant import Kind, Participant, Role

ADA = Participant(UUID(int=1), UUID(int=2), "Ada", "#0f766e", Kind.PERSON, Role.EDITOR, 1)


@pytest.mark.parametrize("colour", presence.PALETTE)
def test_every_colour_is_legible_on_light_and_dark_and_under_white_letters(colour: str) -> None:
    assert presence.valid_colour(colour)
    assert presence.contrast(colour, "#fcfbf9") >= 3
    assert presence.contrast(colour, "#191817") >= 3
    assert presence.contrast(colour, "#ffffff") >= 4.5


def test_contrast_is_that_of_wcag() -> None:
    assert round(presence.contrast("#ffffff", "#000000"), 1) == 21
    assert round(presence.contrast("#777777", "#ffffff"), 2) == 4.48


def test_guests_have_names_of_their_own() -> None:
    random = Random(1)
    taken: set[str] = set()
    for _ in range(700):
        name = presence.guest_name(random, taken)
        assert name not in taken
        assert presence.clean_name(name) == name
        taken.add(name)


def test_colours_are_shared_out_evenly() -> None:
    random = Random(1)
    taken: list[str] = []
    for _ in range(24):
        taken.append(presence.colour(random, taken))
    assert {taken.count(colour) for colour in presence.PALETTE} == {2}


@pytest.mark.parametrize(
    ("given", "name"),
    [("  Ada\t Lovelace ", "Ada Lovelace"), ("日本", "日本"), ("a\u202eb\u0000c", "abc"), ("x" * 60, "x" * 60)],
)
def test_a_name_is_cleaned_of_what_does_not_show(given: str, name: str) -> None:
    assert presence.clean_name(given) == name


@pytest.mark.parametrize("given", ["", "  ", "\u200b", "x" * 61, None, 3, ["a"]])
def test_what_is_no_name_is_refused_with_a_sentence(given: object) -> None:
    with pytest.raises(ValueError, match="name"):
        presence.clean_name(given)


@pytest.mark.parametrize("value", ["red", "#FFF", "#12345g", "#1234567", None, "url(x)"])
def test_other_colours_are_refused(value: object) -> None:
    assert not presence.valid_colour(value)


def test_a_client_cannot_say_who_it_is() -> None:
    state = {"user": {"name": "Owner", "color": "red", "kind": "agent"}, "status": "writing", "cursor": {"anchor": 1}}
    assert presence.stamped(state, ADA) == {
        "user": {"id": str(ADA.user), "name": "Ada", "color": "#0f766e", "kind": "person", "role": "editor"},
        "cursor": {"anchor": 1},
    }


@pytest.mark.parametrize(
    "state", [None, "x", [], {"cursor": {"anchor": "x" * 3000}}, {"cursor": {"x": 1}}, {"cursor": None}]
)
def test_what_is_no_small_cursor_is_left_out(state: object) -> None:
    assert presence.stamped(state, ADA) == {"user": presence.user_of(ADA)}


def test_a_copilot_says_what_it_does() -> None:
    state = presence.agent_state("run", "Copilot", presence.COPILOT_COLOUR, "writing")
    assert state["user"]["kind"] == "agent"
    assert state["status"] == "writing"
