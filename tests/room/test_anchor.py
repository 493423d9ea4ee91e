"""Anchors: a mark holds a place through what people do, a quotation finds it again."""

from __future__ import annotations

from typing import Any

import pytest

from editor.room import blocks, markdown
from editor.room.anchor import Place, Span, keep_marks, locate, put_mark, selected, whole
from editor.room.blocks import Block
from editor.room.delta import Run, plain
from editor.room.merge import Delete, Insert
from editor.room.replica import Replica

SID = "00000000-0000-4000-8000-000000000001"
OTHER = "00000000-0000-4000-8000-000000000002"


def page(*paragraphs: str) -> Replica:
    replica = Replica()
    ids = iter("abcdefgh")
    markdown.write(replica, markdown.parse("\n\n".join(paragraphs)), lambda: next(ids))
    return replica


def marked(replica: Replica, quote: str, suggestion: str = SID) -> Span:
    span = next(span for block in blocks.blocks(replica) if (span := _span(block, quote)))
    put_mark(span, suggestion)
    return span


def _span(block: Block, quote: str) -> Span | None:
    at = block.text().find(quote)
    return Span((block,), at, at + len(quote)) if at >= 0 else None


def place(replica: Replica, base: str, block: str = "a") -> tuple[Place, str | None]:
    anchor = locate(blocks.blocks(replica), SID, block, [Run(base)] if base else [])
    return anchor.place, anchor.span.text() if anchor.span else None


def test_text_typed_around_it_leaves_it_fresh() -> None:
    replica = page("The quick fox")
    marked(replica, "quick")
    block = blocks.blocks(replica)[0]
    blocks.insert(block.element, 0, Run("Well. "))
    blocks.insert(block.element, len(block.text()), Run(" too"))
    assert place(replica, "quick") == (Place.FRESH, "quick")


def test_text_typed_inside_makes_it_stale_with_what_is_there_now() -> None:
    replica = page("The quick brown fox")
    marked(replica, "quick brown")
    blocks.insert(blocks.blocks(replica)[0].element, 10, Run("very "))
    assert place(replica, "quick brown") == (Place.STALE, "quick very brown")


def test_bold_put_on_it_leaves_it_fresh() -> None:
    replica = page("The quick fox")
    marked(replica, "quick")
    blocks.set_marks(blocks.blocks(replica)[0].element, 0, 6, {"bold": {}})
    assert place(replica, "quick") == (Place.FRESH, "quick")


def test_a_block_that_became_another_one_is_moved() -> None:
    replica = page("first", "The quick fox")
    marked(replica, "quick")
    assert place(replica, "quick", "a") == (Place.MOVED, "quick")


def test_a_block_divided_in_the_middle_of_it_is_stale_and_shows_both_parts() -> None:
    replica = page("The quick brown fox")
    marked(replica, "quick brown")
    first = blocks.blocks(replica)[0]
    tail = first.delta()
    blocks.delete(first.element, 9, len(first.text()))
    markdown.write(replica, [markdown.Node("paragraph")])
    second = blocks.blocks(replica)[1]
    blocks.write_runs(second.element, 0, [Run("brown", tail[1].marks), Run(" fox")])
    assert place(replica, "quick brown") == (Place.STALE, "quick\nbrown")


def test_without_its_mark_it_is_found_by_quotation_nearby() -> None:
    replica = page("nothing", "The quick fox")
    assert place(replica, "quick", "a") == (Place.MOVED, "quick")
    assert place(replica, "quick", "b") == (Place.MOVED, "quick")


def test_without_mark_and_quotation_it_is_orphaned() -> None:
    replica = page("The slow fox", "x", "y", "quick")
    assert place(replica, "quick", "a") == (Place.ORPHANED, None)
    assert place(replica, "slow", "gone") == (Place.ORPHANED, None)


def test_a_quotation_that_occurs_twice_is_no_anchor() -> None:
    assert place(page("quick and quick"), "quick") == (Place.ORPHANED, None)


