"""The built-in model streams its rules' answer like any model."""

from __future__ import annotations

import json

from copilot.agent.context import Kept, KeptEdit
from copilot.agent.events import ToolCallStarted
from copilot.live.demo_model import DemoModel, words
from tests.copilot.asking import answer, arguments, brief, stopped, text

QUICK = DemoModel(words_a_second=0, first_pause=0)
SLOPPY = 'a  paragraph with "quotes" and ümlauts 😀 in it'


async def test_it_says_what_it_is_and_needs_no_key() -> None:
    assert QUICK.is_demo
    assert "demo" in text(await answer(QUICK, brief("Who are you?")))


async def test_text_comes_in_words_that_join_to_the_whole() -> None:
    events = await answer(QUICK, brief("outline", ["One thing here.", "Another thing here."]))
    assert text(events).count("\n  - ") == 2
    assert stopped(events).finish_reason == "stop"
    assert "".join(words(" a\n\n- b  c \n")) == " a\n\n- b  c \n"


async def test_an_edit_streams_as_json_in_pieces() -> None:
    events = await answer(QUICK, brief("improve", ["Other.", SLOPPY], select=[2]))
    assert [event.name for event in events if isinstance(event, ToolCallStarted)] == ["propose_edit"]
    assert json.loads(arguments(events)) == {
        "block": 2,
        "replacement": 'A paragraph with "quotes" and ümlauts 😀 in it.',
    }
    assert stopped(events).finish_reason == "tool_calls"


async def test_interrupted_it_goes_on_behind_what_it_had_said() -> None:
    asked = brief("improve", ["Other.", SLOPPY], select=[2])
    whole = text(await answer(QUICK, asked))
    kept = Kept(whole[:20], KeptEdit(2, 'A paragraph with "quo'))
    events = await answer(QUICK, brief("improve", ["Other.", SLOPPY], select=[2], kept=kept))
    assert text(events) == whole[20:]
    assert json.loads(arguments(events))["replacement"].startswith('A paragraph with "quotes')
