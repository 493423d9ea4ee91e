"""A step reads a model's answer: text, calls, and suggestions that grow while they arrive."""

from __future__ import annotations

import json
from itertools import count

import pytest

from copilot.agent.context import Kept, KeptEdit
from copilot.agent.events import ModelEvent, ModelStopped, TextDelta, ToolCallArguments, ToolCallStarted
from copilot.agent.loop import CallBegun, EditBegun, EditText, Effect, Say, Step
from copilot.agent.tools import Effect as ToolEffect
from copilot.agent.tools import Reading, Tool, Working, tool

TOOLS: dict[str, Tool] = {}


@tool(effect=ToolEffect.DOCUMENT, streams="replacement", into=TOOLS)
def propose_edit(room: Working, block: int, replacement: str) -> dict[str, str]:
    """Propose."""
    return {}


@tool(effect=ToolEffect.READ, into=TOOLS)
def look(room: Reading, word: str = "") -> dict[str, str]:
    """Look."""
    return {}


def step(**kwargs: object) -> Step:
    ids = count(1)
    return Step(TOOLS, lambda: f"call-{next(ids)}", **kwargs)  # type: ignore[arg-type]


def play(reading: Step, events: list[ModelEvent]) -> list[Effect]:
    return [effect for event in events for effect in reading.take(event)]


def call(arguments: str, *, size: int = 4, name: str = "propose_edit", position: int = 0) -> list[ModelEvent]:
    fragments = [arguments[i : i + size] for i in range(0, len(arguments), size)]
    begun: list[ModelEvent] = [ToolCallStarted(position, f"p{position}", name)]
    return begun + [ToolCallArguments(position, fragment) for fragment in fragments]


def shown(effects: list[Effect]) -> str:
    return "".join(effect.text for effect in effects if isinstance(effect, EditText))


def begun(effects: list[Effect]) -> list[EditBegun]:
    return [effect for effect in effects if isinstance(effect, EditBegun)]


def test_text_is_said_as_it_comes_and_kept_whole() -> None:
    reading = step()
    assert play(reading, [TextDelta("Hello"), TextDelta(" there")]) == [Say("Hello"), Say(" there")]
    play(reading, [ModelStopped("stop", 7, 2)])
    outcome = reading.finish()
    assert (outcome.text, outcome.finish_reason, outcome.input_tokens, outcome.output_tokens) == (
        "Hello there",
        "stop",
        7,
        2,
    )


def test_text_of_a_later_step_begins_a_paragraph() -> None:
    reading = step(follows=True)
    assert play(reading, [TextDelta("So"), TextDelta(" it is")]) == [Say("\n\nSo"), Say(" it is")]


@pytest.mark.parametrize("size", [1, 5, 1000])
def test_a_suggestion_grows_while_its_argument_arrives(size: int) -> None:
    text = 'A "quoted" line\nand 😀'
    reading = step()
    effects = play(reading, call(json.dumps({"block": 3, "replacement": text}), size=size))
    assert effects[0] == CallBegun("call-1", "p0", "propose_edit")
    assert begun(effects) == [EditBegun("call-1", {"block": 3}, resumed=False)]
    assert shown(effects) == text
    if size == 1:
        assert len([effect for effect in effects if isinstance(effect, EditText)]) > 10
    play(reading, [ModelStopped("tool_calls")])
    assert reading.finish().calls[0].arguments == {"block": 3, "replacement": text}


def test_text_that_comes_before_its_block_waits_for_it() -> None:
    effects = play(step(), call(json.dumps({"replacement": "New", "block": 2})))
    assert [type(effect) for effect in effects] == [CallBegun, EditBegun, EditText]
    assert shown(effects) == "New"


def test_an_empty_replacement_opens_the_suggestion_at_the_end() -> None:
    reading = step()
    effects = play(reading, [*call('{"block": 1, "replacement": ""}'), ModelStopped("tool_calls")])
    assert begun(effects) == [EditBegun("call-1", {"block": 1}, resumed=False)]
    assert shown(effects) == ""


def test_two_calls_in_one_answer_are_kept_apart() -> None:
    first = call('{"block": 1, "replacement": "a"}')
    second = call('{"word": "b"}', name="look", position=1)
    reading = step()
    play(reading, [*first, *second, ModelStopped("tool_calls")])
    assert [(each.name, each.arguments) for each in reading.finish().calls] == [
        ("propose_edit", {"block": 1, "replacement": "a"}),
        ("look", {"word": "b"}),
    ]


@pytest.mark.parametrize("raw", ["{", "[1]", "nonsense", '{"block": 1, "replacement": "cut'])
def test_arguments_that_cannot_be_read_are_said_to_be_so(raw: str) -> None:
    reading = step()
    play(reading, [*call(raw), ModelStopped("tool_calls")])
    assert reading.finish().calls[0].arguments is None


def test_a_call_without_arguments_has_an_empty_object() -> None:
    reading = step()
    play(reading, call("", name="look"))
    assert reading.finish().calls[0].arguments == {}


def test_resumed_text_goes_on_where_it_stopped_and_is_whole_in_the_outcome() -> None:
    reading = step(kept=Kept(text="One two three four"))
    effects = play(reading, [TextDelta("One two three"), TextDelta(" four five"), ModelStopped("stop")])
    assert effects == [Say(" five")]
    assert reading.finish().text == "One two three four five"


@pytest.mark.parametrize("size", [1, 6, 1000])
def test_a_resumed_suggestion_goes_on_with_what_it_had(size: int) -> None:
    reading = step(kept=Kept(edit=KeptEdit(block=3, text="The new")))
    effects = play(reading, call('{"block": 3, "replacement": "The new words"}', size=size))
    assert begun(effects) == [EditBegun("call-1", {"block": 3}, resumed=True)]
    assert shown(effects) == " words"


@pytest.mark.parametrize("arguments", ['{"block": 3, "replacement": "Thus"}', '{"block": 4, "replacement": "The new"}'])
def test_a_suggestion_that_begins_otherwise_is_a_new_one(arguments: str) -> None:
    reading = step(kept=Kept(edit=KeptEdit(block=3, text="The new")))
    effects = play(reading, [*call(arguments, size=2), ModelStopped("tool_calls")])
    assert [effect.resumed for effect in begun(effects)] == [False]
    assert shown(effects) == json.loads(arguments)["replacement"]
