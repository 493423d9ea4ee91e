"""Point 10 of the room: a tab that is reloaded or opened while the server is away, and whose pages a browser keeps."""

from __future__ import annotations

import os
import signal
import uuid
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import Room, Site, open_room, signed_in
from tests.browser.keeping import STANDS, answering, change, me, until_stored
from tests.browser.saying import count, downloaded, no_notice, notice, offline, says, unsaved
from tests.browser.test_accessibility import violations
from tests.browser.window import Window, words
from tests.operations.commands import manage
from tests.running.proxy import Proxy
from tests.running.visitor import Visitor

KEPT = """async () => (await Promise.all((await caches.keys()).filter((name) => name.startsWith("scriptorium pages"))
  .map(async (name) => (await (await caches.open(name)).keys()).map(({ url }) => new URL(url).pathname)))).flat()"""
ALL_KEPT = """async () => (await Promise.all((await caches.keys()).map(async (name) => {
  const cache = await caches.open(name);
  return Promise.all((await cache.keys()).map(async (key) => (await cache.match(key)).text()));
}))).flat().join("\\n")"""
WORKS = "async () => { await navigator.serviceWorker.ready; return navigator.serviceWorker.controller !== null; }"
PASTED = 60
"""Paragraphs that each pastes at a time."""
PLACES = "¹²³"
FROM_HERE = "() => document.documentElement.hasAttribute('data-kept')"


def until_kept(page: Page) -> None:
    """The browser can open this page without its server."""
    page.wait_for_function(WORKS)
    page.wait_for_function(f"async () => (await ({KEPT})()).includes(location.pathname)")


def reload(page: Page) -> None:
    """Whoever is asked whether to leave says yes."""
    with answering(page, accept=True):
        page.reload()


@pytest.fixture
def room(new_site: Callable[..., Site], context: BrowserContext, request: pytest.FixtureRequest) -> Room:
    """Both windows' pages are kept. With a server of its own, which the test ends."""
    room = open_room(new_site("demo"), context, request.node.name)
    for window in (room.owner, room.guest):
        until_kept(window.page)
    return room


def test_a_reload_on_the_train_finds_the_text_takes_more_and_saves_all_of_it_once(room: Room) -> None:
    page = room.owner.page
    before, after = words("before the reload", 4), words("after the reload", 4)
    room.site.server.kill_9()
    offline(room.owner)
    room.owner.caret(room.paragraphs[0], 0)
    room.owner.type(before)
    until_stored(page, room.document, count(page))
    reload(page)
    page.wait_for_function(STANDS)
    assert page.evaluate(FROM_HERE)
    room.owner.sees(before)
    count(page)
    expect(page.get_by_label("Document title")).to_have_js_property("readOnly", True)
    expect(page.locator("#copilot-panel")).to_contain_text("You are offline.")
    assert violations(page) == []
    room.owner.caret(room.paragraphs[1], 0)
    room.owner.type(after)
    until_stored(page, room.document, count(page))
    reload(page)
    page.wait_for_function(STANDS)
    count(page)
    room.site.server.start()
    room.owner.saved()
    assert not page.evaluate(FROM_HERE)
    for text in (before, after):
        room.guest.sees(text)
        assert room.guest.text().count(text) == 1
    assert room.owner.text() == room.guest.text()
    expect(page.locator("#copilot-panel")).to_contain_text("Nothing asked yet.")
    no_notice(page)
    reload(page)
    room.owner.ready()
    assert not page.evaluate(FROM_HERE)


