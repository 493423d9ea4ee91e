"""What is kept of updates: state vectors, gaps, deleted ranges and surrogate pairs."""

from __future__ import annotations

import itertools
from typing import Any

import pycrdt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from editor.wire.known import (
    DeletedRanges,
    SurrogatePairs,
    decode_state_vector,
    encode_state_vector,
    has_gap,
)
from editor.wire.update import DeleteRange, Id, Kind, Struct, Update, decode_update
from editor.wire.varint import MalformedFrame

CLOCKS = st.dictionaries(st.integers(0, 2**53 - 1), st.integers(0, 2**31), max_size=6)


def struct(client: int, clock: int, length: int = 1, origin: Id | None = None, **others: Any) -> Struct:
    fields: dict[str, Any] = {"kind": Kind.STRING, "right_origin": None, "parent": None, "key": None}
    return Struct(
        **{
            **fields,
            "client": client,
            "clock": clock,
            "length": length,
            "origin": origin,
            "content": "x" * length,
            **others,
        }
    )


@given(CLOCKS)
def test_a_state_vector_survives(clocks: dict[int, int]) -> None:
    assert decode_state_vector(encode_state_vector(clocks)) == clocks


def test_pycrdt_reads_a_state_vector_written_here() -> None:
    doc: pycrdt.Doc[Any] = pycrdt.Doc(client_id=9)
    text = doc.get("t", type=pycrdt.Text)
    text += "abc"
    later = decode_update(doc.get_update(encode_state_vector({9: 2})))
    assert [s.text for s in later.structs] == ["c"]


@pytest.mark.parametrize("raw", ["", "01", "0107", "000000", "02070107010"])
def test_what_is_no_state_vector_is_refused(raw: str) -> None:
    with pytest.raises(MalformedFrame):
        decode_state_vector(bytes.fromhex(raw.ljust(len(raw) + len(raw) % 2, "1")))


def updates(*structs: Struct, deletes: tuple[DeleteRange, ...] = ()) -> Update:
    return Update(tuple(structs), deletes)


@pytest.mark.parametrize(
    ("why", "update"),
    [
        ("a first clock above the known", updates(struct(1, 6))),
        ("an unknown client that does not begin at 0", updates(struct(2, 1))),
        ("an origin that is not known", updates(struct(1, 5, origin=(3, 0)))),
        ("a right origin that is not known", updates(struct(1, 5, right_origin=(1, 9)))),
        ("a parent that is not known", updates(struct(1, 5, parent=(3, 0)))),
        ("an origin that is itself", updates(struct(1, 5, origin=(1, 5)))),
        ("an origin of its own that comes later", updates(struct(1, 5, origin=(1, 6)), struct(1, 6))),
        ("two that need each other", updates(struct(2, 0, origin=(3, 0)), struct(3, 0, origin=(2, 0)))),
        ("skipped clocks that are not known", updates(struct(1, 5, 3, kind=Kind.SKIP), struct(1, 8))),
        ("a deletion beyond the end", updates(deletes=(DeleteRange(1, 3, 3),))),
        ("a deletion of an unknown client's", updates(deletes=(DeleteRange(2, 0, 1),))),
    ],
)
def test_what_cannot_be_applied_yet_is_a_gap(why: str, update: Update) -> None:
    assert has_gap(update, {1: 5})


@pytest.mark.parametrize(
    "update",
    [
        updates(),
        updates(struct(1, 5, origin=(1, 4)), struct(1, 6, origin=(1, 5))),
        updates(struct(1, 3, 4)),
        updates(struct(2, 0, origin=(3, 1)), struct(2, 1), struct(3, 0), struct(3, 1)),
        updates(struct(2, 0, origin=(3, 0)), struct(3, 0), struct(3, 1, origin=(2, 0))),
        updates(struct(1, 2, 3, kind=Kind.SKIP), struct(1, 5)),
        updates(struct(1, 4, origin=(8, 8))),
        updates(struct(1, 5), deletes=(DeleteRange(1, 0, 6),)),
    ],
)
def test_what_can_be_applied_is_no_gap(update: Update) -> None:
    assert not has_gap(update, {1: 5})


