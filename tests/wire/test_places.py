"""Where items stand: beside their neighbours, or where they say."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from editor.wire.places import Place, Places, Vocabulary, Within
from editor.wire.survey import survey
from editor.wire.update import Kind, Struct, TypeRef, Update, decode_update
from editor.wire.varint import MalformedFrame, varint

VOCABULARY = Vocabulary("content", ["paragraph", "heading"], ["id", "level"])
LISTED = {"origin": None, "right_origin": None, "parent": None, "key": None, "content": None}
ROOT, TEXT = Place(Within.ROOT), Place(Within.TEXT)
GONE, TORN, ORPHAN = Place(Within.GONE), Place(Within.TORN), Place(Within.ORPHAN)


def item(client: int, clock: int, kind: Kind = Kind.STRING, length: int = 1, **fields: Any) -> Struct:
    return Struct(**{"client": client, "clock": clock, "length": length, "kind": kind, **LISTED, **fields})


def element(client: int, clock: int, name: str = "paragraph", **fields: Any) -> Struct:
    return item(client, clock, Kind.TYPE, content=(TypeRef.XML_ELEMENT, name), **fields)


def text(client: int, clock: int, **fields: Any) -> Struct:
    return item(client, clock, Kind.TYPE, content=(TypeRef.XML_TEXT, None), **fields)


def paragraph() -> Places:
    """A heading by 1: itself (0), its text (1), three letters (2 to 4), a level (5); then a paragraph (6)."""
    places = Places(VOCABULARY)
    places.add(
        Update(
            (
                element(1, 0, "heading", parent="content"),
                text(1, 1, parent=(1, 0)),
                item(1, 2, length=3, parent=(1, 1)),
                item(1, 5, Kind.ANY, parent=(1, 0), key="level"),
                element(1, 6, origin=(1, 0)),
            ),
            (),
        )
    )
    return places


def stands(places: Places, *structs: Struct) -> list[Place]:
    return places.add(Update(structs, ()))


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"origin": (1, 3)}, TEXT),
        ({"right_origin": (1, 2)}, TEXT),
        ({"origin": (1, 3), "right_origin": (1, 4)}, TEXT),
        ({"parent": (1, 1)}, TEXT),
        ({"origin": (1, 0), "right_origin": (1, 6)}, ROOT),
        ({"origin": (1, 1)}, Place(Within.ELEMENT, "heading")),
        ({"parent": (1, 6)}, Place(Within.ELEMENT, "paragraph")),
        ({"origin": (1, 5)}, Place(Within.ELEMENT, "heading", "level")),
        ({"parent": (1, 6), "key": "id"}, Place(Within.ELEMENT, "paragraph", "id")),
        ({"parent": (1, 6), "key": "onclick"}, Place(Within.ELEMENT, "paragraph", "")),
        ({"parent": (1, 1), "key": "id"}, Place(Within.TEXT, None, "id")),
        ({"parent": "elsewhere"}, Place(Within.ELSEWHERE)),
        ({"parent": (1, 3)}, ORPHAN),
        ({"origin": (1, 3), "right_origin": (1, 6)}, TORN),
        ({"origin": (1, 0), "right_origin": (1, 5)}, TORN),
        ({"origin": (1, 1), "right_origin": (1, 5)}, TORN),
        ({"kind": Kind.GC}, GONE),
    ],
)
def test_an_item_stands_where_its_neighbours_do_or_where_it_says(fields: dict[str, Any], place: Place) -> None:
    assert stands(paragraph(), item(2, 0, **{"kind": Kind.DELETED, **fields})) == [place]


def test_neighbours_in_two_texts_are_none() -> None:
    places = paragraph()
    stands(places, text(2, 0, parent=(1, 6)), item(2, 1, parent=(2, 0)))
    assert stands(places, item(2, 2, origin=(2, 1), right_origin=(1, 2))) == [TORN]


def test_what_stands_beside_what_was_thrown_away_is_thrown_away_too() -> None:
    places = paragraph()
    gone, beside, after, torn = stands(
        places,
        item(2, 0, Kind.GC, 4),
        item(2, 4, origin=(2, 1), right_origin=(2, 2)),
        item(2, 5, right_origin=(2, 4)),
        item(2, 6, origin=(2, 4), right_origin=(1, 2)),
    )
    assert (gone, beside, after) == (GONE, GONE, GONE)
    assert torn == TORN, "Yjs throws it away, pycrdt puts it into the text"
    assert stands(places, item(3, 0, origin=(2, 6))) == [GONE]


def test_an_update_by_several_is_read_in_the_order_of_cause() -> None:
    """The higher client id comes first; here it hangs on the lower one's."""
    places = paragraph()
    found = stands(
        places,
        item(9, 0, origin=(3, 2)),
        item(9, 1, parent=(3, 1)),
        element(3, 0, right_origin=(1, 6)),
        text(3, 1, parent=(3, 0)),
        item(3, 2, parent=(3, 1)),
    )
    assert found == [TEXT, TEXT, ROOT, Place(Within.ELEMENT, "paragraph"), TEXT]