def test_an_empty_block_is_its_own_anchor() -> None:
    replica = Replica()
    markdown.write(replica, [markdown.Node("paragraph", {"id": "a"})])
    assert place(replica, "") == (Place.FRESH, "")
    blocks.insert(blocks.blocks(replica)[0].element, 0, Run("x"))
    assert place(replica, "") == (Place.STALE, "x")
    assert place(replica, "", "b") == (Place.ORPHANED, None)


def test_overlapping_suggestions_share_the_mark() -> None:
    replica = page("one two three")
    marked(replica, "one two", OTHER)
    marked(replica, "two three", SID)
    found = blocks.blocks(replica)
    assert [run.marks["suggestion"]["ids"] for run in found[0].delta()] == [OTHER, f"{SID} {OTHER}", SID]
    keep_marks(found, [OTHER])
    assert [run.marks for run in found[0].delta()] == [{"suggestion": {"ids": OTHER}}, {}]
    keep_marks(found, [])
    assert found[0].delta() == [Run("one two three")]


def test_what_an_accept_puts_in_carries_the_other_suggestions_around_it() -> None:
    replica = page("one two three")
    span = marked(replica, "two")
    put_mark(whole(blocks.blocks(replica)[0]), OTHER)
    keep_marks(blocks.blocks(replica), [OTHER])
    span.apply([Insert(0, Run("2")), Delete(0, 3)])
    [run] = blocks.blocks(replica)[0].delta()
    assert (run.text, run.marks["suggestion"]["ids"]) == ("one 2 three", OTHER)


def test_a_hashed_mark_name_is_the_same_mark() -> None:
    replica = page("quick")
    blocks.set_marks(blocks.blocks(replica)[0].element, 0, 5, {"suggestion--abc": {"ids": SID}})
    assert place(replica, "quick") == (Place.FRESH, "quick")
    keep_marks(blocks.blocks(replica), [])
    assert blocks.blocks(replica)[0].delta() == [Run("quick")]


def test_edits_land_in_the_blocks_of_a_span() -> None:
    replica = page("one two", "three four")
    first, second = blocks.blocks(replica)
    span = Span((first, second), 4, 5)
    assert span.text() == "two\nthree"
    span.apply([Delete(0, 3), Insert(3, Run("2")), Insert(4, Run("3 ")), Delete(4, 9)])
    assert [block.text() for block in blocks.blocks(replica)] == ["one 2", "3  four"]


def range_(**values: Any) -> dict[str, Any]:
    return {"block": None, "index": 0, "start": 0, "end": 0, "quote": "", **values}


@pytest.mark.parametrize(
    ("target", "text"),
    [
        (range_(index=1, start=2, end=7, quote="quick"), "quick"),
        (range_(block="b", start=2, end=7, quote="quick"), "quick"),
        (range_(block="b", start=0, end=5, quote="quick"), "quick"),
        (range_(index=2, start=2, end=7, quote="quick"), "quick"),
        (range_(index=1, start=0, end=0, quote=""), ""),
        (range_(index=1, start=0, end=1, quote="\ud83d"), None),
        (range_(index=1, start=0, end=5, quote="other"), None),
        (range_(index=99, start=0, end=5, quote="quick"), None),
    ],
)
def test_a_selection_is_where_its_quote_is(target: dict[str, Any], text: str | None) -> None:
    replica = page("first", "😀quick", "last")
    span = selected(blocks.blocks(replica), target)
    assert (span.text() if span else None) == text
    if span:
        assert plain(span.delta()) == span.text()


@pytest.mark.parametrize("name", ["index", "start", "end", "quote"])
def test_what_is_no_range_is_refused_with_a_sentence(name: str) -> None:
    with pytest.raises(ValueError, match="A range needs"):
        selected([], range_(**{name: None}))


def test_no_edits_change_nothing() -> None:
    replica = page("one")
    whole(blocks.blocks(replica)[0]).apply([])
    assert blocks.blocks(replica)[0].text() == "one"
