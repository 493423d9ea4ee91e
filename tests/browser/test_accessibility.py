"""axe finds nothing on any page: light and dark, wide and phone, with a pending suggestion and an open dialog."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.browser.conftest import Room, Site, open_room, signed_in

AXE = Path(__file__).parents[2] / "static" / "node_modules" / "axe-core" / "axe.min.js"
RULES = """() => axe.run().then(({ violations }) => violations.map(({ id, help, nodes }) =>
  `${id}: ${help}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`))"""
SCREENS: dict[str, dict[str, Any]] = {
    "wide and light": {"viewport": {"width": 1280, "height": 800}, "color_scheme": "light"},
    "wide and dark": {"viewport": {"width": 1280, "height": 800}, "color_scheme": "dark"},
    "phone and light": {"viewport": {"width": 390, "height": 844}, "color_scheme": "light", "has_touch": True},
    "phone and dark": {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark", "has_touch": True},
}


def violations(page: Page) -> list[str]:
    """What axe finds on the page as it stands. It is put in past the page's own policy for scripts."""
    page.evaluate(AXE.read_text())
    return list(page.evaluate(RULES))


@pytest.fixture(params=SCREENS)
def screen(request: pytest.FixtureRequest, new_context: Callable[..., BrowserContext]) -> BrowserContext:
    """Without motion: halfway through a fade anything is too pale."""
    return new_context(**SCREENS[request.param], reduced_motion="reduce")


def test_the_pages_round_the_document(demo_site: Site, screen: BrowserContext) -> None:
    page = screen.new_page()
    url = demo_site.server.url
    page.goto(f"{url}/sign-in/")
    assert violations(page) == []
    signed_in(screen, demo_site.owner)
    for path in ("/", "/account/", "/nowhere"):
        page.goto(f"{url}{path}")
        assert violations(page) == [], path


def test_a_room_with_a_suggestion_that_waits(demo_site: Site, screen: BrowserContext) -> None:
    room: Room = open_room(demo_site, screen, "axe", 2)
    room.owner.improve(room.paragraphs[0])
    room.owner.suggestion_waits()
    assert violations(room.owner.page) == []
    assert violations(room.guest.page) == []


def test_the_menu_and_the_share_dialog(demo_site: Site, screen: BrowserContext) -> None:
    room: Room = open_room(demo_site, screen, "axe menu", 1)
    page = room.owner.page
    page.get_by_role("button", name="Menu", exact=True).click()
    assert violations(page) == []
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Share", exact=True).click()
    page.get_by_role("button", name="Copy view link").click()
    assert violations(page) == []
