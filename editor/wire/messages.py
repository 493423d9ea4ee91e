"""The room's wire. Every frame is binary and begins with a varint type; this is its grammar.

    frame    = 0 sync | 1 bytes (awareness: see presence.py) | 2 auth | 3 (query awareness) | 100 message
             | 101 session | 102 varint (saved, from 1)
    sync     = 0 bytes (step 1: a state vector) | 1 bytes (step 2: an update) | 2 bytes (an update)
    auth     = 0 string (permission denied: why)
    session  = varint channel (0: the room's), varint epoch, sync
    message  = UTF-8 JSON to the frame's end: one object with a `type`
    bytes    = varint length, that many bytes            string = bytes that are UTF-8

    up:   sync, awareness, query awareness, session step 1, and the messages hello, attention and commands
    down: sync, awareness, auth, query awareness, session step 2 and update, saved, and the messages below

    {type: "hello", schema}       {type: "attention", attention: "active" | "visible" | "hidden"}
    {type: any other, id, ...}    a command; id is 1 to 64 characters, the client's, and repeated by the answer

A frame ends where its grammar ends. What does not follow it raises MalformedFrame, what is too large TooLarge.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, assert_never

from editor.wire import presence
from editor.wire.presence import Presence
from editor.wire.varint import (
    MalformedFrame,
    Reader,
    TooLarge,
    counted,
    parse_json,
    string,
    varint,
    write_json,
)

SYNC, AWARENESS, AUTH, QUERY_AWARENESS, MESSAGE, SESSION, SAVED = 0, 1, 2, 3, 100, 101, 102
ROOM_CHANNEL = 0
MAX_MESSAGE_BYTES = 256 * 1024
MAX_NAME = 64

Fields = Mapping[str, Any]


class Attention(StrEnum):
    ACTIVE = "active"
    VISIBLE = "visible"
    HIDDEN = "hidden"


@dataclass(frozen=True, slots=True)
class SyncStep1:
    state_vector: bytes


@dataclass(frozen=True, slots=True)
class SyncStep2:
    update: bytes


@dataclass(frozen=True, slots=True)
class SyncUpdate:
    update: bytes


@dataclass(frozen=True, slots=True)
class Awareness:
    entries: tuple[Presence, ...]


@dataclass(frozen=True, slots=True)
class QueryAwareness:
    """Asks for everyone's awareness; also what a side says after 20 s of silence."""


@dataclass(frozen=True, slots=True)
class SessionStep1:
    channel: int
    epoch: int
    state_vector: bytes


@dataclass(frozen=True, slots=True)
class Hello:
    schema: int


@dataclass(frozen=True, slots=True)
class SetAttention:
    attention: Attention


@dataclass(frozen=True, slots=True)
class Command:
    """Anything asked of the room; `fields` is the object without `type` and `id`."""

    type: str
    id: str
    fields: Fields = field(default_factory=dict)


ClientMessage = (
    SyncStep1 | SyncStep2 | SyncUpdate | Awareness | QueryAwareness | SessionStep1 | Hello | SetAttention | Command
)


@dataclass(frozen=True, slots=True)
class PermissionDenied:
    reason: str


@dataclass(frozen=True, slots=True)
class SessionStep2:
    channel: int
    epoch: int
    update: bytes


@dataclass(frozen=True, slots=True)
class SessionUpdate:
    channel: int
    epoch: int
    update: bytes


@dataclass(frozen=True, slots=True)
class Saved:
    """The first `n` content frames of subtype 1 or 2 of this connection are committed."""

    n: int


@dataclass(frozen=True, slots=True)
class Welcome:
    """First of the messages down. `participant` has connection, user, name, colour, kind, role."""

    participant: Fields
    title: str
    epoch: int
    schema: int
    session_epoch: int
    copilot: Fields


@dataclass(frozen=True, slots=True)
class Ack:
    """The command was done; `answer` is what it brought."""

    id: str
    answer: Fields = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Nack:
    """The command was not done; `code` is stable, `message` a sentence for the person."""

    id: str
    code: str
    message: str
    details: Fields = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AccessChanged:
    """This participant's role now; "" is followed by close code 4403."""

    role: str


@dataclass(frozen=True, slots=True)
class TitleChanged:
    title: str


