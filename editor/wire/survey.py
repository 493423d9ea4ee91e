"""Reads a whole document once, for what the room must know of it besides its replica.

As `decode_update` and what is kept of its result, in a third of the time: a long document has 100,000 structs and more,
of which nothing is kept but runs of places.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass

from editor.wire.known import DeletedRanges, SurrogatePairs
from editor.wire.places import GONE, Places, Runs, Vocabulary
from editor.wire.update import CONTENTS, Id, Kind, read_deletes
from editor.wire.varint import MalformedFrame, Reader

BREATH = 500
"""Structs between two breaths: half a millisecond."""
_UNSETTLED = 1 << 63


@dataclass(frozen=True, slots=True)
class Survey:
    """What is known of a document. Whoever reads on changes it."""

    places: Places
    deleted: DeletedRanges
    pairs: SurrogatePairs


def survey(state: bytes, vocabulary: Vocabulary, breathe: Callable[[], None] = lambda: None) -> Survey:
    """Read a whole document's state, `breathe`ing now and then; raises MalformedFrame."""
    return _Surveyor(state, vocabulary, breathe).survey()


class _Surveyor:
    """Blocks come in the order of client ids, not of cause: a place that hangs on a later block is settled at the end.

    Until then its code is _UNSETTLED plus its index in `_later`.
    """

    def __init__(self, state: bytes, vocabulary: Vocabulary, breathe: Callable[[], None]) -> None:
        self._reader = Reader(state)
        self._places = Places(vocabulary)
        self._deleted = DeletedRanges()
        self._pairs = SurrogatePairs()
        self._later: list[tuple[Id, int | None]] = []
        """A neighbour, or a parent and the key in it."""
        self._breathe = breathe
        self._breath = BREATH

    def survey(self) -> Survey:
        reader = self._reader
        try:
            for _ in range(reader.varint()):
                count, client, clock = reader.varint(), reader.varint(), reader.varint()
                self._places.runs[client] = array("I"), array("Q")
                self._places.ends[client] = clock
                while count > 0:
                    part = min(count, self._breath)
                    self._read_structs(client, part)
                    count -= part
                    self._breath -= part
                    if not self._breath:
                        self._breath = BREATH
                        self._breathe()
        except (IndexError, UnicodeDecodeError):
            raise MalformedFrame("this is no document's state") from None
        self._deleted.add(read_deletes(reader))
        reader.end()
        self._settle()
        return Survey(self._places, self._deleted, self._pairs)

    def _read_structs(self, client: int, count: int) -> None:
        """The next structs of a client. Long and without calls on the usual way, since it is walked 100,000 times."""
        data, position = self._reader.data, self._reader.position
        starts, codes = self._places.runs[client]
        clock = self._places.ends[client]
        code = codes[-1] if codes else -1
        for _ in range(count):
            info = data[position]
            position += 1
            kind = info & 31
            if info == 0 or info == 10:
                place = GONE << 8
            elif info & 192:
                near = data[position]
                position += 1
                if near > 127:
                    near, position = _longer(data, position, near)
                at = data[position]
                position += 1
                if at > 127:
                    at, position = _longer(data, position, at)
                if near != client:
                    place = self._place_by(near, at)
                elif at >= starts[-1]:
                    place = code
                else:
                    place = codes[bisect_right(starts, at) - 1]
                if info & 192 == 192:
                    while data[position] > 127:
                        position += 1
                    position += 1
                    while data[position] > 127:
                        position += 1
                    position += 1
            else:
                self._reader.position = position
                place = self._place_in(info & 32)
                position = self._reader.position
            if kind == 4 or kind == 1 or kind == 0:
                length = data[position]
                position += 1
                if length > 127:
                    length, position = _longer(data, position, length)
                if kind == 4:
                    raw = data[position : position + length]
                    position += length
                    if not raw.isascii():
                        length = self._pairs.add_text(client, clock, raw.decode())
            else:
                self._reader.position = position
                length = self._read_content(client, clock, kind)
                position = self._reader.position
            if place != code:
                starts.append(clock)
                codes.append(place)
                code = place
            clock += length
        self._reader.position = position
        self._places.ends[client] = clock

    def _place_by(self, client: int, clock: int) -> int:
        """The code of a neighbour's place, in another client's block."""
        if client in self._places.ends:
            return self._places.at((client, clock))
        return self._settle_later((client, clock), None)

    def _place_in(self, has_key: int) -> int:
        """The code of the place that a struct without neighbours names."""
        reader, places = self._reader, self._places
        parent = reader.string() if reader.varint() else (reader.varint(), reader.varint())
        key = places.key_code(reader.string() if has_key else None)
        if isinstance(parent, str):
            return places.root(parent) << 8 | key
        if parent[0] in places.ends:
            return self._within(parent, key)
        return self._settle_later(parent, key)

    def _within(self, parent: Id, key: int) -> int:
        holder = self._places.type_at(*parent)
        return GONE << 8 if holder is None else holder << 8 | key

    def _settle_later(self, item: Id, key: int | None) -> int:
        self._later.append((item, key))
        return _UNSETTLED + len(self._later) - 1

    def _read_content(self, client: int, clock: int, kind: int) -> int:
        """All but text; the length."""
        reader = self._reader
        if kind == Kind.SKIP:
            return reader.varint()
        if kind == Kind.FORMAT:
            reader.counted()
            reader.counted()
            return 1
        length, content = CONTENTS[kind](reader)
        if kind == Kind.TYPE:
            self._places.add_type(client, clock, *content)
        return length

    def _settle(self) -> None:
        """Follow what hangs on later blocks, now that all are read."""
        if not self._later:
            return
        settled: dict[int, int] = {}
        for index in range(len(self._later)):
            chain: list[int] = []
            code = _UNSETTLED + index
            while code >= _UNSETTLED:
                link = code - _UNSETTLED
                if link in settled:
                    code = settled[link]
                    break
                settled[link] = GONE << 8  # for a circle, which no replica has
                chain.append(link)
                item, key = self._later[link]
                code = self._places.at(item) if key is None else self._within(item, key)
            settled.update(dict.fromkeys(chain, code))
        for client, (starts, codes) in self._places.runs.items():
            self._places.runs[client] = _settled(starts, codes, settled)


def _settled(starts: array[int], codes: array[int], settled: dict[int, int]) -> Runs:
    """The same runs with settled codes, joined where they now agree."""
    new: Runs = array("I"), array("Q")
    last = -1
    for start, code in zip(starts, codes, strict=True):
        if code >= _UNSETTLED:
            code = settled[code - _UNSETTLED]
        if code != last:
            new[0].append(start)
            new[1].append(code)
            last = code
    return new


def _longer(data: bytes, position: int, value: int) -> tuple[int, int]:
    """A varint whose first byte says that more follow; and where they end."""
    value &= 127
    shift = 7
    while True:
        byte = data[position]
        position += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, position
        shift += 7
