"""What the model is told: words of people and documents are data, fenced, and nothing hidden is in them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.agent.context import (
    MAX_DOCUMENT_CHARS,
    Brief,
    CallRecord,
    Edit,
    Kept,
    KeptEdit,
    Prompts,
    Selected,
    StepRecord,
    TextBlock,
    Turn,
    fenced,
    messages,
    nearby,
    visible,
)

PROMPTS = Prompts("You are {copilot}.", "Go on.")


def brief(**more: object) -> Brief:
    blocks = (TextBlock(1, "a", "heading", "The top"), TextBlock(2, "", "paragraph", "Some words."))
    return Brief("A plan", blocks, "Improve it", "Ada", **more)  # type: ignore[arg-type]


def told(asked: Brief) -> list[tuple[str, str]]:
    return [(message["role"], message["content"]) for message in messages(asked, PROMPTS, "Copilot")]


def test_the_system_message_is_ours_alone_and_first() -> None:
    said = told(brief(selected=(Selected(2, "Some words.", True),)))
    assert said[0] == ("system", "You are Copilot.")
    assert [role for role, _ in said[1:]] == ["user", "user"]


def test_every_block_has_its_number_and_the_request_says_who_speaks_and_what_is_selected() -> None:
    said = told(brief(selected=(Selected(2, "words", False),)))
    assert "[1] (heading) The top\n[2] (paragraph) Some words." in said[1][1]
    assert said[2][1].startswith("Selected in block 2 (a part;")
    assert said[2][1].endswith("Ada asks: Improve it")


def test_earlier_turns_come_before_the_document_with_their_proposals_and_their_fate() -> None:
    turn = Turn("Grace", "Shorten it", "I did.", ("Old text",), (Edit("a", "Old text", "Text", "rejected"),))
    said = told(brief(turns=(turn,)))
    assert said[1][0] == "user"
    assert said[1][1].endswith("Grace asks: Shorten it")
    assert "Old text" in said[1][1]
    assert said[2] == ("assistant", "I did.\n(I proposed, rejected: Text)")


def test_results_of_tools_follow_their_calls() -> None:
    call = CallRecord("c1", "invite_person", {"email": "k@l.example"}, {"error": "denied", "denied_by": "Grace"})
    said = messages(brief(steps=(StepRecord("\n\nI ask.", (call,)),)), PROMPTS, "Copilot")
    assert said[-2]["content"] == "I ask."
    assert said[-2]["tool_calls"][0]["function"] == {"name": "invite_person", "arguments": '{"email": "k@l.example"}'}
    assert (said[-1]["role"], said[-1]["tool_call_id"]) == ("tool", "c1")
    assert "Grace" in said[-1]["content"]


def test_an_interrupted_answer_is_shown_as_begun_and_asked_to_go_on() -> None:
    said = told(brief(kept=Kept("Half a", KeptEdit(2, "New wo"))))
    assert said[-2] == ("assistant", "Half a")
    assert said[-1][1].startswith("Go on.\nYou had begun propose_edit for block 2")
    assert "New wo" in said[-1][1]


@given(st.text(), st.text())
def test_no_text_can_end_its_own_fence(name: str, text: str) -> None:
    lines = fenced(name, text).split("\n")
    assert lines[0].startswith("<<<")
    assert lines[-1] == ">>>end"
    assert not any("<<<" in line or ">>>" in line for line in lines[1:-1])


@pytest.mark.parametrize(
    "hidden", ["\u200b", "\u202e", "\u2066", "\U000e0041", "\ufeff", "\x1b", "\x00", "\u00ad", "\ue000"]
)
def test_what_people_cannot_see_is_not_told(hidden: str) -> None:
    assert visible(f"a{hidden}b") == "ab"


def test_emoji_joiners_line_ends_and_other_scripts_stay() -> None:
    text = "\U0001fadc 👩\u200d💻 naïve\n\tمی\u200cخواهم 日本"
    assert visible(text) == text


def test_of_a_document_too_long_what_is_near_the_selection_is_told_and_the_rest_counted() -> None:
    blocks = tuple(TextBlock(number, "", "paragraph", "x" * 1000) for number in range(1, 401))
    long = Brief("Long", blocks, "Improve", "Ada", (Selected(300, "x" * 1000, True),))
    numbers = [block.number for block in nearby(long)]
    assert 1 in numbers
    assert 300 in numbers
    assert 200 not in numbers
    assert sum(len(block.text) for block in nearby(long)) <= MAX_DOCUMENT_CHARS
    assert f"{400 - len(numbers)} blocks are left out" in told(long)[1][1]