@dataclass(frozen=True, slots=True)
class Reset:
    """The replica holds what the server will not take: keep it aside, begin again from the server's."""


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence for the person; `code` is stable (`not_saved`, `saved_again`, ...)."""

    code: str
    message: str


ServerMessage = (
    SyncStep1
    | SyncStep2
    | SyncUpdate
    | Awareness
    | PermissionDenied
    | QueryAwareness
    | SessionStep2
    | SessionUpdate
    | Saved
    | Welcome
    | Ack
    | Nack
    | AccessChanged
    | TitleChanged
    | Reset
    | Notice
)


def decode(frame: bytes) -> ClientMessage:
    """What a client sent."""
    reader = Reader(frame)
    message = _client_message(reader)
    reader.end()
    return message


def _client_message(reader: Reader) -> ClientMessage:
    kind = reader.varint()
    if kind == SYNC:
        return _sync(reader)
    if kind == AWARENESS:
        return Awareness(presence.read(reader.counted(), presence.MAX_CLOCK))
    if kind == QUERY_AWARENESS:
        return QueryAwareness()
    if kind == MESSAGE:
        return _up(_object(reader.rest()))
    if kind == SESSION:
        channel, epoch, sync = reader.varint(), reader.varint(), _sync(reader)
        if isinstance(sync, SyncStep1):
            return SessionStep1(channel, epoch, sync.state_vector)
    raise MalformedFrame("a client does not send such a frame")


def _sync(reader: Reader) -> SyncStep1 | SyncStep2 | SyncUpdate:
    step = reader.varint()
    if step > 2:
        raise MalformedFrame("sync has no such step")
    return _STEPS[step](reader.counted())


_STEPS: tuple[Callable[[bytes], SyncStep1 | SyncStep2 | SyncUpdate], ...] = (SyncStep1, SyncStep2, SyncUpdate)


def _object(raw: bytes) -> dict[str, Any]:
    if len(raw) > MAX_MESSAGE_BYTES:
        raise TooLarge("a message is too large")
    value = parse_json(raw)
    if not isinstance(value, dict):
        raise MalformedFrame("a message must be a JSON object")
    return value


def _up(fields: dict[str, Any]) -> ClientMessage:
    kind = _name(fields, "type")
    if kind == "hello":
        schema = fields.get("schema")
        if type(schema) is not int or schema < 0:
            raise MalformedFrame("hello needs the schema's number")
        return Hello(schema)
    if kind == "attention":
        try:
            return SetAttention(Attention(str(fields.get("attention"))))
        except ValueError:
            raise MalformedFrame("attention is active, visible or hidden") from None
    return Command(kind, _name(fields, "id"), fields)


def _name(fields: dict[str, Any], key: str) -> str:
    value = fields.pop(key, None)
    if not isinstance(value, str) or not 0 < len(value) <= MAX_NAME:
        raise MalformedFrame(f"a message needs its {key}, of at most {MAX_NAME} characters")
    return value


def encode(message: ServerMessage | ClientMessage) -> bytes:
    """The frame of a message of either direction."""
    match message:
        case SyncStep1(data):
            return b"\x00\x00" + counted(data)
        case SyncStep2(data):
            return b"\x00\x01" + counted(data)
        case SyncUpdate(data):
            return b"\x00\x02" + counted(data)
        case Awareness(entries):
            return encode_awareness(presence.write(entries))
        case PermissionDenied(reason):
            return b"\x02\x00" + string(reason)
        case QueryAwareness():
            return b"\x03"
        case SessionStep1(channel, epoch, data):
            return _session(channel, epoch, b"\x00", data)
        case SessionStep2(channel, epoch, data):
            return _session(channel, epoch, b"\x01", data)
        case SessionUpdate(channel, epoch, data):
            return _session(channel, epoch, b"\x02", data)
        case Saved(n):
            return b"\x66" + varint(n)
        case _:
            return b"\x64" + write_json(_json_fields(message)).encode()


def _session(channel: int, epoch: int, step: bytes, data: bytes) -> bytes:
    return b"\x65" + varint(channel) + varint(epoch) + step + counted(data)


JsonMessage = Hello | SetAttention | Command | Welcome | Ack | Nack | AccessChanged | TitleChanged | Reset | Notice


def _json_fields(message: JsonMessage) -> dict[str, Any]:
    match message:
        case Hello(schema):
            return {"type": "hello", "schema": schema}
        case SetAttention(attention):
            return {"type": "attention", "attention": attention}
        case Command(kind, id_, fields):
            return {"type": kind, "id": id_, **fields}
        case Welcome(participant, title, epoch, schema, session_epoch, copilot):
            return {
                "type": "welcome",
                "participant": participant,
                "title": title,
                "epoch": epoch,
                "schema": schema,
                "session_epoch": session_epoch,
                "copilot": copilot,
            }
        case Ack(id_, answer):
            return {**answer, "type": "ack", "id": id_}
        case Nack(id_, code, sentence, details):
            return {**details, "type": "nack", "id": id_, "code": code, "message": sentence}
        case AccessChanged(role):
            return {"type": "access", "role": role}
        case TitleChanged(title):
            return {"type": "title", "title": title}
        case Reset():
            return {"type": "reset"}
        case Notice(code, sentence):
            return {"type": "notice", "code": code, "message": sentence}
        case _:
            assert_never(message)


def encode_awareness(entries: bytes) -> bytes:
    """The awareness message of entries that are written already."""
    return b"\x01" + counted(entries)
