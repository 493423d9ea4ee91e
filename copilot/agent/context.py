"""What the model is told: a brief of values, and the chat messages made from it.

The system message is the server's alone. Document text, other people's words and tool results are data: in user and
tool messages, fenced, with hidden characters stripped.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

MAX_DOCUMENT_CHARS = 200_000
NEIGHBOURS = 40


@dataclass(frozen=True, slots=True)
class TextBlock:
    """A textblock of the document: `number` counts from 1 in document order, `id` is empty where it has none."""

    number: int
    id: str
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Selected:
    """What the asker selected in a block; `whole` if it is all of the block's text."""

    number: int
    quote: str
    whole: bool


@dataclass(frozen=True, slots=True)
class Edit:
    """A suggestion that an earlier turn made: `status` is pending, accepted, rejected or withdrawn."""

    block_id: str
    before: str
    after: str
    status: str


@dataclass(frozen=True, slots=True)
class Turn:
    """An earlier request of the thread and what came of it."""

    asker: str
    request: str
    answer: str
    quotes: tuple[str, ...] = ()
    edits: tuple[Edit, ...] = ()


@dataclass(frozen=True, slots=True)
class CallRecord:
    """A tool call of an earlier step of this run, with its result."""

    id: str
    name: str
    arguments: Mapping[str, Any]
    result: Any


@dataclass(frozen=True, slots=True)
class StepRecord:
    text: str
    calls: tuple[CallRecord, ...]


@dataclass(frozen=True, slots=True)
class KeptEdit:
    """A suggestion whose text was cut off by a pause: the model is asked to begin it again with the same words."""

    block: int
    text: str


@dataclass(frozen=True, slots=True)
class Kept:
    """What an interrupted step had said already."""

    text: str = ""
    edit: KeptEdit | None = None

    def __bool__(self) -> bool:
        return bool(self.text or self.edit)


@dataclass(frozen=True, slots=True)
class Brief:
    """Everything that one step's question is about, as values."""

    title: str
    blocks: tuple[TextBlock, ...]
    request: str
    asker: str
    selected: tuple[Selected, ...] = ()
    turns: tuple[Turn, ...] = ()
    steps: tuple[StepRecord, ...] = ()
    kept: Kept = field(default_factory=Kept)

    def block(self, number: int) -> TextBlock | None:
        return self.blocks[number - 1] if 0 < number <= len(self.blocks) else None


@dataclass(frozen=True, slots=True)
class Prompts:
    """The texts in `copilot/prompts`: `{copilot}` and `{text}` are filled in."""

    system: str
    go_on: str


def messages(brief: Brief, prompts: Prompts, copilot: str) -> tuple[dict[str, Any], ...]:
    """The chat messages of one step, in the order in which the model reads them."""
    return tuple(_messages(brief, prompts, copilot))


def _messages(brief: Brief, prompts: Prompts, copilot: str) -> Iterator[dict[str, Any]]:
    yield {"role": "system", "content": prompts.system.replace("{copilot}", visible(copilot))}
    for turn in brief.turns:
        yield {"role": "user", "content": _earlier(turn)}
        yield {"role": "assistant", "content": _answered(turn)}
    yield {"role": "user", "content": _document(brief)}
    yield {"role": "user", "content": _request(brief)}
    for step in brief.steps:
        yield from _step(step)
    if brief.kept:
        yield from _interrupted(brief.kept, prompts)


def _earlier(turn: Turn) -> str:
    quotes = "\n".join(fenced("selected earlier", quote) for quote in turn.quotes)
    return "\n".join(part for part in (quotes, f"{visible(turn.asker)} asks: {visible(turn.request)}") if part)


def _answered(turn: Turn) -> str:
    edits = [f"(I proposed, {edit.status}: {visible(edit.after)})" for edit in turn.edits]
    return "\n".join(part for part in (visible(turn.answer), *edits) if part) or "(no answer)"


def _document(brief: Brief) -> str:
    lines = [f"[{block.number}] ({block.kind}) {visible(block.text)}" for block in nearby(brief)]
    title = visible(brief.title)
    left_out = len(brief.blocks) - len(lines)
    note = f"\n{left_out} blocks are left out because the document is long." if left_out else ""
    return f"The document as it is now, one block a line with its number.{note}\n" + fenced(
        f"document {title!r}", "\n".join(lines)
    )


def _request(brief: Brief) -> str:
    parts = [
        f"Selected in block {selected.number}"
        + (" (all of it):\n" if selected.whole else " (a part; a replacement replaces this part alone):\n")
        + fenced("selection", selected.quote)
        for selected in brief.selected
    ]
    return "\n".join((*parts, f"{visible(brief.asker)} asks: {visible(brief.request)}"))


def _step(step: StepRecord) -> Iterator[dict[str, Any]]:
    if not step.calls:
        if step.text.strip():
            yield {"role": "assistant", "content": step.text.strip()}
        return
    calls = [
        {
            "id": call.id,
            "type": "function",
            "function": {"name": call.name, "arguments": json.dumps(dict(call.arguments), ensure_ascii=False)},
        }
        for call in step.calls
    ]
    yield {"role": "assistant", "content": step.text.strip() or None, "tool_calls": calls}
    for call in step.calls:
        content = visible(json.dumps(call.result, ensure_ascii=False))
        yield {"role": "tool", "tool_call_id": call.id, "content": content}


def _interrupted(kept: Kept, prompts: Prompts) -> Iterator[dict[str, Any]]:
    if kept.text:
        yield {"role": "assistant", "content": kept.text}
    text = kept.edit.text if kept.edit else ""
    begun = (
        f"\nYou had begun propose_edit for block {kept.edit.block} with:\n{fenced('begun', text)}" if kept.edit else ""
    )
    yield {"role": "user", "content": prompts.go_on.strip() + begun}


def nearby(brief: Brief) -> tuple[TextBlock, ...]:
    """All blocks; of a document too long for a model, those at its beginning and near the selection."""
    if sum(len(block.text) for block in brief.blocks) <= MAX_DOCUMENT_CHARS:
        return brief.blocks
    places = [selected.number for selected in brief.selected] or [1]
    near = [
        block
        for block in brief.blocks
        if block.number <= NEIGHBOURS or any(abs(block.number - place) <= NEIGHBOURS for place in places)
    ]
    kept, room = [], MAX_DOCUMENT_CHARS
    for block in near:
        room -= len(block.text)
        if room < 0:
            break
        kept.append(block)
    return tuple(kept)


def fenced(name: str, text: str) -> str:
    """The text between two lines that it cannot contain itself."""
    clean = visible(text).replace("<<<", "‹‹‹").replace(">>>", "›››")
    label = visible(name).replace("<<<", "").replace(">>>", "").replace("\n", " ")
    return f"<<<{label}\n{clean}\n>>>end"


def visible(text: str) -> str:
    """The text without characters that people cannot see: control, format and private ones.

    The joiners and marks of direction that emoji and many scripts need stay, and so do letters newer than this Python.
    """
    return "".join(character for character in text if character in _KEPT or not _hidden(character))


_KEPT = frozenset("\n\t\u200c\u200d\u200e\u200f")


def _hidden(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cf", "Co", "Cs")
