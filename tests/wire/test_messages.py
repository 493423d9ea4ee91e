"""The codec of frames: shared vectors, round trips, and refusals that are always MalformedFrame."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from editor.wire import messages
from editor.wire.close_codes import CloseCode
from editor.wire.messages import (
    Ack,
    Attention,
    Awareness,
    ClientMessage,
    Command,
    Hello,
    Nack,
    QueryAwareness,
    Saved,
    SessionStep1,
    SetAttention,
    SyncStep1,
    SyncStep2,
    SyncUpdate,
    decode,
    encode,
)
from editor.wire.presence import MAX_CLOCK, MAX_STATE_BYTES, Presence
from editor.wire.varint import MAX_VARINT, MalformedFrame, Reader, TooLarge, counted, parse_json, varint

VECTORS: dict[str, list[dict[str, Any]]] = json.loads(
    (Path(__file__).parents[1] / "vectors" / "wire.json").read_text(encoding="utf-8")
)


def message_of(vector: dict[str, Any]) -> Any:
    """The vector's message: byte strings are written as hexadecimal there."""
    fields = dict(vector["message"])
    kind = getattr(messages, fields.pop("kind"))
    if "entries" in fields:
        return kind(tuple(Presence(**entry) for entry in fields["entries"]))
    for name in ("state_vector", "update"):
        if name in fields:
            fields[name] = bytes.fromhex(fields[name])
    if "attention" in fields:
        return kind(Attention(fields["attention"]))
    return kind(**fields)


@pytest.mark.parametrize("vector", VECTORS["up"], ids=lambda vector: vector["name"])
def test_a_frame_that_goes_up_is_read_and_written_as_its_vector_says(vector: dict[str, Any]) -> None:
    frame = bytes.fromhex(vector["frame"])
    assert decode(frame) == message_of(vector)
    assert encode(message_of(vector)) == frame


@pytest.mark.parametrize("vector", VECTORS["down"], ids=lambda vector: vector["name"])
def test_a_frame_that_goes_down_is_written_as_its_vector_says(vector: dict[str, Any]) -> None:
    assert encode(message_of(vector)) == bytes.fromhex(vector["frame"])


@pytest.mark.parametrize("vector", VECTORS["malformed_up"], ids=lambda vector: vector["name"])
def test_a_malformed_frame_is_refused(vector: dict[str, Any]) -> None:
    with pytest.raises(MalformedFrame):
        decode(bytes.fromhex(vector["frame"]))


NUMBERS = st.integers(0, MAX_VARINT)
WORDS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=6,
)
OBJECTS = st.dictionaries(WORDS.filter(lambda name: name not in ("type", "id")), JSON_VALUES, max_size=4)
ENTRIES = st.lists(
    st.builds(Presence, NUMBERS, st.integers(0, MAX_CLOCK), st.none() | OBJECTS),
    max_size=4,
    unique_by=lambda entry: entry.client,
)
CLIENT_MESSAGES: st.SearchStrategy[ClientMessage] = st.one_of(
    st.builds(SyncStep1, st.binary(max_size=40)),
    st.builds(SyncStep2, st.binary(max_size=300)),
    st.builds(SyncUpdate, st.binary(max_size=40)),
    st.builds(Awareness, ENTRIES.map(tuple)),
    st.builds(QueryAwareness),
    st.builds(SessionStep1, NUMBERS, NUMBERS, st.binary(max_size=40)),
    st.builds(Hello, NUMBERS),
    st.builds(SetAttention, st.sampled_from(Attention)),
    st.builds(Command, WORDS.filter(lambda word: word not in ("hello", "attention")), WORDS, OBJECTS),
)


@given(CLIENT_MESSAGES)
def test_every_message_up_survives_its_frame(message: ClientMessage) -> None:
    assert decode(encode(message)) == message


