"""Reads a Yjs update (version 1) without applying it: who wrote what where, and what was deleted.

    update  = varint clients, clients x block, deletes
    block   = varint structs, varint client, varint clock, structs x struct       the clock is the first struct's
    struct  = 00 varint length (garbage collected) | 0a varint length (skipped: not in this update)
            | info, [origin], [right origin], [parent, [key]], content
    info    = a byte: 80 an origin follows, 40 a right origin, 20 a key; the low five bits are the content's kind.
              Parent and key are there only where neither origin is
    origin  = varint client, varint clock          parent = 01 string (a root's name) | 00 origin (its item)
    deletes = varint clients, clients x (varint client, varint ranges, ranges x (varint clock, varint length))

Clocks count UTF-16 units of text. What does not follow the grammar, or follows the end, raises MalformedFrame.
What is kept of updates that were read (clocks, deletes, surrogate pairs) is in `known.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum
from typing import Any, NamedTuple

from editor.wire.any_value import any_value
from editor.wire.varint import MalformedFrame, Reader, TooLarge, parse_json

MAX_STRUCTS = 20_000
MAX_RANGES = 500_000
MAX_CLOCK = 2**31 - 1

Id = tuple[int, int]
"""Client and clock."""


class Kind(IntEnum):
    GC = 0
    DELETED = 1
    JSON = 2
    BINARY = 3
    STRING = 4
    EMBED = 5
    FORMAT = 6
    TYPE = 7
    ANY = 8
    DOC = 9
    SKIP = 10


class TypeRef(IntEnum):
    ARRAY = 0
    MAP = 1
    TEXT = 2
    XML_ELEMENT = 3
    XML_FRAGMENT = 4
    XML_HOOK = 5
    XML_TEXT = 6


class Struct(NamedTuple):
    """One run of clocks of a client. A tuple, since a keystroke makes one on the way to everyone's screens.

    `parent` is a root's name, an item's id, or None where an origin has the same; `key` an attribute's name.
    `content`: STRING str, FORMAT (name, value), EMBED a value, TYPE (TypeRef, name or None), ANY and JSON a list,
    BINARY bytes, DOC (guid, options), else None.
    """

    client: int
    clock: int
    length: int
    kind: Kind
    origin: Id | None
    right_origin: Id | None
    parent: str | Id | None
    key: str | None
    content: Any

    @property
    def end(self) -> int:
        return self.clock + self.length

    @property
    def text(self) -> str | None:
        return self.content if self.kind is STRING else None


class DeleteRange(NamedTuple):
    client: int
    clock: int
    length: int


class Update(NamedTuple):
    """What an update says. Structs of one client stand together, their clocks rising without holes."""

    structs: tuple[Struct, ...]
    deletes: tuple[DeleteRange, ...]

    def first_clocks(self) -> dict[int, int]:
        """By client the first clock that the update brings."""
        first: dict[int, int] = {}
        for struct in self.structs:
            if struct.kind is not SKIP:
                first.setdefault(struct.client, struct.clock)
        return first

    def end_clocks(self) -> dict[int, int]:
        """By client the clock after the last that the update brings: its state vector once applied without a gap."""
        return {struct.client: struct.end for struct in self.structs if struct.kind is not SKIP}


def decode_update(data: bytes, *, max_structs: int | None = MAX_STRUCTS) -> Update:
    """Reads an update; raises MalformedFrame, or TooLarge above `max_structs` (None: what the bytes hold)."""
    reader = Reader(data)
    structs: list[Struct] = []
    clients = reader.varint()
    for _ in range(clients):
        _read_block(reader, structs, max_structs)
    if clients > 1 and len({struct.client for struct in structs}) != clients:
        raise MalformedFrame("a client stands twice in one update, or has no structs")
    deletes = read_deletes(reader)
    reader.end()
    return Update(tuple(structs), deletes)


def _read_block(reader: Reader, structs: list[Struct], max_structs: int | None) -> None:
    count, client, clock = reader.varint(), reader.varint(), reader.varint()
    if max_structs is not None and len(structs) + count > max_structs:
        raise TooLarge("an update of too many structs")
    for _ in range(count):
        struct = _read_struct(reader, client, clock)
        clock += struct.length
        if not struct.length or clock > MAX_CLOCK:
            raise MalformedFrame("a struct's length is out of bounds")
        structs.append(struct)


def _read_struct(reader: Reader, client: int, clock: int) -> Struct:
    info = reader.byte()
    if info == 0 or info == 10:
        return Struct(client, clock, reader.varint(), KINDS[info], None, None, None, None, None)
    kind = info & 31
    if not 0 < kind < 10:
        raise MalformedFrame("a struct has no such content")
    varint = reader.varint
    origin = (varint(), varint()) if info & 128 else None
    right = (varint(), varint()) if info & 64 else None
    parent: str | Id | None = None
    key = None
    if not info & 192:
        by_name = varint()
        if by_name > 1:
            raise MalformedFrame("a parent is a name or an item")
        parent = reader.string() if by_name else (varint(), varint())
        if info & 32:
            key = reader.string()
    if kind == 4:
        raw = reader.take(varint())
        try:
            text = raw.decode()
        except UnicodeDecodeError:
            raise MalformedFrame("a text is no UTF-8") from None
        length = len(text)
        if length != len(raw):
            length = len(text.encode("utf-16-le")) // 2
        return Struct(client, clock, length, STRING, origin, right, parent, key, text)
    length, content = CONTENTS[kind](reader)
    return Struct(client, clock, length, KINDS[kind], origin, right, parent, key, content)


def _read_deleted(reader: Reader) -> tuple[int, None]:
    return reader.varint(), None


def _read_json(reader: Reader) -> tuple[int, list[Any]]:
    texts = [reader.string() for _ in range(reader.varint())]
    return len(texts), [None if text == "undefined" else parse_json(text) for text in texts]


def _read_binary(reader: Reader) -> tuple[int, bytes]:
    return 1, reader.counted()


def _read_embed(reader: Reader) -> tuple[int, Any]:
    return 1, parse_json(reader.string())


def _read_format(reader: Reader) -> tuple[int, tuple[str, Any]]:
    return 1, (reader.string(), parse_json(reader.string()))


def _read_type(reader: Reader) -> tuple[int, tuple[TypeRef, str | None]]:
    ref = reader.varint()
    if ref > TypeRef.XML_TEXT:
        raise MalformedFrame("there is no such shared type")
    named = ref == TypeRef.XML_ELEMENT or ref == TypeRef.XML_HOOK
    return 1, (TypeRef(ref), reader.string() if named else None)


def _read_any(reader: Reader) -> tuple[int, list[Any]]:
    values = [any_value(reader) for _ in range(reader.varint())]
    return len(values), values


def _read_doc(reader: Reader) -> tuple[int, tuple[str, Any]]:
    return 1, (reader.string(), any_value(reader))


def read_deletes(reader: Reader) -> tuple[DeleteRange, ...]:
    clients = reader.varint()
    if not clients:
        return ()
    deletes: list[DeleteRange] = []
    varint = reader.varint
    for _ in range(clients):
        client, count = varint(), varint()
        if len(deletes) + count > MAX_RANGES:
            raise TooLarge("an update deletes in too many places")
        for _ in range(count):
            clock, length = varint(), varint()
            if not length or clock + length > MAX_CLOCK:
                raise MalformedFrame("a deleted range is out of bounds")
            deletes.append(DeleteRange(client, clock, length))
    return tuple(deletes)


KINDS = tuple(Kind)
GC, DELETED, JSON, BINARY, STRING, EMBED, FORMAT, TYPE, ANY, DOC, SKIP = KINDS
"""By these names where every keystroke comes by: to look a member up in its enum takes as long as all that is asked."""
CONTENTS: tuple[Callable[[Reader], tuple[int, Any]], ...] = (
    _read_deleted,
    _read_deleted,
    _read_json,
    _read_binary,
    _read_embed,  # never called: a string is read in line
    _read_embed,
    _read_format,
    _read_type,
    _read_any,
    _read_doc,
)
