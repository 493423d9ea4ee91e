"""Gathers what one step's question is about: the document as it is now, the selection, the thread, the run so far.

Works in a job, on the workspace's forks, so that all of it is of one moment.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from copilot.agent.context import Brief, CallRecord, Edit, Kept, Selected, StepRecord, TextBlock, Turn
from copilot.agent.run import ENDED
from copilot.models import Run, Step, ToolCall
from editor.models import Document, Suggestion
from editor.room import blocks as room_blocks
from editor.room import markdown, session
from editor.room.job import Workspace

TURNS = 8


@dataclass(frozen=True, slots=True)
class Told:
    """A block as the model was told of it: its plain text, and the part of it that a replacement replaces.

    `near` is about where that part begins, in code points.
    """

    id: str | None
    text: str
    selected: str
    near: int = 0


def textblocks(ws: Workspace) -> tuple[list[TextBlock], list[str]]:
    """The blocks as the model reads them (Markdown marks), and their plain texts in the same order."""
    told, plain = [], []
    for block in room_blocks.blocks(ws.content):
        delta = block.delta()
        told.append(TextBlock(block.index + 1, block.id or "", block.name, markdown.from_runs(delta)))
        plain.append(block.text())
    return told, plain


def selected(target: dict[str, Any] | None, told: Sequence[TextBlock], plain: Sequence[str]) -> tuple[Selected, ...]:
    """Where the selected ranges are now; one whose text is gone is left out."""
    found = []
    for part in (target or {}).get("ranges", []):
        quote = str(part["quote"])
        place = _place_of(part, told, plain)
        if place is not None and quote.strip():
            found.append(Selected(place + 1, quote, whole=quote.strip() == plain[place].strip()))
    return tuple(found)


def _place_of(part: dict[str, Any], told: Sequence[TextBlock], plain: Sequence[str]) -> int | None:
    """The block by its id, else where it stood, else the nearest with the same words."""
    quote, index = str(part["quote"]), int(part["index"])
    by_id = [block.number - 1 for block in told if part.get("block") and block.id == part["block"]]
    near = sorted(range(len(plain)), key=lambda place: abs(place - index))
    return next((place for place in (*by_id, *near) if quote in plain[place]), None)


def gather(ws: Workspace, run: Run, kept: Kept) -> tuple[Brief, dict[int, Told]]:
    told, plain = textblocks(ws)
    parts = selected(run.target, told, plain)
    brief = Brief(
        title=Document.objects.values_list("title", flat=True).get(pk=ws.document_id),
        blocks=tuple(told),
        request=run.request,
        asker=str(run.asker or "somebody"),
        selected=parts,
        turns=turns(ws, run),
        steps=steps(run),
        kept=kept,
    )
    places = {block.number: Told(block.id or None, text, text) for block, text in zip(told, plain, strict=True)}
    for part in parts:
        if not part.whole:
            places[part.number] = replace(places[part.number], selected=part.quote, near=_near(run.target, part.quote))
    return brief, places


def _near(target: dict[str, Any] | None, quote: str) -> int:
    return next((int(part["start"]) for part in (target or {}).get("ranges", []) if part["quote"] == quote), 0)


def turns(ws: Workspace, run: Run) -> tuple[Turn, ...]:
    """The last requests of the thread before this one that have ended, oldest first."""
    earlier = (
        Run.objects.filter(thread_id=run.thread_id, created__lt=run.created, state__in=ENDED)
        .select_related("asker")
        .order_by("-created")[:TURNS]
    )
    return tuple(_turn(ws, each) for each in reversed(earlier))


def _turn(ws: Workspace, run: Run) -> Turn:
    quotes = tuple(str(part["quote"]) for part in (run.target or {}).get("ranges", []))
    made = Suggestion.objects.filter(run_id=run.pk).exclude(status=Suggestion.Status.WITHDRAWN).order_by("created")
    edits = tuple(Edit(each.block_id, _base(ws, each), each.body, each.status) for each in made)
    return Turn(str(run.asker or "somebody"), run.request, run.answer, quotes, edits)


def _base(ws: Workspace, suggestion: Suggestion) -> str:
    entry = session.read(ws.session, "suggestions", str(suggestion.pk)) or {}
    return str(entry.get("base") or "")


def steps(run: Run) -> tuple[StepRecord, ...]:
    """The run's whole steps, with each call's result."""
    rows = Step.objects.filter(run=run).exclude(message=None).order_by("number").prefetch_related("tool_calls")
    return tuple(
        StepRecord(str((row.message or {}).get("content") or ""), _calls(row.tool_calls.all())) for row in rows
    )


def _calls(calls: Iterable[ToolCall]) -> tuple[CallRecord, ...]:
    resumed = ToolCall.State.CANCELLED
    ordered = sorted((call for call in calls if call.state != resumed), key=lambda call: (call.created, call.id))
    return tuple(
        CallRecord(call.provider_id or call.id, call.name, call.arguments, call.result or {"error": "unknown"})
        for call in ordered
    )