def test_what_is_known_already_is_not_learned_again() -> None:
    places = paragraph()
    stands(places, item(1, 3, Kind.GC, 2))
    assert stands(places, item(2, 0, origin=(1, 3))) == [TEXT]
    stands(places, item(1, 5, Kind.GC, 4))
    assert places.ends == {1: 9, 2: 1}
    assert stands(places, item(2, 1, origin=(1, 6)), item(2, 2, origin=(1, 8))) == [ROOT, GONE]


def test_what_was_never_stored_is_forgotten() -> None:
    places = paragraph()
    stands(places, text(1, 7, parent=(1, 6)), item(1, 8, parent=(1, 7)))
    stands(places, element(2, 0, "heading", origin=(1, 6)))
    places.forget_after({1: 4, 2: 0, 3: 0})
    assert places.ends == {1: 4}
    assert stands(places, item(1, 4, parent=(1, 7)), item(1, 5, origin=(1, 3))) == [ORPHAN, TEXT]
    assert stands(places, element(2, 0, parent=(1, 0)), item(2, 1, parent=(2, 0))) == [
        Place(Within.ELEMENT, "heading"),
        Place(Within.ELEMENT, "paragraph"),
    ]


def test_words_in_a_row_take_no_room() -> None:
    places = paragraph()
    before = len(places.runs[1][0])
    for clock in range(7, 1007):
        stands(places, item(1, clock, origin=(1, clock - 1) if clock > 7 else (1, 4)))
    assert len(places.runs[1][0]) == before + 1


def _written(structs: list[Struct]) -> bytes:
    """An update as Yjs writes it: the highest client first."""
    clients = sorted({struct.client for struct in structs}, reverse=True)
    out = varint(len(clients))
    for client in clients:
        own = [struct for struct in structs if struct.client == client]
        out += varint(len(own)) + varint(client) + varint(own[0].clock) + b"".join(map(_struct, own))
    return out + b"\0"


def _struct(one: Struct) -> bytes:
    if one.kind is Kind.GC:
        return b"\0" + varint(one.length)
    info = one.kind | (128 if one.origin else 0) | (64 if one.right_origin else 0) | (32 if one.key else 0)
    out = bytes([info]) + b"".join(varint(number) for near in (one.origin, one.right_origin) for number in near or ())
    if isinstance(one.parent, str):
        out += b"\1" + _counted(one.parent)
    elif one.parent:
        out += b"\0" + varint(one.parent[0]) + varint(one.parent[1])
    out += _counted(one.key) if one.key else b""
    match one.kind:
        case Kind.STRING:
            return out + _counted("x" * one.length)
        case Kind.DELETED:
            return out + varint(one.length)
        case Kind.FORMAT:
            return out + _counted("bold") + _counted("{}")
        case Kind.ANY:
            return out + b"\1\x7d\2"
        case _:
            ref, name = one.content
            return out + varint(ref) + (_counted(name) if name else b"")


def _counted(word: str) -> bytes:
    return varint(len(word)) + word.encode()


