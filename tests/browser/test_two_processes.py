"""Point 12: two server processes on PostgreSQL and Redis are one Scriptorium."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.browser.conftest import Room, Site, open_room, signed_in
from tests.browser.window import Window, words
from tests.running.server import Server
from tests.running.visitor import Visitor


@dataclass
class Pair:
    """The owner is at the first process, the guest at the second."""

    first: Server
    second: Server
    room: Room


@pytest.fixture(scope="module")
def servers(
    tmp_path_factory: pytest.TempPathFactory, postgres_url: str, redis_url: str
) -> Iterator[tuple[Server, Server]]:
    folder = tmp_path_factory.mktemp("processes")
    shared = {"REDIS_URL": redis_url, "SECRET_KEY": "shared by both", "COPILOT_DEMO_WORDS_A_SECOND": "50"}
    first, second = (Server(folder, database_url=postgres_url, **shared) for _ in range(2))
    try:
        first.start()
        second.start()
        yield first, second
    finally:
        first.stop()
        second.stop()


@pytest.fixture
def pair(servers: tuple[Server, Server], context: BrowserContext, request: pytest.FixtureRequest) -> Pair:
    first, second = servers
    owner = Visitor(first.url)
    owner.sign_in(second.owner_link.replace(second.url, first.url))
    second.restart()
    room = open_room(Site(first, "demo", owner), context, request.node.name)
    room.guest.close()
    room.guest = Window(context, room.editor_link.replace(first.url, second.url))
    room.guest.sees(room.paragraphs[-1])
    return Pair(first, second, room)


def test_each_sees_what_the_other_types_at_the_other_process(pair: Pair) -> None:
    owner, guest = pair.room.owner, pair.room.guest
    by_owner, by_guest = words("across one", 3), words("across two", 3)
    owner.caret(pair.room.paragraphs[0], 0)
    owner.type(by_owner)
    guest.caret(pair.room.paragraphs[1], 0)
    guest.type(by_guest)
    for window in (owner, guest):
        window.sees(by_owner)
        window.sees(by_guest)
    expect(owner.person(guest.own_name())).to_be_visible()
    expect(guest.person(owner.own_name())).to_be_visible()
    owner.saved()
    guest.saved()
    text = owner.text()
    assert guest.text() == text
    guest.reload()
    assert guest.text() == text


def test_a_suggestion_streams_to_both_processes_and_is_resolved_once(pair: Pair) -> None:
    room = pair.room
    room.owner.improve(room.paragraphs[1])
    waiting = {window.suggestion_waits() for window in (room.owner, room.guest)}
    assert len(waiting) == 1
    decide = """(suggestion) => {
      window.decided = window.scriptorium.room.command("decide_suggestion", { suggestion, verdict: "accept" })
        .then(() => "ack", (nack) => nack.code);
    }"""
    for window in (room.owner, room.guest):
        window.page.evaluate(decide, next(iter(waiting)))
    answers = [window.page.evaluate("() => window.decided") for window in (room.owner, room.guest)]
    assert sorted(answers) == ["ack", "already_resolved"]
    for window in (room.owner, room.guest):
        expect(window.body).not_to_contain_text(room.paragraphs[1])
    assert room.owner.text() == room.guest.text()
    assert pair.first.database.count("editor_decision", "document_id = ?", room.document) == 1


def test_a_confirmation_at_the_other_process_makes_one_invitation(pair: Pair) -> None:
    room = pair.room
    address = words(str(room.document), 1).rstrip(".").lower() + "@example.com"
    run = room.owner.ask(f"Please invite {address} as editor")
    card = room.guest.confirmation()
    expect(card.locator("dl")).to_contain_text(address)
    card.get_by_role("button", name="Confirm", exact=True).click()
    for window in (room.owner, room.guest):
        expect(window.confirmation()).to_contain_text(f"Confirmed by {room.guest.own_name()}")
        window.has_ended(run)
    assert pair.first.database.count("editor_invitation", "document_id = ?", room.document) == 1
    printed = pair.first.printed() + pair.second.printed()
    assert printed.count(f"To: {address}") == 1


def test_the_owner_is_signed_in_at_both_processes(pair: Pair, context: BrowserContext) -> None:
    signed_in(context, pair.room.site.owner)
    window = Window(context, pair.room.url.replace(pair.first.url, pair.second.url))
    assert window.page.evaluate("() => window.scriptorium.room.role()") == "owner"
