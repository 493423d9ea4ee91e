"""The three-way merge: what people wrote stays, what does not touch it is brought in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from editor.room.delta import Delta, Run, joined, plain
from editor.room.merge import Delete, Format, Insert, applied, merge, words
from tests.room.plans import RUN, TEXT, conflicts, merged, outcome

BASE = "The quick brown fox jumps."


@pytest.mark.parametrize(
    ("ours", "theirs", "result"),
    [
        (BASE, "A quick red fox leaps.", "A quick red fox leaps."),
        ("Well, The quick brown fox jumps.", "The fast brown fox jumps.", "Well, The fast brown fox jumps."),
        ("The quick very brown fox jumps.", "The quick red fox jumps.", "The quick very red fox jumps."),
        ("The quick brown fox jumps. Twice.", "The brown fox jumps.", "The brown fox jumps. Twice."),
        ("The quick brown jumps.", "The quick brown fox jumps high.", "The quick brown jumps high."),
        ("The quick brown fox jumps.", "", ""),
        ("The quick brown fox also jumps.", "", "also "),
        ("**The** quick brown fox jumps.", "The quick red fox jumps.", "**The** quick red fox jumps."),
        ("The quick *brown* fox jumps.", "The quick **brown** fox jumps.", "The quick ***brown*** fox jumps."),
        ("The quick red fox jumps.", "The quick red fox jumps high.", "The quick red fox jumps high."),
    ],
)
def test_both_sides_words_stand_where_they_do_not_meet(ours: str, theirs: str, result: str) -> None:
    assert merged(BASE, ours, theirs) == result
    assert conflicts(BASE, ours, theirs) == []


@pytest.mark.parametrize(
    ("ours", "theirs", "result", "listed"),
    [
        ("The quick black fox jumps.", "The quick red fox jumps.", "The quick black fox jumps.", ("black", "red")),
        ("The quick fox jumps.", "The quick red fox jumps.", "The quick fox jumps.", ("", "red")),
        ("Gone", "The quick brown fox jumps high.", "Gone", ("Gone", " high")),
    ],
)
def test_people_keep_the_words_that_both_replaced(ours: str, theirs: str, result: str, listed: tuple[str, str]) -> None:
    assert merged(BASE, ours, theirs) == result
    assert conflicts(BASE, ours, theirs) == [listed]


def test_edits_are_as_small_as_words() -> None:
    found = merge([Run("a b c")], [Run("a b c")], [Run("a x "), Run("c", {"bold": {}})])
    assert found.edits == [Insert(2, Run("x")), Delete(2, 3), Format(4, 5, {"bold": {}})]


@given(TEXT)
def test_words_are_the_text_cut_and_nothing_else(text: Delta) -> None:
    assert joined(words(text)) == text


def test_characters_of_several_code_points_are_not_cut() -> None:
    assert [word.text for word in words([Run("e\u0301té 👩‍🚀日本 it's 👍🏽")])] == (
        ["e\u0301té", " ", "👩‍🚀", "日", "本", " ", "it's", " ", "👍🏽"]
    )


@given(TEXT, TEXT)
def test_where_people_changed_nothing_the_proposal_stands_exactly(base: Delta, theirs: Delta) -> None:
    found, result = outcome(base, base, theirs)
    assert result == theirs
    assert found.conflicts == []


@given(TEXT, TEXT)
def test_where_nothing_is_proposed_nothing_changes(base: Delta, ours: Delta) -> None:
    assert merge(base, ours, base).edits == []


@given(TEXT, TEXT)
def test_a_change_that_people_made_themselves_is_not_made_twice(base: Delta, ours: Delta) -> None:
    assert merge(base, ours, ours).edits == []


@given(TEXT, TEXT, TEXT)
def test_undo_right_after_accept_gives_back_text_and_marks(base: Delta, ours: Delta, theirs: Delta) -> None:
    _, after = outcome(base, ours, theirs)
    found, back = outcome(after, after, ours)
    assert back == ours
    assert found.conflicts == []


@st.composite
def typed_into(draw: st.DrawFn, base: Delta) -> tuple[Delta, list[str]]:
    """A base into which words were typed that occur nowhere else, and from which some were deleted; and those words."""
    result: Delta = []
    typed: list[str] = []
    for word in [*words(base), Run("")]:
        if draw(st.booleans()):
            typed.append(f"{'éx😀'[len(typed) % 3]}typed{len(typed)}")
            result.append(Run(typed[-1]))
        if draw(st.integers(0, 3)):
            result.append(word)
    return joined(result), typed


@given(TEXT, TEXT, st.data())
def test_nothing_that_people_typed_is_lost(base: Delta, theirs: Delta, data: st.DataObject) -> None:
    ours, typed = data.draw(typed_into(base))
    _, after = outcome(base, ours, theirs)
    at = 0
    for word in typed:
        assert word in plain(after)[at:]
        at = plain(after).index(word, at) + len(word)


@given(TEXT, TEXT, st.data())
def test_undo_after_more_typing_keeps_what_was_typed_since(before: Delta, theirs: Delta, data: st.DataObject) -> None:
    _, after = outcome(before, before, theirs)
    now, typed = data.draw(typed_into(after))
    _, back = outcome(after, now, before)
    assert all(word in plain(back) for word in typed)


@given(TEXT, TEXT, TEXT)
def test_edits_are_in_order_and_do_not_overlap(base: Delta, ours: Delta, theirs: Delta) -> None:
    at = 0
    for edit in merge(base, ours, theirs).edits:
        start, end = (edit.at, edit.at) if isinstance(edit, Insert) else (edit.start, edit.end)
        assert at <= start <= end <= len(plain(ours))
        at = end


@given(TEXT, st.lists(RUN, min_size=1, max_size=3))
def test_inserts_at_one_place_keep_their_order(text: Delta, runs: list[Run]) -> None:
    assert applied(text, [Insert(0, run) for run in runs]) == joined([*runs, *text])


def test_texts_too_long_to_compare_are_replaced_in_one_piece() -> None:
    long, other = " ".join("ab" * 900), " ".join("cd" * 900)
    assert merge([Run(long)], [Run(long)], [Run(other)]).edits == [Insert(0, Run(other)), Delete(0, len(long))]
    assert merge([Run(long)], [Run("Mine. " + long)], [Run(long + " theirs")]).edits == [
        Insert(len(long) + 6, Run(" theirs"))
    ]
