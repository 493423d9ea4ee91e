"""Who is here: faces that lead to where people are, a list where there are many, names at carets."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.browser.conftest import Room, Site, open_room
from tests.browser.test_accessibility import violations
from tests.browser.window import words
from tests.running.seat import seat
from tests.running.visitor import Visitor

CROWD = 9


@pytest.fixture
def room(demo_site: Site, new_context: Callable[..., BrowserContext], request: pytest.FixtureRequest) -> Room:
    return open_room(demo_site, new_context(reduced_motion="reduce"), request.node.name, 30)


def test_a_face_leads_to_where_that_person_is(room: Room) -> None:
    page = room.owner.page
    room.guest.caret(room.paragraphs[-1], 5)
    room.owner.caret(room.paragraphs[0], 0)
    page.evaluate("() => scrollTo(0, 0)")
    expect(page.locator(".ProseMirror-yjs-cursor")).not_to_be_in_viewport()
    face = page.get_by_role("list", name="People here").get_by_role("button", name=room.guest.own_name())
    face.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".ProseMirror-yjs-cursor")).to_be_in_viewport()
    expect(page.locator(".ProseMirror-yjs-cursor > div")).to_have_css("opacity", "1")


def test_a_name_shows_for_two_seconds_and_on_hover_and_a_caret_takes_no_click_from_the_text(room: Room) -> None:
    page = room.owner.page
    room.guest.caret(room.paragraphs[0], 12)
    name = page.locator(".ProseMirror-yjs-cursor > div")
    expect(name).to_have_text(room.guest.own_name())
    expect(name).to_have_css("opacity", "1")
    expect(name).to_have_css("opacity", "0")
    page.evaluate("() => scrollTo(0, 0)")
    box = page.locator(".ProseMirror-yjs-cursor").bounding_box()
    assert box
    place = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(*place)
    expect(name).to_have_css("opacity", "1")
    page.mouse.click(*place)
    room.owner.type(typed := words("at the caret of somebody else", 1))
    assert room.owner.text().count(typed) == 1, "and no key is lost"
    room.guest.sees(typed)


def test_of_a_crowd_a_few_faces_show_and_everybody_is_in_a_list(room: Room) -> None:
    page = room.owner.page
    with ExitStack() as stack:
        names = [room.guest.own_name()]
        for number in range(CROWD):
            guest = Visitor(room.site.server.url).guest(room.editor_link)
            one = stack.enter_context(seat(room.site.server.url, room.document, guest_pass=guest["pass"]))
            one.greet()
            one.send_presence(1000 + number, 1, {"cursor": None})
            names.append(guest["user"]["name"])
        more = page.get_by_role("button", name=f"{CROWD + 2 - 5} more people here")
        expect(more).to_be_visible()
        expect(page.locator("#participants > li")).to_have_count(5)
        more.focus()
        page.keyboard.press("Enter")
        everybody = page.get_by_role("group", name="Everybody here")
        for name in names:
            expect(everybody.get_by_role("button", name=name)).to_be_visible()
        assert violations(page) == []
        page.keyboard.press("Escape")
        expect(everybody).to_be_hidden()
    expect(more).to_be_hidden()
    expect(page.locator("#participants > li")).to_have_count(2)
