"""Point 10 of the room: the page goes on without the server, says what is not saved, and merges without doubling."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.browser import keeping
from tests.browser.conftest import Room, Site, open_room
from tests.browser.keeping import answering, change, copy_name, kept, me, stored
from tests.browser.saying import count, downloaded, notice, offline
from tests.browser.window import Window, words

DAY_MS = 24 * 60 * 60 * 1000


@pytest.fixture
def room(demo_site: Site, context: BrowserContext, request: pytest.FixtureRequest) -> Room:
    return open_room(demo_site, context, request.node.name)


def test_what_was_typed_without_the_server_survives_its_tab_and_is_there_once(room: Room) -> None:
    site, owner = room.site, room.owner
    first, second = words("typed before", 3), words("typed after", 3)
    site.server.kill_9()
    offline(owner)
    owner.caret(room.paragraphs[0], 0)
    owner.type(first)
    unsaved = count(owner.page)
    keeping.until_stored(owner.page, room.document, unsaved)
    owner.close()
    site.server.start()
    page = keeping.open_without_a_server(room.context, room.url)
    expect(page.locator("#save-state")).to_have_text(f"{unsaved} changes not saved, offline")
    expect(page.locator(".ProseMirror")).to_contain_text(first)
    page.evaluate("() => window.scriptorium.editor.commands.insertContentAt(1, 'x')")
    expect(page.locator("#save-state")).to_have_text(f"{unsaved + 1} changes not saved, offline")
    page.close()
    again = Window(room.context, room.url)
    assert again.text().count(first) == 1
    again.type(second)
    again.saved()
    room.guest.sees(first)
    assert room.guest.text() == again.text()


def test_two_windows_of_one_person_share_a_copy_and_each_change_is_merged_once(room: Room) -> None:
    site = room.site
    windows = [room.owner, Window(room.context, room.url)]
    typed = [words(f"window {number}", 3) for number in range(2)]
    site.server.kill_9()
    unsaved = 0
    for window, text in zip(windows, typed, strict=True):
        offline(window)
        window.caret(room.paragraphs[1], 0)
        window.type(text)
        made = count(window.page)
        keeping.until_stored(window.page, room.document, made)
        unsaved += made
    for window in windows:
        window.close()
    site.server.start()
    page = keeping.open_without_a_server(room.context, room.url)
    expect(page.locator("#save-state")).to_have_text(f"{unsaved} changes not saved, offline")
    page.close()
    again = Window(room.context, room.url)
    for text in typed:
        assert again.text().count(text) == 1
        room.guest.sees(text)
    assert room.guest.text() == again.text()
    alone = keeping.open_without_a_server(room.context, room.url)
    expect(alone.locator("#save-state")).to_have_text("Offline")


def test_leaving_with_unsaved_changes_is_asked_about_and_without_is_not(room: Room) -> None:
    page = room.owner.page
    room.site.server.kill_9()
    room.owner.caret(room.paragraphs[0], 0)
    room.owner.type("abc")
    count(page)
    with answering(page, accept=False) as asked:
        page.close(run_before_unload=True)
        page.wait_for_timeout(500)
        assert asked == ["beforeunload"]
    assert not page.is_closed()
    room.site.server.start()
    room.owner.saved()
    with page.expect_event("close"):
        page.close(run_before_unload=True)


def test_after_a_day_offline_both_sides_are_there_once(
    demo_site: Site, context: BrowserContext, new_context: Callable[..., BrowserContext]
) -> None:
    room = open_room(demo_site, context, "a day")
    elsewhere = new_context()
    elsewhere.clock.install()
    away = Window(elsewhere, room.editor_link)
    elsewhere.set_offline(True)
    away.page.evaluate("() => dispatchEvent(new Event('offline'))")
    mine, theirs = [words(f"mine {n}", 3) for n in range(5)], [words(f"theirs {n}", 3) for n in range(5)]
    between = room.paragraphs[1][30:50]
    for here, there in zip(mine, theirs, strict=True):
        away.caret(between, 0)
        away.type(here)
        away.page.clock.fast_forward(DAY_MS // 5)
        room.owner.caret(between, len(between))
        room.owner.type(there)
        room.owner.saved()
    demo_site.server.restart()
    room.owner.saved()
    elsewhere.set_offline(False)
    away.page.clock.fast_forward(60_000)
    away.page.evaluate("() => dispatchEvent(new Event('online'))")
    away.saved()
    room.owner.sees(mine[-1])
    away.sees(theirs[-1])
    text = away.text()
    assert room.owner.text() == text
    for sentence in (*mine, *theirs, *room.paragraphs[::2]):
        assert text.count(sentence) == 1
    away.reload()
    assert away.text() == text


def test_another_epoch_keeps_the_unsaved_copy_says_so_and_sends_nothing_of_it(room: Room) -> None:
    site, page = room.site, room.owner.page
    lost = words("of the old epoch", 4)
    saved_text = room.owner.text()
    site.server.kill_9()
    offline(room.owner)
    room.owner.caret(room.paragraphs[0], 0)
    room.owner.type(lost)
    unsaved = count(page)
    change(
        site.server,
        "UPDATE editor_crdtdocument SET epoch = 2 WHERE document_id = ? AND kind = 'content'",
        room.document,
    )
    before = stored(site.server, room.document)
    site.server.start()
    notice(page, f"{unsaved} changes are not saved, and kept in this browser.")
    expect(page.locator(".ProseMirror")).to_have_attribute("contenteditable", "false")
    assert lost in downloaded(page)
    page.get_by_role("button", name="Reload", exact=True).click()
    notice(page, f"restored from a backup. The version from before with {unsaved} changes")
    room.owner.ready()
    assert room.owner.text() == saved_text
    assert lost in downloaded(page)
    names = kept(page, me(page))
    assert [copy_name("person", me(page), room.document, epoch) in names for epoch in (1, 2)] == [True, True]
    assert stored(site.server, room.document) == before
    page.get_by_role("button", name="Forget it").click()
    expect(page.locator("#notices")).not_to_contain_text("restored")
    room.owner.reload()
    assert copy_name("person", me(page), room.document) not in kept(page)


def test_a_page_of_an_older_schema_comes_to_nothing_and_leaves_the_document_byte_identical(room: Room) -> None:
    site, page = room.site, room.owner.page
    unsaved = words("by an old page", 3)
    site.server.kill_9()
    offline(room.owner)
    room.owner.caret(room.paragraphs[0], 0)
    room.owner.type(unsaved)
    change(
        site.server,
        "UPDATE editor_crdtdocument SET schema = 2 WHERE document_id = ? AND kind = 'content'",
        room.document,
    )
    before = stored(site.server, room.document)
    site.server.start()
    notice(page, "changed in a way this page does not know")
    page.get_by_role("button", name="Reload", exact=True).click()
    notice(page, "and kept in this browser")
    assert page.evaluate("() => window.scriptorium.editor") is None
    expect(page.locator("#document-content")).to_contain_text(room.paragraphs[0])
    assert unsaved in downloaded(page)
    assert stored(site.server, room.document) == before


def test_what_the_page_does_not_know_is_shown_read_only_and_stays(room: Room) -> None:
    site, page = room.site, room.owner.page
    site.server.kill_9()
    keeping.add_callout(site.server, room.document)
    before = stored(site.server, room.document)
    site.server.start()
    notice(page, "too old to edit. Reload to go on; nothing is lost.")
    expect(page.locator(".ProseMirror")).to_have_attribute("contenteditable", "false")
    page.reload()
    notice(page, "too old to edit")
    assert stored(site.server, room.document) == before


def test_who_may_only_read_meanwhile_keeps_the_version_that_could_not_be_saved(room: Room) -> None:
    site, page = room.site, room.guest.page
    guest, lost = me(page), words("after the right was gone", 4)
    saved_text = room.guest.text()
    site.server.kill_9()
    offline(room.guest)
    room.guest.caret(room.paragraphs[0], 0)
    room.guest.type(lost)
    unsaved = count(page)
    sql = "UPDATE editor_grant SET role = 'viewer', generation = generation + 1 WHERE user_id = ? AND document_id = ?"
    change(site.server, sql, uuid.UUID(guest), room.document)
    site.server.start()
    notice(page, f"Your version with {unsaved} changes that could not be saved is kept in this browser.")
    room.guest.ready()
    assert room.guest.text() == saved_text
    assert lost in downloaded(page)
    room.guest.reload()
    notice(page, "You may no longer change this document.")


FORBIDDEN = {
    "missing": "Object.defineProperty(window, 'indexedDB', { value: undefined })",
    "refused": "IDBFactory.prototype.open = () => { throw new DOMException('no', 'SecurityError'); }",
    "full": "IDBObjectStore.prototype.add = () => { throw new DOMException('full', 'QuotaExceededError'); }",
}


@pytest.mark.parametrize("how", FORBIDDEN)
def test_a_browser_that_keeps_nothing_works_without_and_says_no_more_than_needed(
    demo_site: Site, new_context: Callable[..., BrowserContext], how: str
) -> None:
    context = new_context()
    context.add_init_script(FORBIDDEN[how])
    room = open_room(demo_site, context, f"without {how}")
    typed = words(f"without {how}", 3)
    demo_site.server.kill_9()
    offline(room.owner)
    room.owner.caret(room.paragraphs[0], 0)
    room.owner.type(typed)
    count(room.owner.page)
    demo_site.server.start()
    room.owner.saved()
    room.guest.sees(typed)
    for window in (room.owner, room.guest):
        assert window.page.locator("#notices").inner_text().strip() == ""
