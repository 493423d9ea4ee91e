"""Points 2 and 3: the copilot's suggestion streams in both windows, and one decision settles it."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.conftest import Room
from tests.browser.window import words


def test_an_improved_paragraph_streams_inline_in_both_windows_with_one_card(room: Room) -> None:
    run = room.owner.improve(room.paragraphs[1])
    for window in (room.owner, room.guest):
        agent = window.page.locator('#participants [data-kind="agent"]')
        expect(agent).to_be_visible()
        expect(window.page.locator(".ProseMirror .suggestion-new").first).to_be_visible()
    waiting = {window.suggestion_waits() for window in (room.owner, room.guest)}
    assert len(waiting) == 1
    for window in (room.owner, room.guest):
        expect(window.suggestion()).to_have_count(1)
        expect(window.page.locator(".ProseMirror .suggestion-old").first).to_be_visible()
        expect(window.suggestion().get_by_role("button", name="Accept", exact=True)).to_be_enabled()
        expect(window.suggestion().get_by_role("button", name="Reject", exact=True)).to_be_enabled()
        window.has_ended(run)
    assert room.owner.session() == room.guest.session()
    assert room.owner.run(run)["answer"]
    assert room.owner.run_view(run).locator(".answer").inner_text() == room.owner.run(run)["answer"]


def test_the_document_holds_nothing_of_a_suggestion_until_it_is_accepted(room: Room) -> None:
    before = room.owner.text()
    room.owner.improve(room.paragraphs[0])
    room.owner.suggestion_waits()
    assert room.owner.text() == before


def test_words_typed_while_it_is_pending_are_never_lost(room: Room) -> None:
    paragraph = room.paragraphs[1]
    room.owner.improve(paragraph)
    room.owner.suggestion_waits()
    first, inside = words("typed at the start", 1), words("typed inside", 1)
    room.guest.caret(paragraph, 0)
    room.guest.type(first)
    room.guest.caret(paragraph, paragraph.index(" ", 12))
    room.guest.type(inside)
    room.guest.saved()
    room.owner.sees(first)
    room.owner.sees(inside)
    card = room.guest.suggestion()
    expect(card).to_contain_text("The text has changed")
    before = room.guest.text()
    expect(card.get_by_role("button", name="Accept", exact=True)).to_have_count(0)
    assert room.site.server.database.count("editor_decision", "document_id = ?", room.document) == 0
    assert room.guest.text() == before
    card.get_by_role("button", name="Apply to this text").click()
    for window in (room.owner, room.guest):
        window.page.wait_for_function("(old) => window.scriptorium.editor.getText() !== old", arg=before)
        window.sees(first.rstrip("."))
        window.sees(inside.rstrip("."))


def test_the_guest_accepts_and_the_owner_undoes_what_is_typed_since_stays(room: Room) -> None:
    paragraph = room.paragraphs[1]
    room.owner.improve(paragraph)
    suggestion = room.owner.suggestion_waits()
    room.guest.suggestion_waits()
    room.guest.suggestion().get_by_role("button", name="Accept", exact=True).click()
    who = room.guest.own_name()
    for window in (room.owner, room.guest):
        expect(window.suggestion()).to_contain_text(f"Accepted by {who}")
        expect(window.body).not_to_contain_text(paragraph)
    improved = room.owner.text()
    assert room.guest.text() == improved
    rows = room.site.server.database.rows("SELECT verdict FROM editor_decision WHERE document_id = ?", room.document)
    assert rows == [("accepted",)]
    since = words("typed since", 2)
    room.guest.caret(improved.split("\n\n")[1][-6:], 5)
    room.guest.type(since)
    room.owner.sees(since)
    room.owner.suggestion().get_by_role("button", name="Undo", exact=True).click()
    for window in (room.owner, room.guest):
        expect(window.suggestion()).to_contain_text(re.compile("Undone by"))
        window.sees(since)
        window.sees(paragraph[:-1])
    assert room.owner.session()["suggestions"][suggestion]["undone_by"]


def test_a_rejected_suggestion_leaves_the_text_as_it_was(room: Room) -> None:
    before = room.owner.text()
    room.owner.improve(room.paragraphs[2])
    suggestion = room.guest.suggestion_waits()
    room.guest.suggestion().get_by_role("button", name="Reject", exact=True).click()
    room.owner.verdict_is(suggestion, "rejected")
    expect(room.owner.page.locator(".ProseMirror .suggestion-old")).to_have_count(0)
    assert room.owner.text() == room.guest.text() == before