def test_two_who_write_much_on_the_train_reload_and_come_back_find_all_of_it_once(
    demo_site: Site, new_context: Callable[..., BrowserContext], tmp_path: Path
) -> None:
    """All write and delete in the same paragraphs; the owner's connection holds."""
    room = open_room(demo_site, new_context(), "much on the train", 4)
    room.owner.caret(room.paragraphs[2], 30)
    room.owner.type(PLACES)
    room.owner.saved()
    network = Proxy(demo_site.server.port, tmp_path)
    network.start()
    link = room.editor_link.replace(f":{demo_site.server.port}/", f":{network.port}/")
    away = [Window(new_context(), link) for _ in range(2)]
    for window in away:
        until_kept(window.page)
    network.stop()
    written: list[str] = []
    for hour in range(3):
        for number, window in enumerate(away):
            offline(window)
            texts = [words(f"{number} {hour} {each}", 30) for each in range(PASTED)]
            paste(window, room.paragraphs[number], texts)
            window.caret(PLACES[number], 1)
            window.type(typed := words(f"typed {number} {hour}", 2))
            written += [*texts, typed]
            until_stored(window.page, room.document, unsaved(window.page), kind="guest")
            reload(window.page)
            window.page.wait_for_function(STANDS)
            assert window.page.evaluate(FROM_HERE)
        room.owner.caret(PLACES[2], 1)
        room.owner.type(meanwhile := words(f"by the owner {hour}", 2))
        written.append(meanwhile)
        room.owner.saved()
    for window in (away[0], room.owner):
        window.select(room.paragraphs[3])
        window.page.keyboard.press("Delete")
    demo_site.server.restart()
    network.start()
    for window in away:
        window.saved()
    for text in written:
        room.owner.sees(text)
    room.owner.saved()
    found = room.owner.text()
    for window in away:
        window.sees(written[-1])
        window.page.wait_for_function("(text) => window.scriptorium.editor.getText() === text", arg=found)
    assert [text for text in written if found.count(text) != 1] == []
    assert [found.count(text) for text in room.paragraphs[:2]] == [1, 1]
    assert room.paragraphs[3] not in found
    network.stop()


def paste(window: Window, after: str, texts: list[str]) -> None:
    """Paragraphs behind the one that reads `after`."""
    window.caret(after, len(after))
    data = "".join(f"<p>{text}</p>" for text in texts)
    window.page.evaluate("(html) => window.scriptorium.editor.commands.insertContent(html)", data)


def test_a_guests_tab_stays_that_guest_through_reloads_without_the_server(room: Room) -> None:
    page, guest = room.guest.page, me(room.guest.page)
    typed = words("by the guest", 4)
    room.site.server.kill_9()
    reload(page)
    page.wait_for_function(STANDS)
    assert me(page) == guest
    says(page, "Offline")
    room.guest.caret(room.paragraphs[2], 0)
    room.guest.type(typed)
    count(page)
    another = room.context.new_page()
    another.goto(room.editor_link)
    notice(another, "The server does not answer. Open this link again when you are connected.")
    assert room.paragraphs[0] not in another.content()
    room.site.server.start()
    room.guest.saved()
    assert me(page) == guest
    room.owner.sees(typed)


def test_a_document_opens_from_the_list_in_a_new_tab_and_the_rest_says_what_it_needs(room: Room) -> None:
    page = room.context.new_page()
    page.goto(room.site.server.url)
    until_kept(page)
    room.owner.close()
    room.site.server.kill_9()
    page.reload()
    expect(page.get_by_role("status")).to_contain_text("You are offline.")
    expect(page.get_by_role("button", name="New document")).to_be_hidden()
    elsewhere = page.locator(".documents__row").filter(has_text="reading room")
    expect(elsewhere).to_contain_text("Not in this browser")
    expect(elsewhere.get_by_role("link")).to_have_count(0)
    assert violations(page) == []
    page.get_by_role("link", name="Untitled").click()
    page.wait_for_function(STANDS)
    says(page, "Offline")
    expect(page.locator(".ProseMirror")).to_contain_text(room.paragraphs[0])
    page.goto(f"{room.site.server.url}/account/")
    expect(page.get_by_role("heading", name="No connection")).to_be_visible()
    assert violations(page) == []


def test_where_the_connection_hangs_the_page_does_not(room: Room) -> None:
    page = room.owner.page
    os.kill(room.site.server.pid, signal.SIGSTOP)
    try:
        reload(page)
        page.wait_for_function(STANDS)
        assert page.evaluate(FROM_HERE)
        room.owner.caret(room.paragraphs[0], 0)
        room.owner.type(typed := words("while it hangs", 3))
        assert unsaved(page) > 0
    finally:
        os.kill(room.site.server.pid, signal.SIGCONT)
    room.owner.saved()
    room.guest.sees(typed)


