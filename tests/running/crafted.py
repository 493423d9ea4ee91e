"""Updates that follow the grammar and name what there is, by somebody who means harm: anything beside anything."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

from editor.wire.update import Id, Kind, TypeRef
from editor.wire.varint import string, varint

CONTENTS = {
    Kind.GC: [varint(1), varint(3)],
    Kind.DELETED: [varint(1), varint(2)],
    Kind.STRING: [string("x"), string("été"), string("😀")],
    Kind.FORMAT: [string("bold") + string("{}"), string("bold") + string("null")],
    Kind.TYPE: [
        varint(TypeRef.XML_TEXT),
        varint(TypeRef.XML_ELEMENT) + string("paragraph"),
        varint(TypeRef.XML_ELEMENT) + string("heading"),
        varint(TypeRef.XML_ELEMENT) + string("listItem"),
        varint(TypeRef.MAP),
    ],
    Kind.ANY: [b"\x01\x7d\x02", b"\x01\x77" + string("an-id"), b"\x02\x7d\x01\x7d\x02"],
    Kind.EMBED: [string("{}")],
}
LENGTHS = {varint(3): 3, varint(2): 2, string("été"): 3, string("😀"): 2, CONTENTS[Kind.ANY][2]: 2}
KEYS = ["level", "id", "style"]


def crafted(chance: Random, client: int, ends: Mapping[int, int]) -> bytes:
    """One to three structs of a client, which follow on its others, and sometimes deletions of anything."""
    clock = first = ends.get(client, 0)
    structs = b""
    count = chance.randint(1, 3)
    for _ in range(count):
        kind = chance.choice(list(CONTENTS))
        content = chance.choice(CONTENTS[kind])
        structs += _placed(chance, kind, {**ends, client: clock}) + content
        clock += LENGTHS.get(content, 1)
    deletes = varint(0)
    if chance.random() < 0.3:
        other, at = _item(chance, ends)
        deletes = varint(1) + varint(other) + varint(1) + varint(at) + varint(1)
    return varint(1) + varint(count) + varint(client) + varint(first) + structs + deletes


def _item(chance: Random, ends: Mapping[int, int]) -> Id:
    client = chance.choice([client for client, end in ends.items() if end])
    return client, chance.randrange(ends[client])


def _placed(chance: Random, kind: Kind, ends: Mapping[int, int]) -> bytes:
    """The struct up to its content: often beside one item, or between two that follow each other."""
    if kind is Kind.GC:
        return bytes([kind])
    client, clock = _item(chance, ends)
    match chance.randrange(6):
        case 0:
            return bytes([kind | 128]) + varint(client) + varint(clock)
        case 1:
            return bytes([kind | 64]) + varint(client) + varint(clock)
        case 2 if clock + 1 < ends[client]:
            return bytes([kind | 192]) + varint(client) + varint(clock) + varint(client) + varint(clock + 1)
        case 3:
            other, at = _item(chance, ends)
            return bytes([kind | 192]) + varint(client) + varint(clock) + varint(other) + varint(at)
    key = chance.choice([None, None, *KEYS])
    parent = b"\x01" + string("content") if chance.random() < 0.2 else b"\0" + varint(client) + varint(clock)
    return bytes([kind | (0 if key is None else 32)]) + parent + (b"" if key is None else string(key))
