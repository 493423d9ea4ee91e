"""Point 6: any editor stops a run, and nothing of it comes after."""

from __future__ import annotations

import time
from uuid import UUID

from playwright.sync_api import expect

from tests.browser.conftest import Room

REQUEST = "Please write a checklist of this document, at length"
TELL_WHEN = "(button) => button.addEventListener('click', () => { window.pressed = Date.now() }, { capture: true })"


def pressed(room: Room) -> float:
    """When the guest's page took the click, in seconds of this machine's monotonic clock, as the provider's are."""
    since_1970 = float(room.guest.page.evaluate("() => window.pressed")) / 1000
    return since_1970 - time.time() + time.monotonic()


def test_the_guest_stops_by_the_room_bar_and_the_providers_connection_closes_within_a_second(room: Room) -> None:
    run = room.owner.ask(REQUEST)
    room.guest.wait_for_answer(run, 60)
    bar = room.guest.page.locator("#room-bar")
    expect(bar).to_contain_text(room.owner.own_name())
    stop = bar.get_by_role("button", name="Stop", exact=True)
    stop.evaluate(TELL_WHEN)
    stop.click()
    for window in (room.owner, room.guest):
        window.run_is(run, "cancelled")
        expect(window.run_view(run)).to_contain_text(f"Stopped by {room.guest.own_name()}")
    if room.site.provider:
        closed = room.site.provider.last_closed()
        assert closed["closed_by"] == "client"
        assert closed["ended"] - pressed(room) < 1.0
    assert room.owner.run(run) == room.guest.run(run)


def test_no_text_of_a_stopped_run_has_a_seq_above_the_one_in_the_answer(room: Room) -> None:
    run = room.owner.ask(REQUEST)
    room.guest.wait_for_answer(run, 40)
    answer = room.guest.page.evaluate("(run) => window.scriptorium.room.command('stop', { run })", run)
    room.owner.run_is(run, "cancelled")
    text = str(room.owner.run(run)["answer"])
    again = room.owner.ask("What did I ask before?")
    room.owner.has_ended(again)
    database = room.site.server.database
    above = """SELECT count(*) FROM editor_journalrow r JOIN editor_crdtdocument c ON c.id = r.crdt_id
               WHERE c.document_id = ? AND c.kind = 'session' AND r.run_id = ? AND r.seq > ?"""
    assert database.one(above, room.document, UUID(run), answer["seq"]) == 0
    assert room.owner.run(run)["answer"] == text
    assert database.one("SELECT answer FROM copilot_run WHERE id = ?", UUID(run)) == text


def test_a_run_that_has_ended_cannot_be_stopped(room: Room) -> None:
    run = room.owner.ask("What did I ask before?")
    room.owner.has_ended(run)
    stop = "(run) => window.scriptorium.room.command('stop', { run }).then(() => 'ack', (nack) => nack.code)"
    assert room.guest.page.evaluate(stop, run) == "not_running"
