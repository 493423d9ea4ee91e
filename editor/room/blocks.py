"""Textblocks: the paragraphs, headings and code blocks of a document, their marked text and the edits inside them.

Offsets are code points in the block's text, in which a leaf (a hard break) counts one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from editor.room.delta import LEAF, Delta, Marks, Run, joined, plain
from editor.room.replica import Element, Replica, Text
from editor.room.schema import TEXTBLOCKS


@dataclass(frozen=True, slots=True)
class Block:
    """A textblock where it stands now; `index` counts textblocks in document order from 0."""

    index: int
    element: Element
    id: str | None

    @property
    def name(self) -> str:
        return self.element.name

    def delta(self) -> Delta:
        return joined(run for _, runs in _pieces(self.element) for run in runs)

    def text(self) -> str:
        return plain(self.delta())


def blocks(replica: Replica) -> list[Block]:
    """The textblocks in document order. Of a doubled id, the first block keeps it and the others have None."""
    seen: set[str] = set()
    result = []
    for index, element in enumerate(_textblocks(replica.root())):
        identifier = element.attribute("id")
        if not isinstance(identifier, str) or identifier in seen:
            identifier = None
        else:
            seen.add(identifier)
        result.append(Block(index, element, identifier))
    return result


def _textblocks(element: Element) -> Iterator[Element]:
    for child in element.children():
        if isinstance(child, Element):
            if child.name in TEXTBLOCKS:
                yield child
            else:
                yield from _textblocks(child)


def _pieces(element: Element) -> Iterator[tuple[Text | Element, Delta]]:
    for child in element.children():
        if isinstance(child, Text):
            yield child, [Run(text, marks) for text, marks in child.runs()]
        else:
            yield child, [Run(LEAF, {}, child.name)]


def insert(element: Element, offset: int, run: Run) -> None:
    """Insert a run with exactly its marks; a leaf divides the text in which it is put."""
    with element.replica.edit():
        if run.leaf:
            element.insert_element(_divide(element, offset), run.leaf, {})
        else:
            text, at = _text_at(element, offset)
            text.insert(at, run.text, run.marks)


def delete(element: Element, start: int, end: int) -> None:
    with element.replica.edit():
        for index, node, first, last in reversed(list(_touched(element, start, end))):
            if isinstance(node, Text):
                node.delete(first, last)
            else:
                element.remove(index)


def set_marks(element: Element, start: int, end: int, marks: Marks) -> None:
    """Set these marks on the text, and remove those whose value is None. Leaves carry none."""
    with element.replica.edit():
        for _, node, first, last in _touched(element, start, end):
            if isinstance(node, Text):
                node.format(first, last, marks)


def _touched(element: Element, start: int, end: int) -> Iterator[tuple[int, Text | Element, int, int]]:
    at = 0
    for index, (node, runs) in enumerate(_pieces(element)):
        length = len(plain(runs))
        first, last = max(start - at, 0), min(end - at, length)
        if first < last:
            yield index, node, first, last
        at += length
    if not 0 <= start <= end <= at:
        raise ValueError(f"{start} to {end} is outside a text of {at} characters")


def _text_at(element: Element, offset: int) -> tuple[Text, int]:
    """The text that ends at or holds the offset, else one that begins there, else a new one."""
    at = index = 0
    for index, (node, runs) in enumerate(_pieces(element)):
        length = len(plain(runs))
        if isinstance(node, Text) and at <= offset <= at + length:
            return node, offset - at
        if offset <= at and isinstance(node, Element):
            return element.insert_text(index), 0
        at += length
    if at != offset:
        raise ValueError(f"offset {offset} is outside a text of {at} characters")
    return element.insert_text(len(element.children())), 0


def _divide(element: Element, offset: int) -> int:
    """The child index at the offset; a text across it is cut in two."""
    at = 0
    for index, (node, runs) in enumerate(_pieces(element)):
        length = len(plain(runs))
        if offset == at:
            return index
        if isinstance(node, Text) and at < offset < at + length:
            tail = _after(runs, offset - at)
            node.delete(offset - at, length)
            write_runs(element, index + 1, tail)
            return index + 1
        at += length
    if at != offset:
        raise ValueError(f"offset {offset} is outside a text of {at} characters")
    return len(element.children())


def _after(runs: Iterable[Run], offset: int) -> Delta:
    result: Delta = []
    for run in runs:
        result += [Run(run.text[max(offset, 0) :], run.marks)] if offset < len(run.text) else []
        offset -= len(run.text)
    return result


def write_runs(element: Element, index: int, runs: Sequence[Run]) -> None:
    """Make children for these runs from child `index` on: texts, and elements for leaves."""
    text: Text | None = None
    for run in runs:
        if run.leaf:
            element.insert_element(index, run.leaf, {})
            text, index = None, index + 1
            continue
        if text is None:
            text, index = element.insert_text(index), index + 1
        text.insert(len(str(text)), run.text, run.marks)
