"""The reader of updates: what pycrdt wrote is read as it is, and anything else is refused."""

from __future__ import annotations

import contextlib
from typing import Any

import pycrdt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from editor.wire.known import decode_state_vector
from editor.wire.update import DeleteRange, Kind, TypeRef, Update, decode_update
from editor.wire.varint import MalformedFrame, TooLarge, varint

CLIENT = 3_456_789_012


def document() -> tuple[pycrdt.Doc[Any], list[bytes]]:
    """A document of a known client, and the updates that it makes from now on."""
    doc: pycrdt.Doc[Any] = pycrdt.Doc(client_id=CLIENT)
    updates: list[bytes] = []
    doc.observe(lambda event: updates.append(event.update))
    return doc, updates


def test_a_keystroke_is_read_with_its_neighbours() -> None:
    doc, updates = document()
    text = doc.get("t", type=pycrdt.Text)
    text += "ab"
    text.insert(1, "x")
    (struct,) = decode_update(updates[-1]).structs
    assert struct[:7] == (CLIENT, 2, 1, Kind.STRING, (CLIENT, 0), (CLIENT, 1), None)
    assert struct.text == "x"


def test_a_first_insertion_names_its_root_and_an_attribute_its_key() -> None:
    doc, updates = document()
    root = doc.get("content", type=pycrdt.XmlFragment)
    heading = root.children.append(pycrdt.XmlElement("heading"))
    heading.attributes["level"] = 2
    first, attribute = (decode_update(update).structs[0] for update in updates)
    assert (first.parent, first.kind, first.content) == ("content", Kind.TYPE, (TypeRef.XML_ELEMENT, "heading"))
    assert (attribute.parent, attribute.key) == ((CLIENT, 0), "level")
    assert attribute.content == [2.0]


def test_text_is_counted_in_utf16_units() -> None:
    doc, updates = document()
    text = doc.get("t", type=pycrdt.Text)
    text += "é日😀"
    (struct,) = decode_update(updates[0]).structs
    assert (struct.text, struct.length) == ("é日😀", 4)
    assert decode_state_vector(doc.get_state()) == {CLIENT: 4}


def test_marks_are_read_with_name_and_value() -> None:
    doc, updates = document()
    text = doc.get("t", type=pycrdt.Text)
    text += "word"
    text.format(0, 4, {"link": {"href": "https://example.com/"}})
    contents = [s.content for s in decode_update(updates[-1]).structs if s.kind is Kind.FORMAT]
    assert contents == [("link", {"href": "https://example.com/"}), ("link", None)]


def test_deleted_ranges_are_read() -> None:
    doc, updates = document()
    text = doc.get("t", type=pycrdt.Text)
    text += "abcdef"
    del text[1:4]
    assert decode_update(updates[-1]) == Update((), (DeleteRange(CLIENT, 1, 3),))


@pytest.mark.parametrize(
    ("content", "kind", "value", "length"),
    [
        ("01 05", Kind.DELETED, None, 5),
        ("02 02 01 31 09 756e646566696e6564", Kind.JSON, [1, None], 2),
        ("03 02 fffe", Kind.BINARY, b"\xff\xfe", 1),
        ("04 03 616263", Kind.STRING, "abc", 3),
        ("05 07 7b2261223a317d", Kind.EMBED, {"a": 1}, 1),
        ("06 01 62 04 74727565", Kind.FORMAT, ("b", True), 1),
        ("07 06", Kind.TYPE, (TypeRef.XML_TEXT, None), 1),
        ("07 05 01 68", Kind.TYPE, (TypeRef.XML_HOOK, "h"), 1),
        ("08 05 7f 7e 79 78 7d41", Kind.ANY, [None, None, False, True, -1], 5),
        ("08 02 76 01 01 61 75 01 77 01 62 74 01 00", Kind.ANY, [{"a": ["b"]}, b"\0"], 2),
        ("08 02 7c 3fc00000 7a ffffffffffffffff", Kind.ANY, [1.5, -1], 2),
        ("08 01 7d 8001", Kind.ANY, [64], 1),
        ("09 01 67 76 00", Kind.DOC, ("g", {}), 1),
    ],
)
def test_every_kind_of_content_is_read(content: str, kind: Kind, value: Any, length: int) -> None:
    info, rest = bytes.fromhex(content[:2]), bytes.fromhex(content[2:])
    frame = b"\x01\x01\x07\x00" + info + b"\x01\x01t" + rest + b"\x00"
    (struct,) = decode_update(frame).structs
    assert (struct.kind, struct.content, struct.length, struct.parent) == (kind, value, length, "t")


