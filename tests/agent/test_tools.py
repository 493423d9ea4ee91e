"""A tool's signature is its schema, and a call that does not fit it gets a result that says why."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import pytest

from copilot.agent.errors import LimitReached, ToolRefused
from copilot.agent.limits import Limits, Tally, check, estimated_tokens
from copilot.agent.tools import TOOLS, Confirmed, Effect, Reading, Tool, tool


def declared(**options: Any) -> Tool:
    @tool(into={}, **options)
    def look_up(
        room: Reading,
        word: Annotated[str, "What to look for."],
        count: int = 3,
        how: Literal["fast", "well"] = "fast",
        places: list[int] | None = None,
        share: float = 0.5,
    ) -> dict[str, Any]:
        """Look a word up
        in the document."""
        return {}

    return look_up


def test_the_schema_comes_from_the_signature() -> None:
    made = declared(effect=Effect.READ)
    assert made.name == "look_up"
    assert made.description == "Look a word up in the document."
    assert made.schema()["function"]["parameters"] == {
        "type": "object",
        "properties": {
            "word": {"type": "string", "description": "What to look for."},
            "count": {"type": "integer"},
            "how": {"type": "string", "enum": ["fast", "well"]},
            "places": {"anyOf": [{"type": "array", "items": {"type": "integer"}}, {"type": "null"}]},
            "share": {"type": "number"},
        },
        "required": ["word"],
        "additionalProperties": False,
    }


def test_defaults_are_filled_in() -> None:
    assert declared(effect=Effect.READ).check({"word": "a", "places": [1]}) == {
        "word": "a",
        "count": 3,
        "how": "fast",
        "places": [1],
        "share": 0.5,
    }


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({}, "word is missing"),
        ({"word": 1}, "word is not"),
        ({"word": "a", "count": True}, "count is not"),
        ({"word": "a", "count": "3"}, "count is not"),
        ({"word": "a", "how": "badly"}, "how is not one of fast, well"),
        ({"word": "a", "places": ["x"]}, "places is not"),
        ({"word": "a", "share": True}, "share is not"),
        ({"word": "a", "more": 1}, "no argument more"),
    ],
)
def test_a_call_that_does_not_fit_is_refused_with_what_is_wrong(arguments: dict[str, Any], says: str) -> None:
    with pytest.raises(ToolRefused, match=says):
        declared(effect=Effect.READ).check(arguments)


def test_what_reaches_outside_must_be_confirmed() -> None:
    with pytest.raises(ValueError, match="confirm"):
        declared(effect=Effect.EXTERNAL)
    assert declared(effect=Effect.EXTERNAL, confirm=True).confirm


def test_reading_may_be_repeated_and_other_effects_only_where_they_say_so() -> None:
    assert declared(effect=Effect.READ).idempotent
    assert not declared(effect=Effect.SITE).idempotent
    assert declared(effect=Effect.SITE, idempotent=True).idempotent


def test_two_tools_cannot_have_one_name() -> None:
    into: dict[str, Tool] = {}

    def same(room: Confirmed) -> dict[str, Any]:
        return {}

    tool(effect=Effect.READ, into=into)(same)
    with pytest.raises(ValueError, match="two tools with the name same"):
        tool(effect=Effect.READ, into=into)(same)


def test_an_argument_of_a_type_that_json_has_not_is_refused_when_declared() -> None:
    def strange(room: Reading, when: bytes) -> dict[str, Any]:
        return {}

    with pytest.raises(TypeError, match="bytes"):
        tool(effect=Effect.READ, into={})(strange)


def test_the_tools_of_every_room_are_found_in_the_app() -> None:
    assert {"propose_edit", "read_document", "invite_person"} <= set(TOOLS)
    assert TOOLS["propose_edit"].streams == "replacement"
    assert TOOLS["invite_person"].confirm
    assert TOOLS["invite_person"].asks({"email": "k@l.example", "role": "viewer"}) == (
        "Invite k@l.example to this document as viewer."
    )


@pytest.mark.parametrize(
    "used",
    [Tally(steps=12), Tally(calls=24), Tally(output_tokens=8000), Tally(seconds=600), Tally(repeats=3)],
)
def test_each_limit_ends_a_run_with_a_sentence(used: Tally) -> None:
    with pytest.raises(LimitReached, match=r"\.$"):
        check(used, Limits())


def test_below_its_limits_a_run_goes_on() -> None:
    check(Tally(11, 23, 7999, 599.9, 2), Limits())
    assert estimated_tokens("x" * 401) == 101
