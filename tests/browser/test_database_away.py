"""Point 2 of the room, as people see it: the database stays away, the document can only be read, then all is well."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.browser.conftest import Room, Site, open_room
from tests.browser.keeping import STANDS, answering, until_stored
from tests.browser.saying import no_notice, notice, says, unsaved
from tests.browser.test_accessibility import violations
from tests.browser.test_opening_offline import until_kept
from tests.browser.window import words
from tests.running.stores import Postgres, postgres

HEARTBEAT = "3"
"""Seconds; the room is shut after three of them, in place of a minute."""


@pytest.fixture(scope="module")
def store() -> Iterator[Postgres]:
    with postgres() as store:
        yield store


@pytest.fixture(scope="module")
def on_postgres(store: Postgres, new_site: Callable[..., Site]) -> Site:
    return new_site("demo", database_url=store.url, HEARTBEAT_SECONDS=HEARTBEAT)


def test_people_hear_that_nothing_is_saved_then_that_they_can_only_read_and_lose_nothing(
    on_postgres: Site, store: Postgres, context: BrowserContext
) -> None:
    room: Room = open_room(on_postgres, context, "the database is away")
    typed = {window: words(f"typed by {name}", 3) for name, window in (("one", room.owner), ("two", room.guest))}
    for window in typed:
        until_kept(window.page)
    store.stop()
    for (window, text), paragraph in zip(typed.items(), room.paragraphs, strict=False):
        window.caret(paragraph, 0)
        window.type(text)
    for window in typed:
        expect(window.page.locator("#save-state")).to_have_text(re.compile(r"^\d+ changes? not saved, trying again$"))
        notice(window.page, "Changes are not being saved at the moment.")
        assert unsaved(window.page) > 0
    until_stored(room.guest.page, room.document, unsaved(room.guest.page), kind="guest")
    for window in typed:
        notice(window.page, "this document can only be read")
        expect(window.body).to_have_attribute("contenteditable", "false")
        before = window.text()
        window.body.click()
        window.type("into a document that is only read")
        assert window.text() == before
        assert window.page.locator("#notices .notice").count() == 1, "one sentence, the newest"
        assert violations(window.page) == []
    with answering(room.guest.page, accept=True):
        room.guest.page.reload()
    room.guest.page.wait_for_function(STANDS)
    room.guest.sees(typed[room.guest])
    store.start()
    for window in typed:
        window.saved()
        says(window.page, "Saved")
        no_notice(window.page)
        expect(window.body).to_have_attribute("contenteditable", "true")
    for window in typed:
        for text in typed.values():
            window.sees(text)
            assert window.text().count(text) == 1
    room.owner.caret(room.paragraphs[2], 0)
    room.owner.type("and on")
    room.guest.sees("and on")
    room.owner.saved()
    room.owner.reload()
    assert room.owner.text() == room.guest.text()
