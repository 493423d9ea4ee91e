"""Point 1: two windows type into one document, and what was called Saved survives."""

from __future__ import annotations

from playwright.sync_api import BrowserContext, expect

from tests.browser.conftest import Site, open_room, signed_in
from tests.browser.window import Window, document_of, words


def test_the_sample_document_opens_for_owner_and_guest_with_headings_lists_and_links(
    demo_site: Site, context: BrowserContext
) -> None:
    guest = Window(context, demo_site.server.guest_link)
    owner = Window(signed_in(context, demo_site.owner), f"{demo_site.server.url}/documents/{document_of(guest.page)}")
    for window in (owner, guest):
        for kind in ("h1, .ProseMirror h2", "li", "strong", "a[href]"):
            assert window.page.locator(f".ProseMirror {kind}").count() > 0, kind
    assert 500 < len(owner.text().split()) < 1_200
    assert owner.text() == guest.text()


def test_opening_a_document_writes_nothing_to_it(demo_site: Site, context: BrowserContext) -> None:
    database = demo_site.server.database
    before = database.count("editor_journalrow")
    guest = Window(context, demo_site.server.guest_link)
    guest.reload()
    assert database.count("editor_journalrow") == before


def test_each_sees_the_others_text_caret_and_selection(demo_site: Site, context: BrowserContext) -> None:
    room = open_room(demo_site, context, "typing")
    owner, guest = room.owner, room.guest
    by_owner, by_guest = words("by the owner", 5), words("by the guest", 5)
    owner.caret(room.paragraphs[0], 0)
    owner.type(by_owner)
    guest.caret(room.paragraphs[1], 4)
    guest.type(by_guest)
    for window in (owner, guest):
        window.sees(by_owner)
        window.sees(by_guest)
    caret = owner.page.locator(
        ".ProseMirror .collaboration-caret, .ProseMirror [class*=caret], .ProseMirror [class*=cursor]"
    )
    expect(caret.first).to_contain_text(guest.own_name())
    guest.select(room.paragraphs[2])
    expect(
        owner.page.locator(".ProseMirror .ProseMirror-yjs-selection, .ProseMirror [class*=selection]").first
    ).to_be_visible()


def test_what_both_type_at_the_same_time_converges_and_a_reload_keeps_it(
    demo_site: Site, context: BrowserContext
) -> None:
    room = open_room(demo_site, context, "converging")
    between = room.paragraphs[0][30:50]
    for number in range(10):
        room.owner.caret(between, 0)
        room.owner.type(words(f"owner {number}", 2))
        room.guest.caret(between, len(between))
        room.guest.type(words(f"guest {number}", 2))
    room.owner.saved()
    room.guest.saved()
    room.owner.sees(words("guest 9", 2))
    room.guest.sees(words("owner 9", 2))
    text = room.owner.text()
    assert room.guest.text() == text
    for window in (room.owner, room.guest):
        window.reload()
        assert window.text() == text


def test_what_the_page_called_saved_survives_kill_9(demo_site: Site, context: BrowserContext) -> None:
    room = open_room(demo_site, context, "surviving")
    room.owner.caret(room.paragraphs[0], 0)
    for number in range(5):
        room.owner.type(words(f"kept {number}", 4))
        room.owner.saved()
    kept = room.owner.text()
    demo_site.server.kill_9()
    expect(room.owner.page.locator("#save-state")).to_have_attribute("data-state", "offline")
    late = words("typed while it was away", 4)
    room.owner.type(late)
    demo_site.server.start()
    room.owner.saved()
    fresh = Window(context, room.url)
    fresh.sees(late)
    assert fresh.text().replace(late, "") == kept
    assert fresh.text() == room.owner.text()
