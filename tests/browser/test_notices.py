"""Sentences above the text: they move no text under somebody who writes, hide none of it, and fit a phone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.browser.conftest import Site, open_room
from tests.browser.keeping import change
from tests.browser.saying import notice, offline
from tests.browser.test_accessibility import violations

SIZES: dict[str, dict[str, Any]] = {
    "wide": {"viewport": {"width": 1280, "height": 800}},
    "phone": {"viewport": {"width": 390, "height": 844}, "has_touch": True},
}
TOP = "() => document.querySelector('.ProseMirror > *').getBoundingClientRect().top"
NOTICES = "() => document.querySelector('#notices').getBoundingClientRect().toJSON()"


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("line", [0, 3], ids=["in the first line", "further down"])
def test_a_notice_moves_no_text_but_the_line_it_would_hide_and_fits(
    demo_site: Site, new_context: Callable[..., BrowserContext], size: str, line: int
) -> None:
    context = new_context(**SIZES[size])
    room = open_room(demo_site, context, f"notices {size} {line}", 6)
    page = room.owner.page
    page.evaluate("() => scrollTo(0, 0)")
    room.owner.caret(room.paragraphs[line], 0)
    demo_site.server.kill_9()
    offline(room.owner)
    room.owner.type("ab")
    before = page.evaluate(TOP)
    sql = "UPDATE editor_crdtdocument SET schema = 2 WHERE document_id = ? AND kind = 'content'"
    change(demo_site.server, sql, room.document)
    demo_site.server.start()
    notice(page, "kept in this browser")
    until_still(page)
    shown = page.evaluate(NOTICES)
    if line:
        assert page.evaluate(TOP) == pytest.approx(before, abs=1)
    else:
        assert page.evaluate(TOP) >= shown["bottom"]
    assert shown["left"] >= 0
    assert shown["right"] <= SIZES[size]["viewport"]["width"]
    page.evaluate("() => scrollTo(0, 0)")
    assert page.evaluate(TOP) >= shown["bottom"]
    assert violations(page) == []
    page.get_by_role("button", name="Dismiss").click()
    until_still(page)
    assert page.evaluate(TOP) == pytest.approx(before, abs=1)


def until_still(page: Page) -> None:
    """Two frames: what is laid out anew is painted."""
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
