"""The replica: units, edits that are taken once, panics that become errors."""

from __future__ import annotations

import gc
import weakref

import pytest
from hypothesis import given
from hypothesis import strategies as st

from editor.room import session, units
from editor.room.errors import MalformedUpdate, ReplicaBroken
from editor.room.replica import Element, Replica, Text

TEXTS = st.text(alphabet="aé日😀\u0301👩\u200d🚀 ", max_size=12)


def paragraph(replica: Replica, text: str = "") -> Text:
    inner = replica.root().insert_element(0, "paragraph", {}).insert_text(0)
    inner.insert(0, text, {})
    return inner


@given(TEXTS)
def test_units_convert_there_and_back_at_every_character(text: str) -> None:
    for offset in range(len(text) + 1):
        assert units.from_utf16(text, units.to_utf16(text, offset)) == offset
        assert text.encode()[: units.to_utf8(text, offset)].decode() == text[:offset]
    assert units.utf16_length(text) == len(text.encode("utf-16-le")) // 2


@pytest.mark.parametrize(("text", "offset"), [("😀", 1), ("a", 2), ("a", -1), ("", 1)])
def test_an_offset_inside_a_character_or_outside_the_text_is_refused(text: str, offset: int) -> None:
    with pytest.raises(ValueError, match="offset"):
        units.from_utf16(text, offset)


@given(TEXTS, TEXTS, st.data())
def test_an_edit_lands_at_its_code_points(text: str, more: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    replica = Replica()
    node = paragraph(replica, text)
    node.delete(start, end)
    node.insert(start, more, {"bold": {}})
    assert str(node) == text[:start] + more + text[end:]


@pytest.mark.parametrize("end", [3, -1])
def test_a_delete_beyond_the_text_is_refused_before_anything_is_deleted(end: int) -> None:
    node = paragraph(Replica(), "ab")
    with pytest.raises(ValueError, match="outside"):
        node.delete(0, end)
    assert str(node) == "ab"


def test_edits_are_taken_once_and_what_was_applied_is_not_among_them() -> None:
    first, second = Replica(), Replica()
    paragraph(first, "one")
    second.apply(first.take_edits() or b"")
    assert second.take_edits() is None
    assert first.take_edits() is None
    second.root().insert_element(1, "heading", {"level": 2})
    edits = second.take_edits()
    assert edits is not None
    first.apply(edits)
    assert first.state() == second.state()
    heading = first.root().children()[1]
    assert isinstance(heading, Element)
    assert heading.attributes() == {"level": 2}
    assert type(heading.attributes()["level"]) is int


def test_several_edits_come_as_one_update() -> None:
    first, second = Replica(), Replica()
    node = paragraph(first, "日本")
    node.insert(1, "x", {"link": {"href": "https://example.com", "n": 3}})
    node.format(0, 1, {"bold": {}})
    second.apply(first.take_edits() or b"")
    copy = second.root().children()[0]
    assert isinstance(copy, Element)
    inner = copy.children()[0]
    assert isinstance(inner, Text)
    assert inner.runs() == [
        ("日", {"bold": {}}),
        ("x", {"link": {"href": "https://example.com", "n": 3}}),
        ("本", {}),
    ]


def test_malformed_bytes_are_refused() -> None:
    replica = Replica()
    for call in (replica.apply, replica.diff, Replica):
        with pytest.raises(MalformedUpdate):
            call(b"\xff\xff\xff")
    with pytest.raises(MalformedUpdate):
        Replica.merge([b"\x01\x02", b"x"])


def test_a_panic_becomes_an_error_that_except_exception_sees() -> None:
    node = paragraph(Replica(), "ab")
    with pytest.raises(ReplicaBroken), node.replica.edit():
        del node._inner[0:1000]


def test_an_update_is_not_applied_inside_an_edit() -> None:
    replica = Replica()
    with replica.edit(), pytest.raises(RuntimeError):
        replica.apply(Replica().state())


def test_a_closed_replica_is_freed() -> None:
    replica = Replica()
    paragraph(replica, "x")
    replica.close()
    watch = weakref.ref(replica)
    inner = weakref.ref(replica._doc)
    del replica
    gc.collect()
    assert watch() is None
    assert inner() is None


def test_a_session_entry_is_put_appended_to_and_read() -> None:
    replica, tab = Replica(), Replica()
    session.put(replica, "runs", "a", {"state": "queued", "rev": 1, "suggestions": ["x", "y"], "error": None})
    for piece in ("Hé", "llo ", "😀", "!"):
        session.append(replica, "runs", "a", "answer", piece)
    session.put(replica, "runs", "a", {"state": "streaming", "rev": 2, "retryable": True})
    tab.apply(replica.take_edits() or b"")
    expected = {
        "state": "streaming",
        "rev": 2,
        "suggestions": ["x", "y"],
        "error": None,
        "answer": "Héllo 😀!",
        "retryable": True,
    }
    assert session.read(tab, "runs", "a") == expected
    assert session.read_all(tab, "runs") == {"a": expected}
    assert session.read(tab, "runs", "b") is None


def test_putting_what_is_already_there_writes_nothing() -> None:
    replica = Replica()
    session.put(replica, "runs", "a", {"state": "queued", "rev": 1, "flag": True})
    replica.take_edits()
    session.put(replica, "runs", "a", {"state": "queued", "rev": 1, "flag": True})
    assert replica.take_edits() is None
    session.remove(replica, "runs", "a")
    assert session.read_all(replica, "runs") == {}


@pytest.mark.parametrize(
    ("given", "kept"), [("\ud83d\ude00", "😀"), ("a\ud83d", "a\ufffd"), ("\ude00é", "\ufffdé"), ("a\0b", "ab")]
)
def test_what_no_replica_can_hold_is_mended_and_not_an_error(given: str, kept: str) -> None:
    replica = Replica()
    session.append(replica, "runs", "a", "answer", given)
    session.put(replica, "runs", "a", {"request": given})
    assert session.read(replica, "runs", "a") == {"answer": kept, "request": kept}
    assert str(paragraph(replica, given)) == kept