def test_what_is_kept_of_a_page_holds_no_text(room: Room) -> None:
    everything = room.owner.page.evaluate(ALL_KEPT)
    assert str(room.document) in everything
    for paragraph in room.paragraphs:
        assert paragraph.split()[0] not in everything


def test_signing_out_clears_the_pages_and_the_next_person_sees_nothing(room: Room) -> None:
    page = room.owner.page
    room.guest.close()
    page.get_by_role("button", name="Menu").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page.wait_for_function(f"async () => (await ({KEPT})()).length === 0")
    room.site.server.kill_9()
    for path in (f"/documents/{room.document}", "/"):
        page.goto(room.site.server.url + path)
        expect(page.get_by_role("heading", name="No connection")).to_be_visible()
        assert str(room.document) not in page.locator("body").inner_html()


def test_another_person_who_signs_in_here_ends_what_was_kept_of_the_one_before(room: Room) -> None:
    page = room.owner.page
    room.guest.close()
    signed_in(room.context, somebody_else(room))
    page.goto(room.site.server.url)
    until_kept(page)
    page.wait_for_function(f"async () => (await ({KEPT})()).join() === '/'")
    room.site.server.kill_9()
    page.goto(room.url)
    expect(page.get_by_role("heading", name="No connection")).to_be_visible()


def test_a_page_of_one_person_never_speaks_for_another(room: Room) -> None:
    page, typed = room.owner.page, words("by the owner alone", 4)
    room.site.server.kill_9()
    offline(room.owner)
    room.owner.caret(room.paragraphs[0], 0)
    room.owner.type(typed)
    until_stored(page, room.document, count(page))
    reload(page)
    page.wait_for_function(STANDS)
    room.site.server.start()
    room.owner.saved()
    other = somebody_else(room)
    room.site.server.kill_9()
    offline(room.owner)
    room.owner.caret(room.paragraphs[1], 0)
    room.owner.type("never by somebody else")
    count(page)
    signed_in(room.context, other)
    room.site.server.start()
    notice(page, "You are no longer signed in.")
    assert "never by somebody else" in downloaded(page)
    room.guest.saved()
    assert "never by somebody else" not in room.guest.text()


def test_who_may_not_open_a_document_any_more_finds_no_kept_page_of_it(room: Room) -> None:
    page, site = room.owner.page, room.site
    site.server.kill_9()
    offline(room.owner)
    owner = uuid.UUID(me(page))
    sql = "UPDATE editor_grant SET role = '', generation = generation + 1 WHERE user_id = ? AND document_id = ?"
    change(site.server, sql, owner, room.document)
    site.server.start()
    notice(page, "You no longer have access to this document.")
    page.wait_for_function(f"async () => !(await ({KEPT})()).includes(location.pathname)")
    site.server.kill_9()
    page.goto(room.url)
    expect(page.get_by_role("heading", name="No connection")).to_be_visible()


def test_a_page_that_came_from_this_browser_can_sign_out_also_after_a_new_session(room: Room) -> None:
    page, site = room.owner.page, room.site
    again = signed_in_elsewhere(site, "owner_link")
    site.server.kill_9()
    reload(page)
    page.wait_for_function(STANDS)
    signed_in(room.context, again)
    token = "() => document.querySelector('meta[name=csrf-token]').content"
    before = page.evaluate(token)
    site.server.start()
    room.owner.saved()
    page.wait_for_function(f"(before) => ({token})() !== before", arg=before)
    page.get_by_role("button", name="Menu").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def somebody_else(room: Room) -> Visitor:
    """Another account of the same server, signed in elsewhere."""
    make = (
        "from editor import people; person = people.make_person('bea@example.com');"
        " print('/sign-in/' + people.make_sign_in_link(person))"
    )
    return signed_in_elsewhere(room.site, "shell", "-c", make)


def signed_in_elsewhere(site: Site, *prints_a_link: str) -> Visitor:
    """Whoever the link is for that this command prints last."""
    made = manage(site.server.folder / "data", *prints_a_link)
    assert made.returncode == 0, made.stderr
    visitor = Visitor(site.server.url)
    visitor.sign_in(urlsplit(made.stdout.split()[-1]).path)
    return visitor
