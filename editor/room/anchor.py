"""Where a suggestion stands: found by its mark, else by quotation; and what a person selected, checked by its quote."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from editor.room import blocks as textblocks
from editor.room.blocks import Block
from editor.room.delta import BOUNDARY, Delta, Run, base_name, cut, plain, without_mark
from editor.room.merge import Delete, Edit, Format, Insert
from editor.room.schema import SUGGESTION
from editor.room.units import from_utf16

MIN_QUOTE = 3
"""A shorter base text is no quotation by which a place could be found again."""


class Place(StrEnum):
    FRESH = "fresh"
    MOVED = "moved"
    STALE = "stale"
    ORPHANED = "orphaned"


@dataclass(frozen=True, slots=True)
class Span:
    """Text from `start` in the first of some neighbouring blocks to `end` in the last; offsets are code points."""

    blocks: tuple[Block, ...]
    start: int
    end: int

    def parts(self) -> list[tuple[Block, int, int]]:
        last = len(self.blocks) - 1
        return [
            (block, self.start if number == 0 else 0, self.end if number == last else len(block.text()))
            for number, block in enumerate(self.blocks)
        ]

    def delta(self) -> Delta:
        """The text without suggestion marks; where one block ends and the next begins stands a boundary."""
        return without_mark(self._marked(), SUGGESTION)

    def text(self) -> str:
        return plain(self.delta())

    def _marked(self) -> Delta:
        result: Delta = []
        for number, (block, start, end) in enumerate(self.parts()):
            result += [Run("\n", {}, BOUNDARY)] if number else []
            result += cut(block.delta(), start, end)
        return result

    def apply(self, edits: Sequence[Edit]) -> None:
        """Make these edits, whose offsets are in `delta()`. What comes in carries the suggestions that it stands in."""
        before = self._marked()
        following = [*edits, None][1:]
        for edit, after in reversed(list(zip(edits, following, strict=True))):
            match edit:
                case Insert(at=at, run=run):
                    block, offset = self._locate(at, at)
                    replaced = isinstance(after, Delete) and after.start == at
                    ids = _ids_at(before, at) if replaced else _ids_at(before, at) & _ids_at(before, at - 1)
                    inherited = {SUGGESTION: {"ids": " ".join(sorted(ids))}} if ids and not run.leaf else {}
                    textblocks.insert(block.element, offset, Run(run.text, {**run.marks, **inherited}, run.leaf))
                case Delete(start=start, end=end):
                    block, offset = self._locate(start, end)
                    textblocks.delete(block.element, offset, offset + end - start)
                case Format(start=start, end=end, marks=marks):
                    block, offset = self._locate(start, end)
                    textblocks.set_marks(block.element, offset, offset + end - start, marks)

    def _locate(self, start: int, end: int) -> tuple[Block, int]:
        low = 0
        for block, first, last in self.parts():
            high = low + last - first
            if low <= start <= end <= high:
                return block, first + start - low
            low = high + 1
        raise ValueError(f"{start} to {end} is not within one block of the span")


def whole(block: Block) -> Span:
    return Span((block,), 0, len(block.text()))


def _ids(run: Run) -> frozenset[str]:
    found: set[str] = set()
    for name, value in run.marks.items():
        if base_name(name) == SUGGESTION and isinstance(value, Mapping):
            found.update(str(value.get("ids") or "").split())
    return frozenset(found)


def _ids_at(delta: Delta, offset: int) -> frozenset[str]:
    if offset < 0:
        return frozenset()
    return next((_ids(run) for run in cut(delta, offset, offset + 1)), frozenset())


# What a person selected


def selected(blocks: Sequence[Block], target: Mapping[str, Any]) -> Span | None:
    """The span of one range `{block, index, start, end, quote}` in UTF-16 units, or None where its quote is not found.

    Raises ValueError where the range is not one.
    """
    quote, index, start, end = (target.get(name) for name in ("quote", "index", "start", "end"))
    if not (isinstance(quote, str) and isinstance(index, int) and isinstance(start, int) and isinstance(end, int)):
        raise ValueError("A range needs an index, a start, an end and a quote.")
    near = _near(blocks, target.get("block"), index)
    for block in near[:1]:
        span = _exactly(block, start, end, quote)
        if span is not None:
            return span
    return _quoted(near, quote)


def _near(blocks: Sequence[Block], identifier: object, index: int) -> list[Block]:
    """The block by its id, else by its index; then its neighbours."""
    here = next((block.index for block in blocks if block.id is not None and block.id == identifier), index)
    return [blocks[at] for at in (here, here - 1, here + 1) if 0 <= at < len(blocks)]


def _exactly(block: Block, start: int, end: int, quote: str) -> Span | None:
    text = block.text()
    try:
        first, last = from_utf16(text, start), from_utf16(text, end)
    except ValueError:
        return None
    return Span((block,), first, last) if first <= last and text[first:last] == quote else None


def _quoted(blocks: Iterable[Block], quote: str) -> Span | None:
    """The quotation's place, where it occurs exactly once in the first block that has it."""
    if len(quote.strip()) < MIN_QUOTE:
        return None
    for block in blocks:
        text = block.text()
        if text.count(quote) == 1:
            at = text.index(quote)
            return Span((block,), at, at + len(quote))
        if quote in text:
            return None
    return None