def test_collected_and_skipped_clocks_are_read() -> None:
    update = decode_update(bytes.fromhex("01 03 07 05 00 02 0a 03 00 01 00"))
    assert [(s.kind, s.clock, s.length) for s in update.structs] == [
        (Kind.GC, 5, 2),
        (Kind.SKIP, 7, 3),
        (Kind.GC, 10, 1),
    ]
    assert update.first_clocks() == {7: 5}
    assert update.end_clocks() == {7: 11}


@pytest.mark.parametrize(
    ("why", "frame"),
    [
        ("a byte follows the end", "0000 00"),
        ("the deletes are missing", "00"),
        ("kind 11 is yrs's own", "01 01 07 00 0b 01 01 74 00 00"),
        ("flags on collected clocks", "01 01 07 00 80 01 00"),
        ("an empty text", "01 01 07 00 04 01 01 74 00 00"),
        ("an empty range", "00 01 07 01 00 00"),
        ("half a surrogate pair", "01 01 07 00 04 01 01 74 03 eda080 00"),
        ("a client twice", "02 01 07 00 00 01 01 07 01 00 01 00"),
        ("a parent that is neither name nor item", "01 01 07 00 04 02 01 74 01 61 00"),
        ("a shared type that does not exist", "01 01 07 00 07 01 01 74 07 00"),
        ("a mark that is no JSON", "01 01 07 00 06 01 01 74 01 62 01 7b 00"),
        ("a clock beyond every document", "01 01 07 ffffffff07 00 01 00"),
    ],
)
def test_what_is_no_update_is_refused(why: str, frame: str) -> None:
    with pytest.raises(MalformedFrame):
        decode_update(bytes.fromhex(frame))


def test_more_structs_than_allowed_are_refused_before_they_are_read() -> None:
    frame = b"\x01" + varint(20_001) + b"\x07\x00"
    with pytest.raises(TooLarge):
        decode_update(frame)
    with pytest.raises(MalformedFrame):
        decode_update(frame, max_structs=None)


def test_nesting_without_end_is_refused() -> None:
    with pytest.raises(MalformedFrame):
        decode_update(b"\x01\x01\x07\x00\x08\x01\x01t\x01" + b"\x75\x01" * 5000 + b"\x7e\x00")


def test_a_gapped_update_is_seen_though_pycrdt_accepts_it_silently() -> None:
    doc, updates = document()
    text = doc.get("t", type=pycrdt.Text)
    text += "a"
    text += "b"
    late: pycrdt.Doc[Any] = pycrdt.Doc()
    late.apply_update(updates[1])
    assert decode_state_vector(late.get_state()) == {}
    assert decode_update(late.get_update()).structs == ()
    assert decode_update(updates[1]).first_clocks() == {CLIENT: 1}


def test_a_trailing_byte_is_refused_though_pycrdt_accepts_it() -> None:
    doc, updates = document()
    text = doc.get("t", type=pycrdt.Text)
    text += "a"
    pycrdt.Doc().apply_update(updates[0] + b"\x01")
    with pytest.raises(MalformedFrame):
        decode_update(updates[0] + b"\x01")


@given(st.lists(st.tuples(st.integers(0, 8), st.sampled_from(["a", "é", "😀b", ""])), max_size=12), st.data())
def test_a_mutated_update_is_read_or_refused_and_raises_nothing_else(
    edits: list[tuple[int, str]], data: st.DataObject
) -> None:
    doc, _ = document()
    text = doc.get("t", type=pycrdt.Text)
    for place, word in edits:
        at = min(place, len(str(text)))
        at = len(str(text)[:at].encode())
        if word:
            text.insert(at, word, {"bold": True} if place % 3 == 0 else None)
        elif str(text):
            del text[0 : len(str(text)[0].encode())]
    whole = doc.get_update()
    assert decode_update(whole).end_clocks() == decode_state_vector(doc.get_state())
    mutated = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 3))):
        mutated[data.draw(st.integers(0, len(mutated) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(MalformedFrame):
        decode_update(bytes(mutated))
