"""What people do in a room, in words."""

from __future__ import annotations

from editor.room.blocks import blocks
from tests.running.seat import Seat


def types(seat: Seat, text: str) -> None:
    """Put a paragraph at the top and send it."""
    with seat.content.edit():
        seat.content.root().insert_element(0, "paragraph", {}).insert_text(0).insert(0, text, {})
    update = seat.content.take_edits()
    assert update
    seat.send_update(update)


def deletes_the_top(seat: Seat) -> None:
    """Delete the first paragraph and send that."""
    with seat.content.edit():
        seat.content.root().remove(0)
    update = seat.content.take_edits()
    assert update
    seat.send_update(update)


def reads(seat: Seat) -> str:
    return "\n".join(block.text() for block in blocks(seat.content))


def wait_for_text(seat: Seat, text: str) -> None:
    while text not in reads(seat):
        assert seat.read(), f"closed with {seat.close_code}"


def wait_for_saved(seat: Seat, n: int) -> None:
    while seat.saved < n:
        assert seat.read(), f"closed with {seat.close_code}"
