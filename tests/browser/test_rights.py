"""Point 8: a viewer sees everything and changes nothing; a stranger gets nothing. The server refuses, not the page."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, expect
from websockets.exceptions import InvalidStatus

from editor.room.replica import Replica
from tests.browser.conftest import Room, Site, open_room
from tests.browser.window import Window, words
from tests.running.seat import Seat, seat
from tests.running.visitor import Visitor

COMMANDS = {
    "ask": {"text": "Improve this"},
    "rename_document": {"title": "Another"},
    "stop": {"run": str(uuid.uuid4())},
    "decide_suggestion": {"suggestion": str(uuid.uuid4()), "verdict": "accept"},
    "undo_decision": {"decision": str(uuid.uuid4())},
    "decide_confirmation": {"confirmation": str(uuid.uuid4()), "verdict": "approve"},
    "invitation_link": {"invitation": str(uuid.uuid4())},
}


@pytest.fixture
def room(demo_site: Site, context: BrowserContext, request: pytest.FixtureRequest) -> Room:
    return open_room(demo_site, context, request.node.name)


@pytest.fixture
def viewer_link(room: Room) -> str:
    return room.site.owner.link(room.document, "viewer")


@pytest.fixture
def viewer_seat(room: Room, viewer_link: str) -> Iterator[Seat]:
    server = room.site.server.url
    with seat(server, room.document, guest_pass=Visitor(server).guest(viewer_link)["pass"]) as taken:
        taken.greet()
        yield taken


def test_a_viewer_sees_text_suggestion_and_answer_and_has_nothing_to_press(room: Room, viewer_link: str) -> None:
    viewer = Window(room.context, viewer_link)
    typed = words("seen by the viewer", 3)
    room.owner.caret(room.paragraphs[0], 0)
    room.owner.type(typed)
    viewer.sees(typed)
    run = room.owner.improve(room.paragraphs[1])
    viewer.suggestion_waits()
    expect(viewer.page.locator(".ProseMirror .suggestion-new").first).to_be_visible()
    room.owner.has_ended(run)
    expect(viewer.run_view(run).locator(".answer")).to_have_text(str(room.owner.run(run)["answer"]))
    assert viewer.body.get_attribute("contenteditable") == "false"
    for name in ("Accept", "Reject", "Improve", "Share", "Stop"):
        expect(
            viewer.page.get_by_role("button", name=name, exact=True).and_(viewer.page.locator(":visible"))
        ).to_have_count(0)
    expect(viewer.page.get_by_label("Ask the copilot", exact=True)).to_be_disabled()
    before = room.owner.text()
    viewer.body.click()
    viewer.type("x")
    assert viewer.text() == before


@pytest.mark.parametrize("command", COMMANDS)
def test_a_viewers_command_is_refused_by_the_server(viewer_seat: Seat, command: str) -> None:
    answer = viewer_seat.ask(command, **COMMANDS[command])
    assert (answer["type"], answer["code"]) == ("nack", "forbidden")


def test_a_viewers_update_closes_the_socket_and_changes_nothing(room: Room, viewer_seat: Seat) -> None:
    rows = room.site.server.database.count("editor_journalrow")
    room.owner.text()
    foreign = Replica()
    foreign.section("content").put("a", {"b": 1})
    update = foreign.take_edits()
    assert update
    viewer_seat.send_update(update)
    assert viewer_seat.until_closed() == 4403
    assert room.site.server.database.count("editor_journalrow") == rows


def test_a_viewer_may_neither_share_nor_rename_over_http(room: Room, viewer_link: str) -> None:
    viewer = Visitor(room.site.server.url)
    viewer.guest(viewer_link)
    for path, fields in (("links", {"role": "editor"}), ("rename", {"title": "Another"})):
        answer = viewer.post(f"/documents/{room.document}/{path}", as_json=fields)
        assert answer.status in {401, 403, 404} or "/sign-in" in answer.url


def test_a_stranger_gets_nothing_over_http(room: Room) -> None:
    stranger = Visitor(room.site.server.url)
    for path in (f"/documents/{room.document}", "/admin/", "/join/not-a-link", "/"):
        answer = stranger.get(path)
        assert answer.status in {403, 404} or "sign-in" in answer.url or "login" in answer.url, path
        assert room.paragraphs[0][:20] not in answer.text


@pytest.mark.parametrize("guest_pass", ["", "made-up"])
def test_a_stranger_gets_nothing_over_the_socket(room: Room, guest_pass: str) -> None:
    assert closed_at_once(room, guest_pass=guest_pass) in {4401, 4403}


def test_a_signed_in_person_without_a_grant_gets_nothing_over_the_socket(room: Room) -> None:
    other = room.site.owner.new_document()
    guest = Visitor(room.site.server.url)
    made = guest.guest(room.site.owner.link(other, "editor"))
    assert closed_at_once(room, guest_pass=made["pass"]) == 4403


def test_a_foreign_page_gets_nothing_over_the_socket_with_the_owners_cookie(room: Room) -> None:
    assert closed_at_once(room, cookie=room.site.owner.cookie, origin="http://elsewhere.example") == 4403


def closed_at_once(room: Room, **options: str) -> int:
    """The close code, or the refused handshake's status, which a browser shows as no more than a failure."""
    try:
        with seat(room.site.server.url, room.document, **options) as taken:
            code = taken.until_closed()
            assert not taken.messages
            return code
    except InvalidStatus as refused:
        return {401: 4401, 403: 4403}.get(refused.response.status_code, refused.response.status_code)
