"""The bytes that carry who is present: y-protocols' awareness, read strictly and written.

    awareness = varint count, count x entry
    entry     = varint client, varint clock, string state      state: a JSON object, or `null` for one who left

Clocks of an entry only rise. What a state means is the room's (`editor/room/presence.py`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from editor.wire.varint import MAX_VARINT, MalformedFrame, Reader, TooLarge, parse_json, string, varint, write_json

MAX_ENTRIES = 4096
MAX_CLOCK = 2**40
"""Of what a client sends: a stock one says again what the server has told it of others, under the server's clocks."""
MAX_OWN_CLOCK = 2**39
"""Of what a client says of itself: the server's own clocks rise above that."""
MAX_STATE_BYTES = 16 * 1024
"""Of one state as it arrives; what is forwarded is bounded closer, by the room."""


@dataclass(frozen=True, slots=True)
class Presence:
    """What one client says of itself; `state` is None when it left."""

    client: int
    clock: int
    state: Mapping[str, Any] | None


def read(data: bytes, max_clock: int = MAX_VARINT) -> tuple[Presence, ...]:
    """The entries of an awareness update; raises MalformedFrame."""
    reader = Reader(data)
    count = reader.varint()
    if count > MAX_ENTRIES:
        raise TooLarge("too many clients in one awareness frame")
    entries = tuple([_entry(reader) for _ in range(count)])
    reader.end()
    if any(entry.clock > max_clock for entry in entries):
        raise MalformedFrame("a clock of awareness has run too far")
    if len({entry.client for entry in entries}) != count:
        raise MalformedFrame("a client stands twice in one awareness frame")
    return entries


def _entry(reader: Reader) -> Presence:
    client, clock, raw = reader.varint(), reader.varint(), reader.counted()
    if len(raw) > MAX_STATE_BYTES:
        raise TooLarge("an awareness state is too large")
    state = parse_json(raw)
    if state is not None and not isinstance(state, dict):
        raise MalformedFrame("an awareness state must be an object or null")
    return Presence(client, clock, state)


def write(entries: Iterable[Presence]) -> bytes:
    return joined([piece(e.client, e.clock, write_state(e.state)) for e in entries])


def write_state(state: Mapping[str, Any] | None) -> bytes:
    return string(write_json(state))


def piece(client: int, clock: int, state: bytes) -> bytes:
    """One entry; `state` is written already, once for all frames that carry it."""
    return varint(client) + varint(clock) + state


def joined(pieces: Collection[bytes]) -> bytes:
    return varint(len(pieces)) + b"".join(pieces)