@given(CLIENT_MESSAGES, st.data())
def test_a_frame_that_is_cut_or_lengthened_is_refused(message: ClientMessage, data: st.DataObject) -> None:
    frame = encode(message)
    cut = data.draw(st.integers(0, len(frame) - 1))
    with pytest.raises(MalformedFrame):
        decode(frame[:cut])
    with pytest.raises(MalformedFrame):
        decode(frame + b"\x00")


@given(CLIENT_MESSAGES, st.data())
def test_a_mutated_frame_is_read_or_refused_and_raises_nothing_else(
    message: ClientMessage, data: st.DataObject
) -> None:
    frame = bytearray(encode(message))
    for _ in range(data.draw(st.integers(1, 4))):
        frame[data.draw(st.integers(0, len(frame) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(MalformedFrame):
        decode(bytes(frame))


@given(st.binary(max_size=60))
@example(b"\x64" + b"[" * 100_000)
@example(b'\x64{"type":"x","id":"1","a":' + b"9" * 5000 + b"}")
def test_any_bytes_are_read_or_refused(frame: bytes) -> None:
    with contextlib.suppress(MalformedFrame):
        decode(frame)


@given(NUMBERS)
def test_a_number_survives_and_is_refused_in_any_longer_form(number: int) -> None:
    written = varint(number)
    assert Reader(written).varint() == number
    longer = written[:-1] + bytes((written[-1] | 128, 0))
    with pytest.raises(MalformedFrame):
        Reader(longer).varint()


def test_a_number_above_two_to_the_53_is_refused() -> None:
    with pytest.raises(MalformedFrame):
        Reader(bytes.fromhex("8080808080808010")).varint()
    with pytest.raises(MalformedFrame):
        Reader(b"\xff" * 11 + b"\x01").varint()
    with pytest.raises(ValueError, match="no varint"):
        varint(MAX_VARINT + 1)


def test_a_string_is_counted_in_bytes_unlike_pycrdts_own_encoder() -> None:
    frame = encode(Awareness((Presence(1, 1, {"user": {"name": "日本 😀"}}),)))
    assert decode(frame) == Awareness((Presence(1, 1, {"user": {"name": "日本 😀"}}),))


def test_a_shortened_payload_is_refused_unlike_by_pycrdts_own_reader() -> None:
    with pytest.raises(MalformedFrame):
        decode(b"\x00\x02\x05\x00\x00")


def test_an_unknown_sync_step_is_refused_unlike_by_pycrdts_own_reader() -> None:
    with pytest.raises(MalformedFrame):
        decode(b"\x00\x03\x00")


def test_what_is_too_large_says_so_with_its_close_code() -> None:
    with pytest.raises(TooLarge) as message:
        decode(b"\x64" + b" " * (messages.MAX_MESSAGE_BYTES + 1))
    assert message.value.close_code is CloseCode.TOO_LARGE
    state = b'{"a":"' + b"x" * MAX_STATE_BYTES + b'"}'
    with pytest.raises(TooLarge):
        decode(b"\x01" + counted(b"\x01\x01\x01" + counted(state)))


def test_a_client_cannot_send_what_only_the_server_sends() -> None:
    for message in (Saved(1), messages.PermissionDenied("no"), messages.SessionUpdate(0, 1, b"\x00\x00")):
        with pytest.raises(MalformedFrame):
            decode(encode(message))


def test_an_answer_keeps_its_own_id_whatever_its_details_are_called() -> None:
    assert parse_json(encode(Ack("a", {"type": "x", "id": "y"}))[1:]) == {"type": "ack", "id": "a"}
    assert parse_json(encode(Nack("a", "stale", "Look again.", {"now": "b"}))[1:]) == {
        "type": "nack",
        "id": "a",
        "code": "stale",
        "message": "Look again.",
        "now": "b",
    }


@pytest.mark.parametrize("text", ["NaN", '{"a":Infinity}', '"\\ud83d"', "[" * 40 + "]" * 40, "{", "", "1 2"])
def test_json_beyond_the_standard_is_refused(text: str) -> None:
    with pytest.raises(MalformedFrame):
        parse_json(text)
