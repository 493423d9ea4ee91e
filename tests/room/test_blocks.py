"""Textblocks: found in document order, edited at code points, their marks exact."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from editor.room import blocks, markdown
from editor.room.blocks import Block
from editor.room.delta import Delta, Run, cut, from_json, joined, plain, to_json, without_mark
from editor.room.replica import Replica

BREAK = markdown.HARD_BREAK
MARKS = st.sampled_from([{}, {"bold": {}}, {"bold": {}, "italic": {}}, {"link": {"href": "https://a.example"}}])
RUNS = st.lists(
    st.one_of(st.builds(Run, st.text(alphabet="aé日😀 ", min_size=1, max_size=5), MARKS), st.just(BREAK)), max_size=5
).map(joined)


def paragraph(*runs: Run) -> Block:
    replica = Replica()
    markdown.write(replica, [markdown.Node("paragraph", runs=list(runs))])
    return blocks.blocks(replica)[0]


def test_blocks_come_in_document_order_from_anywhere_in_the_tree() -> None:
    replica = Replica()
    source = (
        "# Top\n\n- one\n- two\n\n  deep\n\n> quoted\n\n| a | b |\n|---|---|\n| c | d |\n\n```py\nx = 1\n```\n\nend"
    )
    markdown.write(replica, markdown.parse(source))
    found = blocks.blocks(replica)
    assert [block.text() for block in found] == [
        "Top",
        "one",
        "two",
        "deep",
        "quoted",
        "a",
        "b",
        "c",
        "d",
        "x = 1",
        "end",
    ]
    assert [block.index for block in found] == list(range(11))
    assert found[0].name == "heading"
    assert found[9].name == "codeBlock"


def test_of_a_doubled_id_the_first_block_keeps_it() -> None:
    replica = Replica()
    for name in ("x", "x", "y"):
        markdown.write(replica, [markdown.Node("paragraph", {"id": name})])
    assert [block.id for block in blocks.blocks(replica)] == ["x", None, "y"]


@given(RUNS, RUNS.filter(bool), st.data())
def test_what_is_inserted_has_exactly_its_marks(runs: Delta, more: Delta, data: st.DataObject) -> None:
    block = paragraph(*runs)
    at = data.draw(st.integers(0, len(plain(runs))))
    blocks.insert(block.element, at, more[0])
    assert block.delta() == joined([*cut(runs, 0, at), more[0], *cut(runs, at, len(plain(runs)))])


@given(RUNS, st.data())
def test_a_deleted_range_goes_with_its_leaves(runs: Delta, data: st.DataObject) -> None:
    length = len(plain(runs))
    start = data.draw(st.integers(0, length))
    end = data.draw(st.integers(start, length))
    block = paragraph(*runs)
    blocks.delete(block.element, start, end)
    assert block.delta() == joined([*cut(runs, 0, start), *cut(runs, end, length)])


@given(RUNS, st.data())
def test_marks_are_set_and_removed_on_the_range_alone(runs: Delta, data: st.DataObject) -> None:
    length = len(plain(runs))
    start = data.draw(st.integers(0, length))
    end = data.draw(st.integers(start, length))
    block = paragraph(*runs)
    blocks.set_marks(block.element, start, end, {"strike": {}})
    assert plain(block.delta()) == plain(runs)
    assert all(run.leaf or "strike" in run.marks for run in cut(block.delta(), start, end))
    assert not any("strike" in run.marks for run in cut(block.delta(), 0, start))
    blocks.set_marks(block.element, start, end, {"strike": None})
    assert block.delta() == runs


@pytest.mark.parametrize("offset", [-1, 3])
def test_an_offset_outside_the_text_is_refused(offset: int) -> None:
    block = paragraph(Run("ab"))
    with pytest.raises(ValueError, match="outside"):
        blocks.insert(block.element, offset, Run("x"))
    with pytest.raises(ValueError, match="outside"):
        blocks.delete(block.element, offset, 3)


@given(RUNS)
def test_a_delta_survives_json(runs: Delta) -> None:
    assert from_json(to_json(runs)) == runs


def test_a_mark_is_taken_off_also_where_it_has_a_hashed_name() -> None:
    runs = [Run("a", {"suggestion": {"ids": "x"}}), Run("b", {"suggestion--ab": {"ids": "x"}, "bold": {}}), Run("c")]
    assert without_mark(runs, "suggestion") == [Run("a"), Run("b", {"bold": {}}), Run("c")]