# Where a suggestion stands now


@dataclass(frozen=True, slots=True)
class Anchor:
    """Where a suggestion stands; `marked` says whether its mark is there. Orphaned ones have no span."""

    place: Place
    span: Span | None
    marked: bool = True


def locate(blocks: Sequence[Block], suggestion: str, block_id: str, base: Delta) -> Anchor:
    """Find the suggestion's text and say what has become of it since it was `base`."""
    if not base:
        return _empty(blocks, block_id)
    spans = list(_spans(blocks, suggestion))
    quote = plain(base)
    for span in spans:
        if span.text() == quote:
            same = [block.id for block in span.blocks] == [block_id]
            return Anchor(Place.FRESH if same else Place.MOVED, span)
    if spans:
        return Anchor(Place.STALE, max(spans, key=lambda span: len(span.text())))
    home = next((block.index for block in blocks if block.id == block_id), None)
    span_quoted = None if home is None else _quoted(_near(blocks, block_id, home), quote)
    if span_quoted is not None:
        return Anchor(Place.MOVED, span_quoted, marked=False)
    return Anchor(Place.ORPHANED, None, marked=False)


def _empty(blocks: Sequence[Block], block_id: str) -> Anchor:
    """A suggestion for an empty block has no text to mark: the block is its anchor."""
    for block in blocks:
        if block.id == block_id:
            return Anchor(Place.STALE if block.text() else Place.FRESH, whole(block), marked=False)
    return Anchor(Place.ORPHANED, None, marked=False)


def _spans(blocks: Sequence[Block], suggestion: str) -> Iterator[Span]:
    """The marked text, from the first marked character to the last; pieces in neighbouring blocks are one.

    Most blocks of a long document hold none of it, and are passed over by one look at their source.
    """
    found: list[Span] = []
    for block in blocks:
        piece = _piece(block, suggestion) if suggestion in block.element.source() else None
        if piece is None:
            continue
        last = found[-1] if found else None
        if last is not None and last.blocks[-1].index == block.index - 1 and _touch(last, piece):
            found[-1] = Span((*last.blocks, block), last.start, piece.end)
        else:
            found.append(piece)
    yield from found


def _piece(block: Block, suggestion: str) -> Span | None:
    at = 0
    offsets: list[int] = []
    for run in block.delta():
        if suggestion in _ids(run):
            offsets += [at, at + len(run.text)]
        at += len(run.text)
    return Span((block,), offsets[0], offsets[-1]) if offsets else None


def _touch(first: Span, second: Span) -> bool:
    return first.end == len(first.blocks[-1].text()) and second.start == 0


# The mark


def put_mark(span: Span, suggestion: str) -> None:
    """Mark the span's text; other suggestions' ids stay."""
    for block, start, end in span.parts():
        _rewrite(block, lambda ids: ids | {suggestion}, start, end)


def keep_marks(blocks: Iterable[Block], pending: Iterable[str]) -> None:
    """Take away every id that is not pending."""
    wanted = frozenset(pending)
    for block in blocks:
        if f"<{SUGGESTION}" not in block.element.source():
            continue
        _rewrite(block, lambda ids: ids & wanted, 0, len(block.text()))


def _rewrite(block: Block, change: Callable[[frozenset[str]], frozenset[str]], start: int, end: int) -> None:
    at = 0
    for run in block.delta():
        first, last = max(at, start), min(at + len(run.text), end)
        at += len(run.text)
        names = [name for name in run.marks if base_name(name) == SUGGESTION]
        ids = change(_ids(run))
        if first >= last or run.leaf or (ids == _ids(run) and names in ([], [SUGGESTION])):
            continue
        changes = {**dict.fromkeys(names), SUGGESTION: {"ids": " ".join(sorted(ids))} if ids else None}
        textblocks.set_marks(block.element, first, last, changes)
