"""Where items stand: in which list of children, or as which attribute of what.

An item that names a neighbour names no place: it stands where the neighbour does. So each item's place is kept, as a
number for each run of clocks that share it: a paragraph's words are a run or two for each who typed there.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from enum import Enum
from typing import NamedTuple

from editor.wire.known import in_causal_order
from editor.wire.update import GC, SKIP, TYPE, Id, Struct, TypeRef, Update


class Within(Enum):
    """What holds an item."""

    GONE = "gone"
    """Nothing: a neighbour or the parent was thrown away, and every replica throws the item away too."""
    ORPHAN = "orphan"
    """A parent that is no type: replicas throw the item away where that was deleted, and else break."""
    TORN = "torn"
    """Neighbours of two places: replicas differ in which of them counts."""
    ROOT = "root"
    ELSEWHERE = "elsewhere"
    """Another root than the one, or a type that is neither element nor text."""
    TEXT = "text"
    ELEMENT = "element"


class Place(NamedTuple):
    """`name` is an element's, `key` an attribute's; "" is one that the vocabulary lacks."""

    within: Within
    name: str | None = None
    key: str | None = None


class Vocabulary:
    """The names that are told apart: of the one root, of elements and of attributes."""

    def __init__(self, root: str, elements: Iterable[str], keys: Iterable[str]) -> None:
        self.root = root
        self.keys = {key: code for code, key in enumerate(keys, 2)}
        self.elements = {name: code for code, name in enumerate(elements, len(_HOLDERS))}
        self._holders = [*_HOLDERS, *((Within.ELEMENT, name) for name in self.elements)]
        self._keys = [None, "", *self.keys]
        if len(self._holders) > 256 or len(self._keys) > 256:
            raise ValueError("a vocabulary has at most some 250 names of a kind")
        self._places: dict[int, Place] = {}

    def holder(self, ref: TypeRef, name: str | None) -> int:
        if ref is TypeRef.XML_ELEMENT:
            return self.elements.get(name or "", _OTHER_ELEMENT)
        return _TEXT if ref is TypeRef.XML_TEXT else _ELSEWHERE

    def place(self, holder: int, key: int) -> Place:
        code = holder << 8 | key
        place = self._places.get(code)
        if place is None:
            place = self._places[code] = Place(*self._holders[holder], self._keys[key])
        return place


_HOLDERS: list[tuple[Within, str | None]] = [
    (Within.GONE, None),
    (Within.ORPHAN, None),
    (Within.TORN, None),
    (Within.ROOT, None),
    (Within.ELSEWHERE, None),
    (Within.TEXT, None),
    (Within.ELEMENT, ""),
]
GONE, ORPHAN, TORN, _ROOT, _ELSEWHERE, _TEXT, _OTHER_ELEMENT = range(len(_HOLDERS))

Runs = tuple["array[int]", "array[int]"]
"""By rising clock: where each run of one place begins, and the place's code; or each type, and its index."""


class Places:
    """The place of every item of a document. A code is a holder's index, then eight bits for the attribute's key.

    The first indices are no types: GONE and what else `_HOLDERS` has.
    """

    __slots__ = ("_holders", "ends", "runs", "types", "vocabulary")

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.ends: dict[int, int] = {}
        """By client the first clock that is not known: a state vector."""
        self.runs: dict[int, Runs] = {}
        self.types: dict[int, Runs] = {}
        self._holders = array("B", range(_TEXT))

    def add(self, update: Update) -> list[Place]:
        """Learn where an update's structs stand, which follow on what is known; the places, in the structs' order.

        Nothing is refused here, since what is stored stays: what is TORN or an ORPHAN is kept as replicas take it.
        """
        structs = update.structs
        if len(structs) == 1:
            return [self._show(self._add(structs[0]))]
        codes = [GONE] * len(structs)
        for index in self._order(structs):
            codes[index] = self._add(structs[index])
        shown = {code: self._show(code) for code in set(codes)}
        return [shown[code] for code in codes]

    def _order(self, structs: Sequence[Struct]) -> Iterable[int]:
        if not structs or structs[0].client == structs[-1].client:
            return range(len(structs))
        return in_causal_order(structs, self.ends, {})

    def _show(self, code: int) -> Place:
        return self.vocabulary.place(self._holders[code >> 8], code & 255)

    def _add(self, struct: Struct) -> int:
        client, clock, length, kind, origin, right, parent, key, content = struct
        end = self.ends.get(client, 0)
        if kind is SKIP or clock + length <= end:
            return GONE
        stands = code = GONE << 8
        if kind is GC:
            pass
        elif origin is not None:
            stands = code = self.at(origin)
            if right is not None and (other := self.at(right)) != code:
                code = TORN << 8
                if other == GONE << 8:
                    stands = other
        elif right is not None:
            stands = code = self.at(right)
        else:
            code = self._code(parent, key)
            stands = GONE << 8 if code == ORPHAN << 8 else code
        if client not in self.runs:
            self.runs[client] = array("I"), array("Q")
        starts, codes = self.runs[client]
        if not codes or codes[-1] != stands:
            starts.append(max(clock, end))
            codes.append(stands)
        self.ends[client] = clock + length
        if kind is TYPE:
            self.add_type(client, clock, *content)
        return code

    def at(self, item: Id) -> int:
        """The code of an item's place; GONE where it is not known."""
        client, clock = item
        runs = self.runs.get(client)
        if runs is None or clock >= self.ends[client]:
            return GONE << 8
        starts, codes = runs
        if clock >= starts[-1]:
            return codes[-1]
        return codes[bisect_right(starts, clock) - 1]

    def _code(self, parent: str | Id | None, key: str | None) -> int:
        if isinstance(parent, tuple):
            holder = self.type_at(*parent)
            if holder is None:
                return ORPHAN << 8
        else:
            holder = self.root(parent)
        return holder << 8 | self.key_code(key)

    def root(self, name: str | None) -> int:
        return _ROOT if name == self.vocabulary.root else _ELSEWHERE

    def key_code(self, key: str | None) -> int:
        return 0 if key is None else self.vocabulary.keys.get(key, 1)

    def add_type(self, client: int, clock: int, ref: TypeRef, name: str | None) -> None:
        if client not in self.types:
            self.types[client] = array("I"), array("I")
        clocks, indices = self.types[client]
        clocks.append(clock)
        indices.append(len(self._holders))
        self._holders.append(self.vocabulary.holder(ref, name))

    def type_at(self, client: int, clock: int) -> int | None:
        """The index of a type that stands at this very clock."""
        clocks, indices = self.types.get(client, _NONE)
        place = bisect_left(clocks, clock)
        return indices[place] if place < len(clocks) and clocks[place] == clock else None

    def forget_after(self, ends: Mapping[int, int]) -> None:
        """Know no more of these clients than up to these clocks: what was learned of them since was never stored."""
        dropped: set[int] = set()
        for client, end in ends.items():
            if end >= self.ends.get(client, 0):
                continue
            self.ends[client] = end
            _cut(self.runs, client, end)
            dropped.update(_cut(self.types, client, end))
            if not end:
                del self.ends[client]
        while len(self._holders) - 1 in dropped:
            self._holders.pop()


def _cut(kept: dict[int, Runs], client: int, end: int) -> Iterable[int]:
    """Drop a client's from this clock on; what was dropped."""
    if client not in kept:
        return ()
    clocks, values = kept[client]
    length = bisect_left(clocks, end)
    dropped = values[length:]
    del clocks[length:], values[length:]
    if not clocks:
        del kept[client]
    return dropped


_NONE: Runs = array("I"), array("I")
