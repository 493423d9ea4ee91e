"""A run's suggestions while they stream: opened where the model was told, appended to, made whole or taken back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from copilot.agent.errors import ToolRefused
from copilot.live.brief import Told
from editor import suggestions
from editor.models import Suggestion
from editor.room import blocks as room_blocks
from editor.room import units
from editor.room.blocks import Block
from editor.room.errors import Refusal
from editor.room.job import Workspace


def open_edit(ws: Workspace, run_id: UUID, told: Told | None, *, copilot_name: str, asker_name: str) -> UUID:
    """Open a suggestion for the part of the block that the model was told; raises ToolRefused."""
    if told is None:
        raise ToolRefused("no_such_block", "There is no block with this number.")
    block = _find(ws, told)
    text = block.text() if block else ""
    at = _nearest(text, told)
    if block is None or at < 0 or (told.selected == told.text and text != told.text):
        raise ToolRefused(
            "selection_changed", "People have changed this block. Look at it again and propose anew.", {"now": text}
        )
    end = at + len(told.selected)
    place = {
        "block": block.id,
        "index": block.index,
        "start": units.to_utf16(text, at),
        "end": units.to_utf16(text, end),
        "quote": told.selected,
    }
    try:
        return suggestions.open_suggestion(
            ws, run_id=run_id, target_range=place, copilot_name=copilot_name, asker_name=asker_name
        )
    except Refusal as refusal:
        raise ToolRefused(refusal.code, refusal.message, {"now": text}) from refusal


def _nearest(text: str, told: Told) -> int:
    """Where the selected part stands now, of several the one nearest to where it was; -1 if nowhere."""
    starts = [at for at in range(len(text) + 1) if text.startswith(told.selected, at)]
    return min(starts, key=lambda at: abs(at - told.near), default=-1)


def _find(ws: Workspace, told: Told) -> Block | None:
    """The block by its id; where it has none, the one with the same text."""
    now = room_blocks.blocks(ws.content)
    if told.id:
        return next((block for block in now if block.id == told.id), None)
    return next((block for block in now if block.text() == told.text), None)


def append_edit(ws: Workspace, suggestion: UUID, text: str) -> None:
    suggestions.append_body(ws, suggestion, text)


def finish_edit(ws: Workspace, suggestion: UUID) -> dict[str, Any]:
    """Make it whole, so that people can decide; returns the call's result. Somebody may have decided already."""
    if suggestions.finish(ws, suggestion):
        return {"suggestion": str(suggestion), "status": "proposed", "message": "People will accept or reject it."}
    status = Suggestion.objects.values_list("status", flat=True).get(pk=suggestion)
    return {"suggestion": str(suggestion), "status": status, "message": f"It was {status} before it was whole."}


def withdraw_edit(ws: Workspace, suggestion: UUID) -> None:
    suggestions.withdraw(ws, suggestion)
