"""What is kept of updates that were read: clocks, deleted ranges, surrogate pairs. It answers what a new one may do."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from heapq import heappop, heappush

from editor.wire.update import DeleteRange, Id, Kind, Struct, Update, decode_update
from editor.wire.varint import MalformedFrame, Reader, varint

Clocks = Mapping[int, int]
"""By client the first clock that is not known: a state vector."""


def decode_state_vector(data: bytes) -> dict[int, int]:
    """A state vector as it goes over the wire; raises MalformedFrame."""
    reader = Reader(data)
    clocks: dict[int, int] = {}
    for _ in range(reader.varint()):
        client = reader.varint()
        if client in clocks:
            raise MalformedFrame("a client stands twice in a state vector")
        clocks[client] = reader.varint()
    reader.end()
    return clocks


def encode_state_vector(clocks: Clocks) -> bytes:
    return varint(len(clocks)) + b"".join(
        [varint(client) + varint(clock) for client, clock in sorted(clocks.items(), reverse=True)]
    )


def has_gap(update: Update, known: Clocks) -> bool:
    """Whether something that the update needs is neither known nor brought by it, in an order that can be applied.

    An update that passes leaves nothing pending in a replica that holds `known`.
    """
    heads: dict[int, int] = {}
    if not _reaches_end(update.structs, known, heads):
        return True
    return any(
        clock + length > (heads[client] if client in heads else known.get(client, 0))
        for client, clock, length in update.deletes
    )


def _reaches_end(structs: tuple[Struct, ...], known: Clocks, heads: dict[int, int]) -> bool:
    """Walks the structs as a replica would, a client waiting where it needs another; `heads` are the clocks reached."""
    ready = _first_of_each(structs, known, heads)
    left = len(ready)
    waiting: dict[int, list[Id]] = {}
    while ready:
        index = ready.pop()
        client = structs[index].client
        needed = None
        while index < len(structs) and structs[index].client == client:
            struct = structs[index]
            needed = _needs(struct, known, heads)
            if needed is not None:
                break
            if struct.kind is not Kind.SKIP:
                heads[client] = max(heads[client], struct.clock + struct.length)
            index += 1
        if needed is None:
            left -= 1
        elif needed[0] == client:
            return False
        else:
            heappush(waiting.setdefault(needed[0], []), (needed[1], index))
        woken = waiting.get(client)
        while woken and woken[0][0] < heads[client]:
            ready.append(heappop(woken)[1])
    return left == 0


def _first_of_each(structs: tuple[Struct, ...], known: Clocks, heads: dict[int, int]) -> list[int]:
    """The index of each client's first struct, the first client's last."""
    first: list[int] = []
    for index, struct in enumerate(structs):
        if struct.client not in heads:
            heads[struct.client] = known.get(struct.client, 0)
            first.append(index)
    first.reverse()
    return first


def _needs(struct: Struct, known: Clocks, heads: dict[int, int]) -> Id | None:
    """An item that must come first, or None. A struct that is wholly known needs nothing."""
    client, clock, length, kind, origin, right, parent, _, _ = struct
    head = heads[client]
    if clock + length <= head or kind is Kind.SKIP:
        return None
    if clock > head:
        return client, clock - 1
    if origin is not None and origin[1] >= _reached(origin, known, heads):
        return origin
    if right is not None and right[1] >= _reached(right, known, heads):
        return right
    if isinstance(parent, tuple) and parent[1] >= _reached(parent, known, heads):
        return parent
    return None


def _reached(item: Id, known: Clocks, heads: dict[int, int]) -> int:
    return heads[item[0]] if item[0] in heads else known.get(item[0], 0)


class DeletedRanges:
    """The clocks that are deleted, as sorted ranges of each client that neither touch nor overlap.

    A replica deletes more than updates say: what somebody typed in a block that another deleted meanwhile. So where
    `covers` says no to a step 2, add the replica's own delete set (its diff to its own state vector) and ask again.
    """

    __slots__ = ("_ends", "_starts")

    def __init__(self, ranges: Iterable[DeleteRange] = ()) -> None:
        self._starts: dict[int, list[int]] = {}
        self._ends: dict[int, list[int]] = {}
        self.add(ranges)

    def add(self, ranges: Iterable[DeleteRange]) -> None:
        for client, clock, length in ranges:
            starts = self._starts.setdefault(client, [])
            ends = self._ends.setdefault(client, [])
            first = bisect_left(ends, clock)
            last = bisect_right(starts, clock + length)
            start, end = clock, clock + length
            if first < last:
                start, end = min(start, starts[first]), max(end, ends[last - 1])
            starts[first:last] = [start]
            ends[first:last] = [end]

    def add_update(self, update: Update) -> None:
        """What an update deletes, and what it brings already deleted."""
        self.add(update.deletes)
        self.add(
            DeleteRange(struct.client, struct.clock, struct.length)
            for struct in update.structs
            if struct.kind is Kind.GC or struct.kind is Kind.DELETED
        )

    def covers(self, ranges: Iterable[DeleteRange]) -> bool:
        """Whether every clock of the ranges is deleted already."""
        for client, clock, length in ranges:
            starts = self._starts.get(client)
            if starts is None:
                return False
            index = bisect_right(starts, clock) - 1
            if index < 0 or self._ends[client][index] < clock + length:
                return False
        return True

    def ranges(self) -> list[DeleteRange]:
        return [
            DeleteRange(client, start, end - start)
            for client, starts in self._starts.items()
            for start, end in zip(starts, self._ends[client], strict=True)
        ]


_FOUR_BYTES = re.compile(rb"[\xf0-\xf4][\x80-\xbf]{3}")


class SurrogatePairs:
    """Where characters lie that count two clocks: between the two nothing may be inserted, and no deletion may end."""

    __slots__ = ("_second",)

    def __init__(self) -> None:
        self._second: set[Id] = set()

    def add(self, update: Update) -> None:
        self._second |= _second_halves(update)

    def add_state(self, state: bytes) -> None:
        """The pairs of a whole document. Without a four-byte character in it this is one search through its bytes."""
        if _FOUR_BYTES.search(state):
            self.add(decode_update(state, max_structs=None))

    def split_by(self, update: Update) -> bool:
        """Whether the update inserts or deletes between the two halves of a known character or of its own."""
        second = _second_halves(update)
        if not second and not self._second:
            return False

        def lies_within(client: int, clock: int) -> bool:
            return (client, clock) in self._second or (client, clock) in second

        for struct in update.structs:
            if struct.origin is not None and lies_within(struct.origin[0], struct.origin[1] + 1):
                return True
            if struct.right_origin is not None and lies_within(*struct.right_origin):
                return True
        return any(
            lies_within(client, clock) or lies_within(client, clock + length)
            for client, clock, length in update.deletes
        )


def _second_halves(update: Update) -> set[Id]:
    found: set[Id] = set()
    for struct in update.structs:
        text = struct.text
        if text is None or len(text) == struct.length:
            continue
        clock = struct.clock
        for character in text:
            clock += 1
            if character > "\uffff":
                found.add((struct.client, clock))
                clock += 1
    return found
