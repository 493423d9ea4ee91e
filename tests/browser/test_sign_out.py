"""Signing out clears what the browser has kept of documents; nothing that was never saved goes without a question."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.browser import keeping
from tests.browser.conftest import Room, Site, open_room
from tests.browser.keeping import answering, copy_name, kept, me
from tests.browser.window import Window


@pytest.fixture
def room(new_site: Callable[..., Site], context: BrowserContext, request: pytest.FixtureRequest) -> Room:
    """With a server of its own, since its owner signs out."""
    return open_room(new_site("demo"), context, request.node.name)


def test_signing_out_clears_the_persons_copies_and_leaves_a_guests(room: Room) -> None:
    page = room.owner.page
    owner, guest = me(page), me(room.guest.page)
    copies = [copy_name("guest", guest, room.document), copy_name("person", owner, room.document)]
    assert [name for name in kept(page) if name in copies] == copies
    page.get_by_role("button", name="Menu").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page.wait_for_function("() => !document.cookie.includes('signed_out')")
    assert kept(page, owner) == []
    assert copies[0] in kept(page)


def test_signing_out_asks_where_something_was_never_saved(room: Room) -> None:
    page = room.owner.page
    owner = me(page)
    room.owner.close()
    alone = keeping.open_without_a_server(room.context, room.url)
    alone.evaluate("() => window.scriptorium.editor.commands.insertContentAt(1, 'unsaved')")
    expect(alone.locator("#save-state")).to_have_text("1 change not saved, offline")
    alone.get_by_role("button", name="Menu").click()
    with answering(alone, accept=False) as asked:
        alone.get_by_role("button", name="Sign out").click()
        alone.wait_for_timeout(500)
        assert asked == ["confirm"]
    assert copy_name("person", owner, room.document) in kept(alone)
    with answering(alone, accept=True) as asked:
        alone.get_by_role("button", name="Sign out").click()
        expect(alone.get_by_role("heading", name="Sign in")).to_be_visible()
        assert asked == ["confirm"]
    alone.wait_for_function("() => !document.cookie.includes('signed_out')")
    assert kept(alone, owner) == []


def test_a_session_that_ended_by_itself_leaves_only_what_was_never_saved(room: Room) -> None:
    owner = me(room.owner.page)
    other = room.site.owner.new_document()
    Window(room.context, f"{room.site.server.url}/documents/{other}").close()
    room.owner.close()
    alone = keeping.open_without_a_server(room.context, room.url)
    alone.evaluate("() => window.scriptorium.editor.commands.insertContentAt(1, 'unsaved')")
    expect(alone.locator("#save-state")).to_have_text("1 change not saved, offline")
    alone.close()
    room.context.clear_cookies()
    page = room.context.new_page()
    page.goto(f"{room.site.server.url}/sign-in/")
    page.wait_for_function(f"async () => !(await ({keeping.NAMES})()).some((name) => name.includes('{other}'))")
    assert kept(page, owner) == [copy_name("person", owner, room.document)]
