"""What is kept of updates that were read: clocks, deleted ranges, surrogate pairs. It answers what a new one may do."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from heapq import heappop, heappush

from editor.wire.update import DELETED, GC, SKIP, STRING, DeleteRange, Id, Struct, Update
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
    structs, heads = update.structs, {}
    if len(structs) == 1:
        struct = structs[0]
        heads[struct.client] = known.get(struct.client, 0)
        if _needs(struct, known, heads) is not None:
            return True
        heads[struct.client] = max(heads[struct.client], struct.clock + struct.length)
    elif len(in_causal_order(structs, known, heads)) < len(structs):
        return True
    for client, clock, length in update.deletes:
        if clock + length > (heads[client] if client in heads else known.get(client, 0)):
            return True
    return False


def in_causal_order(structs: Sequence[Struct], known: Clocks, heads: dict[int, int]) -> list[int]:
    """The structs' indices in an order in which a replica can take them, a client waiting where it needs another.

    Those that it can never take are not among them; `heads` becomes the clocks reached.
    """
    ready = _first_of_each(structs, known, heads)
    order: list[int] = []
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
            if struct.kind is not SKIP:
                heads[client] = max(heads[client], struct.clock + struct.length)
            order.append(index)
            index += 1
        if needed is not None and needed[0] != client:
            heappush(waiting.setdefault(needed[0], []), (needed[1], index))
        woken = waiting.get(client)
        while woken and woken[0][0] < heads[client]:
            ready.append(heappop(woken)[1])
    return order


def _first_of_each(structs: Sequence[Struct], known: Clocks, heads: dict[int, int]) -> list[int]:
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
    if clock + length <= head or kind is SKIP:
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
            if not ends or clock > ends[-1]:
                starts.append(clock)
                ends.append(clock + length)
                continue
            first = bisect_left(ends, clock)
            last = bisect_right(starts, clock + length)
            start, end = clock, clock + length
            if first < last:
                start, end = min(start, starts[first]), max(end, ends[last - 1])
            starts[first:last] = [start]
            ends[first:last] = [end]

    def add_update(self, update: Update) -> None:
        """What an update deletes, and what it brings already deleted."""
        if update.deletes:
            self.add(update.deletes)
        for struct in update.structs:
            if struct.kind is GC or struct.kind is DELETED:
                self.add((DeleteRange(struct.client, struct.clock, struct.length),))

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


class SurrogatePairs:
    """Where characters lie that count two clocks: between the two nothing may be inserted, and no deletion may end.

    Kept are runs of such characters that follow on each other: the clocks of the first and the last second half.
    """

    __slots__ = ("_firsts", "_lasts")

    def __init__(self) -> None:
        self._firsts: dict[int, array[int]] = {}
        self._lasts: dict[int, array[int]] = {}

    def add(self, update: Update) -> None:
        for struct in update.structs:
            if struct.kind is STRING and len(struct.content) != struct.length:
                self.add_text(struct.client, struct.clock, struct.content)

    def add_text(self, client: int, clock: int, text: str) -> int:
        """The pairs of a piece of text; how many clocks it has."""
        pairs = 0
        for run in _BEYOND_THE_FIRST_PLANE.finditer(text):
            first = clock + run.start() + pairs + 1
            count = run.end() - run.start()
            self._add_run(client, first, first + 2 * (count - 1))
            pairs += count
        return len(text) + pairs

    def _add_run(self, client: int, first: int, last: int) -> None:
        firsts = self._firsts.setdefault(client, array("q"))
        lasts = self._lasts.setdefault(client, array("q"))
        if not lasts or first > lasts[-1] + 2:
            firsts.append(first)
            lasts.append(last)
            return
        low, high = bisect_left(lasts, first - 2), bisect_right(firsts, last + 2)
        if low < high:
            first, last = min(first, firsts[low]), max(last, lasts[high - 1])
        firsts[low:high] = array("q", [first])
        lasts[low:high] = array("q", [last])

    def forget_after(self, ends: Clocks) -> None:
        """Know no more than up to these clocks."""
        for client, firsts in self._firsts.items():
            end, lasts = ends.get(client, 0), self._lasts[client]
            kept = bisect_left(firsts, end)
            del firsts[kept:], lasts[kept:]
            if kept and lasts[-1] >= end:
                lasts[-1] = firsts[-1] + (end - 1 - firsts[-1]) // 2 * 2

    def _holds(self, client: int, clock: int) -> bool:
        firsts = self._firsts.get(client)
        if not firsts:
            return False
        index = bisect_right(firsts, clock) - 1
        return index >= 0 and clock <= self._lasts[client][index] and (clock - firsts[index]) % 2 == 0

    def split_by(self, update: Update) -> bool:
        """Whether the update inserts or deletes between the two halves of a known character or of its own."""
        own = SurrogatePairs()
        own.add(update)
        if not own._firsts and not self._firsts:
            return False

        def lies_within(client: int, clock: int) -> bool:
            return self._holds(client, clock) or own._holds(client, clock)

        for struct in update.structs:
            if struct.origin is not None and lies_within(struct.origin[0], struct.origin[1] + 1):
                return True
            if struct.right_origin is not None and lies_within(*struct.right_origin):
                return True
        return any(
            lies_within(client, clock) or lies_within(client, clock + length)
            for client, clock, length in update.deletes
        )


_BEYOND_THE_FIRST_PLANE = re.compile("[\U00010000-\U0010ffff]+")
