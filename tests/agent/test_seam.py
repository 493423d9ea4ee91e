"""A continued answer says nothing twice and loses nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.agent.seam import Seam

KEPT = "The plan has three parts. The first part is the budget, which"
REST = " grows by a tenth. The second part is the staff."


def joined(kept: str, said: str, size: int) -> str:
    seam = Seam(kept)
    return kept + "".join(seam.feed(said[i : i + size]) for i in range(0, len(said), size)) + seam.finish()


@pytest.mark.parametrize("size", [1, 3, 7, 1000])
@pytest.mark.parametrize(
    "said",
    [REST, KEPT + REST, "The first part is the budget, which" + REST, "part is the budget, which" + REST],
    ids=["goes on", "begins again", "repeats the sentence", "repeats some words"],
)
def test_whatever_it_repeats_the_text_goes_on_at_the_seam(said: str, size: int) -> None:
    assert joined(KEPT, said, size) == KEPT + REST


@given(st.text(), st.integers(1, 9))
def test_nothing_kept_means_nothing_held_back(said: str, size: int) -> None:
    assert joined("", said, size) == said


@given(st.text(alphabet="ab ", min_size=1, max_size=60), st.text(alphabet="ab ", max_size=60), st.integers(1, 9))
def test_a_full_repetition_is_always_trimmed(kept: str, rest: str, size: int) -> None:
    seam = Seam(kept)
    said = kept + "x" + rest
    shown = "".join(seam.feed(said[i : i + size]) for i in range(0, len(said), size)) + seam.finish()
    assert shown == "x" + rest


def test_a_chance_likeness_of_a_few_letters_is_kept() -> None:
    assert joined("It is the", "the cat", 1) == "It is thethe cat"


def test_words_that_stand_in_the_kept_text_and_end_the_answer_are_not_lost() -> None:
    assert joined(KEPT, "three parts", 4) == KEPT + "three parts"


def test_an_answer_that_only_repeats_adds_nothing() -> None:
    assert joined(KEPT, KEPT, 5) == KEPT
