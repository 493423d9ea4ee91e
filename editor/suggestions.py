"""Suggestions: opened, streamed, placed, withdrawn. Each function is (part of) a job; `decisions.py` settles them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from editor.models import Suggestion
from editor.room import anchor, session
from editor.room.anchor import Anchor, Place, Span
from editor.room.blocks import Block, blocks
from editor.room.delta import from_json, to_json
from editor.room.errors import Refusal
from editor.room.job import Workspace
from editor.room.presence import COPILOT_COLOUR
from editor.room.schema import PLAIN_TEXTBLOCKS
from editor.room.suggestion import OPEN, Event, Status, advance

SECTION = "suggestions"


def open_suggestion(
    ws: Workspace,
    *,
    run_id: UUID | None,
    target_range: Mapping[str, Any],
    author: UUID | None = None,
    copilot_name: str,
    asker_name: str,
    colour: str = COPILOT_COLOUR,
) -> UUID:
    """Open a suggestion for a range of one textblock, and mark it there.

    Raises Refusal `selection_changed`, or `not_here` where the text can carry no suggestion.
    """
    found = blocks(ws.content)
    span = _checked(found, target_range)
    block = span.blocks[0]
    block_id = ensure_id(ws, block)
    base = span.delta()
    suggestion = Suggestion.objects.create(
        id=ws.new_id(),
        document_id=ws.document_id,
        kind=Suggestion.Kind.REPLACE if base else Suggestion.Kind.INSERT,
        block_id=block_id,
        base=to_json(base),
        author_id=author,
        run_id=run_id,
    )
    anchor.put_mark(span, str(suggestion.pk))
    clear_marks(ws, found)
    entry: dict[str, session.Value] = {
        "run": str(run_id or ""),
        "kind": suggestion.kind,
        "status": Status.STREAMING.value,
        "place": Place.FRESH.value,
        "block": block_id,
        "author": copilot_name,
        "author_kind": "person" if author else "agent",
        "author_colour": colour,
        "asker_name": asker_name,
        "base": span.text(),
        "created": milliseconds(ws),
    }
    session.put(ws.session, SECTION, str(suggestion.pk), entry)
    session.append(ws.session, SECTION, str(suggestion.pk), "body", "")
    return suggestion.pk


def _checked(found: list[Block], target_range: Mapping[str, Any]) -> Span:
    try:
        span = anchor.selected(found, target_range)
    except ValueError as error:
        raise Refusal("selection_changed", str(error)) from None
    if span is None:
        raise Refusal("selection_changed", "The selected text has changed. Select it again.")
    if span.blocks[0].name in PLAIN_TEXTBLOCKS:
        raise Refusal("not_here", "Changes cannot be proposed in a code block yet.")
    if not any(run.text and not run.leaf for run in span.delta()) and span.blocks[0].text():
        raise Refusal("not_here", "Select the words that are to be changed.")
    return span


def ensure_id(ws: Workspace, block: Block) -> str:
    """The id by which a block is found again, made where it is missing or doubled."""
    if block.id:
        return block.id
    identifier = str(ws.new_id())
    block.element.set("id", identifier)
    return identifier


def append_body(ws: Workspace, suggestion_id: UUID, text: str) -> bool:
    """Append to the streamed body; False, and nothing written, where it no longer streams."""
    streams = Suggestion.objects.filter(pk=suggestion_id, status=Status.STREAMING).exists()
    if streams and text:
        session.append(ws.session, SECTION, str(suggestion_id), "body", text)
    return streams


def finish(ws: Workspace, suggestion_id: UUID) -> bool:
    """The body is whole: people may decide. False where it was decided or withdrawn before."""
    body = (session.read(ws.session, SECTION, str(suggestion_id)) or {}).get("body") or ""
    if not move(suggestion_id, Status.STREAMING, Event.FINISH, body=body):
        return False
    session.put(ws.session, SECTION, str(suggestion_id), {"status": Status.PENDING.value})
    return True


def withdraw(ws: Workspace, suggestion_id: UUID) -> bool:
    """Take it back, mark and all. False where it was decided before."""
    if not any(move(suggestion_id, status, Event.WITHDRAW) for status in OPEN):
        return False
    clear_marks(ws, blocks(ws.content))
    session.put(ws.session, SECTION, str(suggestion_id), {"status": Status.WITHDRAWN.value})
    return True


def recompute(ws: Workspace) -> None:
    """Say of every open suggestion where it stands; one that a quotation found again gets its mark back."""
    waiting = list(Suggestion.objects.filter(document_id=ws.document_id, status__in=OPEN))
    if not waiting:
        return
    found = blocks(ws.content)
    for suggestion in waiting:
        place = located(found, suggestion)
        if place.span is not None and place.place is Place.MOVED and not place.marked:
            anchor.put_mark(place.span, str(suggestion.pk))
        say_place(ws, suggestion.pk, place)


def say_place(ws: Workspace, suggestion_id: UUID, place: Anchor) -> None:
    now = place.span.text() if place.span is not None and place.place is Place.STALE else ""
    session.put(ws.session, SECTION, str(suggestion_id), {"place": place.place.value, "now": now})


def located(found: list[Block], suggestion: Suggestion) -> Anchor:
    return anchor.locate(found, str(suggestion.pk), suggestion.block_id, from_json(suggestion.base))


def move(suggestion_id: UUID, status: Status, event: Event, **values: Any) -> bool:
    """One step of the table as one conditional update; False where somebody else was first."""
    to = advance(status, event)
    return bool(Suggestion.objects.filter(pk=suggestion_id, status=status).update(status=to.value, **values))


def clear_marks(ws: Workspace, found: Iterable[Block]) -> None:
    """Take away the marks of suggestions that are no longer open, wherever an undo or a paste brought them."""
    waiting = Suggestion.objects.filter(document_id=ws.document_id, status__in=OPEN).values_list("pk", flat=True)
    anchor.keep_marks(found, map(str, waiting))


def milliseconds(ws: Workspace) -> int:
    return int(ws.now.timestamp() * 1000)