def test_a_long_chain_between_two_clients_is_walked_to_its_end() -> None:
    here = [struct(1, clock, origin=(2, clock - 1) if clock else None) for clock in range(5000)]
    there = [struct(2, clock, origin=(1, clock)) for clock in range(5000)]
    assert not has_gap(updates(*there, *here), {})
    assert has_gap(updates(*there, *here[:-1]), {})


RANGES = st.lists(st.builds(DeleteRange, st.integers(1, 2), st.integers(0, 40), st.integers(1, 8)), max_size=12)


@given(RANGES, RANGES)
def test_deleted_ranges_know_what_a_set_of_clocks_knows(added: list[DeleteRange], asked: list[DeleteRange]) -> None:
    kept = DeletedRanges(added)
    clocks = {(client, at) for client, clock, length in added for at in range(clock, clock + length)}
    for client, clock, length in asked:
        expected = all((client, at) in clocks for at in range(clock, clock + length))
        assert kept.covers([DeleteRange(client, clock, length)]) == expected
    assert kept.covers(added)
    again = kept.ranges()
    assert sum(length for _, _, length in again) == len(clocks)
    assert all(a.client != b.client or a.clock + a.length < b.clock for a, b in itertools.pairwise(again))


def test_what_arrives_already_deleted_counts_as_deleted() -> None:
    kept = DeletedRanges()
    kept.add_update(updates(struct(1, 0, 4, kind=Kind.GC), struct(1, 4, 2, kind=Kind.DELETED)))
    assert kept.covers([DeleteRange(1, 0, 6)])


def pair() -> tuple[SurrogatePairs, Update]:
    doc: pycrdt.Doc[Any] = pycrdt.Doc(client_id=1)
    text = doc.get("t", type=pycrdt.Text)
    text += "a😀b"
    pairs = SurrogatePairs()
    pairs.add(decode_update(doc.get_update()))
    return pairs, decode_update(doc.get_update())


def test_a_character_of_two_units_is_not_split_by_its_own_update() -> None:
    pairs, update = pair()
    assert not pairs.split_by(update)


@pytest.mark.parametrize(
    ("update", "split"),
    [
        (updates(struct(2, 0, origin=(1, 0), right_origin=(1, 1))), False),
        (updates(struct(2, 0, origin=(1, 1), right_origin=(1, 2))), True),
        (updates(struct(2, 0, right_origin=(1, 2))), True),
        (updates(struct(2, 0, origin=(1, 2), right_origin=(1, 3))), False),
        (updates(deletes=(DeleteRange(1, 1, 2),)), False),
        (updates(deletes=(DeleteRange(1, 0, 2),)), True),
        (updates(deletes=(DeleteRange(1, 2, 1),)), True),
        (updates(struct(2, 0, 2, content="😀"), struct(3, 0, origin=(2, 0))), True),
    ],
)
def test_nothing_comes_between_two_halves(update: Update, split: bool) -> None:
    assert pair()[0].split_by(update) is split


@given(st.lists(st.tuples(st.integers(1, 2), st.text(alphabet="aé😀", max_size=6)), max_size=12), st.integers(0, 40))
def test_the_kept_pairs_are_those_of_the_texts_in_whatever_order_they_come(
    pieces: list[tuple[int, str]], end: int
) -> None:
    heads, second, structs = {1: 0, 2: 0}, set(), []
    for client, text in pieces:
        structs.append((client, heads[client], text))
        for unit in text:
            if unit == "😀":
                second.add((client, heads[client] + 1))
            heads[client] += 1 + (unit == "😀")
    pairs = SurrogatePairs()
    for client, clock, text in [*structs[1::2], *structs[::2], *structs[:1]]:
        assert pairs.add_text(client, clock, text) == len(text.encode("utf-16-le")) // 2

    def kept() -> set[tuple[int, int]]:
        places = [(client, clock) for client, head in heads.items() for clock in range(head + 1)]
        return {place for place in places if pairs.split_by(updates(struct(3, 0, right_origin=place)))}

    assert kept() == second
    pairs.forget_after({1: end})
    assert kept() == {(client, clock) for client, clock in second if client == 1 and clock < end}