@st.composite
def documents(draw: st.DrawFn) -> list[Struct]:
    """Structs that each build on earlier ones, by clients in any order."""
    structs: list[Struct] = []
    ends: dict[int, int] = {}
    for _ in range(draw(st.integers(1, 25))):
        client = draw(st.integers(1, 300))
        clock = ends.get(client, 0)
        earlier = [(one.client, one.clock + one.length - 1) for one in structs]
        near = st.sampled_from(earlier) if earlier else st.none()
        fields: dict[str, Any] = {"origin": draw(st.none() | near)}
        if fields["origin"] is None and draw(st.booleans()):
            fields["right_origin"] = draw(near)
        if fields["origin"] is None and fields.get("right_origin") is None:
            fields["parent"] = draw(st.sampled_from(["content", "other"]) | near) or "content"
            fields["key"] = draw(st.sampled_from([None, None, "id", "onclick"]))
        kind = draw(st.sampled_from([Kind.GC, Kind.DELETED, Kind.STRING, Kind.FORMAT, Kind.ANY, Kind.TYPE, Kind.TYPE]))
        length = draw(st.integers(1, 300)) if kind in (Kind.GC, Kind.DELETED, Kind.STRING) else 1
        if kind is Kind.TYPE:
            types = [(TypeRef.XML_ELEMENT, "heading"), (TypeRef.XML_ELEMENT, "x"), (TypeRef.XML_TEXT, None)]
            fields["content"] = draw(st.sampled_from(types))
        structs.append(item(client, clock, kind, length, **({} if kind is Kind.GC else fields)))
        ends[client] = clock + length
    return structs


@given(documents())
def test_a_survey_knows_what_reading_each_update_teaches(structs: list[Struct]) -> None:
    """Blocks hang on later ones there, and clients come one by one here; the codes differ, what they tell apart not."""
    state = _written(structs)
    whole, learned = survey(state, VOCABULARY), Places(VOCABULARY)
    for one in structs:
        stands(learned, one)
    assert whole.places.ends == learned.ends == decode_update(state).end_clocks()
    same: dict[int, int] = {}
    back: dict[int, int] = {}
    for one in structs:
        for clock in (one.clock, one.clock + one.length - 1):
            here, there = whole.places.at((one.client, clock)), learned.at((one.client, clock))
            assert same.setdefault(here, there) == there
            assert back.setdefault(there, here) == here
    for client, (starts, codes) in whole.places.runs.items():
        assert list(starts) == list(learned.runs[client][0])
        assert len(codes) == len(starts)
    after = [item(999, clock, origin=(one.client, one.clock)) for clock, one in enumerate(structs)]
    assert stands(whole.places, *after) == stands(learned, *after)


def test_a_survey_knows_what_is_deleted_and_where_characters_lie() -> None:
    emoji = b"\x04\x01\x07content\x06a\xf0\x9f\x98\x80b"
    read = survey(b"\x01\x01\x05\x00" + emoji + b"\x01\x05\x01\x00\x01", VOCABULARY)
    assert read.places.ends == {5: 4}
    assert [(r.client, r.clock, r.length) for r in read.deleted.ranges()] == [(5, 0, 1)]
    for origin, split in {(5, 0): False, (5, 1): True, (5, 2): False}.items():
        assert read.pairs.split_by(Update((item(6, 0, origin=origin, content="x"),), ())) is split


def test_a_survey_breathes() -> None:
    breaths: list[None] = []
    state = _written(
        [item(1, clock, origin=(1, clock - 1)) if clock else item(1, 0, parent="content") for clock in range(1200)]
    )
    survey(state, VOCABULARY, lambda: breaths.append(None))
    assert len(breaths) == 2


@pytest.mark.parametrize("cut", [1, 5, 9])
def test_a_survey_of_what_is_cut_short_fails(cut: int) -> None:
    state = _written([element(1, 0, parent="content"), text(1, 1, parent=(1, 0)), item(1, 2, parent=(1, 1))])
    with pytest.raises(MalformedFrame):
        survey(state[:-cut], VOCABULARY)
