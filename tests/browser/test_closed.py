"""The server closes a page for good: it says what happened and what to do, takes no more keys, and nothing is lost."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser import keeping
from tests.browser.conftest import Room, Site, open_room
from tests.browser.keeping import answering, change, me
from tests.browser.saying import count, downloaded, no_notice, notice, offline, says
from tests.browser.test_accessibility import violations
from tests.browser.window import Window, words
from tests.operations.commands import manage

TOO_LARGE = """() => {
  const { content } = window.scriptorium.room;
  content.getXmlFragment("content").get(0).get(0).insert(0, "x".repeat(8 * 2 ** 20 + 1));
}"""


@pytest.fixture
def room(demo_site: Site, context: BrowserContext, request: pytest.FixtureRequest) -> Room:
    return open_room(demo_site, context, request.node.name)


def is_over(page: Page) -> None:
    expect(page.locator("#save-state")).to_contain_text("not connected", ignore_case=True)
    expect(page.locator(".ProseMirror")).to_have_attribute("contenteditable", "false")


def test_who_has_a_document_open_that_is_deleted_can_take_its_text_away(
    new_site: Callable[..., Site], context: BrowserContext
) -> None:
    site = new_site("demo", HEARTBEAT_SECONDS="2")
    room = open_room(site, context, "deleted")
    page = room.owner.page
    delete = f"from editor.models import Document; Document.objects.get(pk='{room.document}').delete()"
    assert manage(site.server.folder / "data", "shell", "-c", delete).returncode == 0
    for window in (room.owner, room.guest):
        notice(window.page, "This document has been deleted.")
        is_over(window.page)
        assert room.paragraphs[1] in downloaded(window.page)
    assert violations(page) == []
    page.get_by_role("button", name="All documents").click()
    expect(page.get_by_role("heading", name="Documents")).to_be_visible()


def test_whose_right_was_withdrawn_reads_so_and_may_take_away_what_was_not_saved(room: Room) -> None:
    site, page = room.site, room.guest.page
    lost = words("never saved", 4)
    site.server.kill_9()
    offline(room.guest)
    room.guest.caret(room.paragraphs[0], 0)
    room.guest.type(lost)
    unsaved = count(page)
    sql = "UPDATE editor_grant SET role = '', generation = generation + 1 WHERE user_id = ?"
    change(site.server, sql, UUID(me(page)))
    site.server.start()
    notice(page, f"You no longer have access to this document. Ask its owner for a new link. {unsaved} changes are not")
    is_over(page)
    assert lost in downloaded(page)
    room.owner.saved()
    assert lost not in room.owner.text()


def test_whose_session_has_ended_meanwhile_signs_in_and_finds_everything(
    new_site: Callable[..., Site], context: BrowserContext
) -> None:
    room = open_room(new_site("demo"), context, "a session that ended")
    site, page = room.site, room.owner.page
    typed = words("before signing in", 4)
    site.server.kill_9()
    offline(room.owner)
    room.owner.caret(room.paragraphs[0], 0)
    room.owner.type(typed)
    unsaved = count(page)
    keeping.until_stored(page, room.document, unsaved)
    context.clear_cookies()
    site.server.start()
    notice(page, "You are no longer signed in.")
    is_over(page)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page.goto(site.server.owner_link)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Documents")).to_be_visible()
    again = Window(context, room.url)
    assert again.text().count(typed) == 1
    room.guest.sees(typed)


def test_what_is_too_large_is_set_aside_and_the_page_goes_on_without_it(room: Room) -> None:
    page, before = room.owner.page, room.owner.text()
    page.evaluate(TOO_LARGE)
    notice(page, "The last change was too large")
    notice(page, "1 change is not saved, and kept in this browser.")
    is_over(page)
    with answering(page, accept=True):
        page.get_by_role("button", name="Reload", exact=True).click()
    notice(page, "Your version with 1 change that could not be saved is kept in this browser.")
    room.owner.ready()
    assert room.owner.text() == before
    typed = words("smaller", 3)
    room.owner.caret(room.paragraphs[1], 0)
    room.owner.type(typed)
    room.owner.saved()
    room.guest.sees(typed)


def test_one_window_too_many_says_so_and_works_once_another_is_closed(
    new_site: Callable[..., Site], context: BrowserContext
) -> None:
    room = open_room(new_site("demo", LIMIT_SOCKETS_A_PERSON="1"), context, "too many windows")
    second = context.new_page()
    second.goto(room.url)
    notice(second, "You have more windows open than the server takes of one person. Close some of them, then reload.")
    says(second, "Not connected")
    expect(second.locator("#document-content")).to_contain_text(room.paragraphs[0])
    room.owner.close()
    second.get_by_role("button", name="Reload", exact=True).click()
    second.wait_for_function("() => document.querySelector('#save-state').dataset.state === 'saved'")
    no_notice(second)


def test_who_finds_the_document_full_reads_along_and_comes_in_by_itself(
    new_site: Callable[..., Site], context: BrowserContext
) -> None:
    room = open_room(new_site("demo", LIMIT_SOCKETS_A_ROOM="2"), context, "a full room")
    third = context.new_page()
    third.goto(room.editor_link)
    notice(third, "it is busy, or the document holds as many people as it takes. The page tries again by itself")
    expect(third.locator("#document-content")).to_contain_text(room.paragraphs[0])
    room.guest.close()
    third.wait_for_function("() => document.querySelector('#save-state').dataset.state === 'saved'")
    no_notice(third)
    assert third.evaluate("() => window.scriptorium.editor.isEditable")
