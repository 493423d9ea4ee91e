"""Nothing in the page needs what its content security policy forbids: inline scripts and inline styles."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, ConsoleMessage, expect

from tests.browser.conftest import Room, Site, open_room

TABLE = """<p style="color: red"><span style="font-weight: 700">bold</span></p>
<table style="width: 50%"><colgroup><col style="width: 90px"></colgroup>
<tr><td colspan="1" style="width: 90px">cell</td></tr></table>"""
PASTE = """(html) => {
  const data = new DataTransfer();
  data.setData("text/html", html);
  document.querySelector(".ProseMirror").dispatchEvent(
    new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}"""
ADMIN = ("", "editor/document/", "copilot/run/", "editor/user/")


@pytest.fixture
def refused(context: BrowserContext) -> list[str]:
    """What the browser says it has refused."""
    said: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            said.append(f"{message.page.url if message.page else ''}: {message.text}")

    context.on("console", hear)
    return said


def test_writing_pasting_tables_carets_and_suggestions(
    demo_site: Site, context: BrowserContext, refused: list[str]
) -> None:
    room: Room = open_room(demo_site, context, "policy", 2)
    page = room.owner.page
    room.owner.caret(room.paragraphs[0], 0)
    page.evaluate(PASTE, TABLE)
    expect(page.locator(".ProseMirror td")).to_have_text("cell")
    expect(page.locator(".ProseMirror strong")).to_have_text("bold")
    refused.clear()  # what was pasted had styles, and the browser says so
    room.guest.caret(room.paragraphs[1], 3)
    room.guest.select(room.paragraphs[1])
    expect(page.locator(".ProseMirror [class*=cursor]").first).to_be_attached()
    run = room.owner.improve(room.paragraphs[1])
    room.owner.suggestion_waits()
    room.owner.has_ended(run)
    room.owner.saved()
    room.owner.reload()
    expect(page.locator(".ProseMirror td")).to_have_text("cell")
    assert refused == []


def test_the_other_pages_and_the_admin(demo_site: Site, context: BrowserContext, refused: list[str]) -> None:
    room: Room = open_room(demo_site, context, "policy of the admin", 1)
    page = room.owner.page
    room.owner.has_ended(room.owner.improve(room.paragraphs[0]))
    for path in ("/", "/account/", *(f"/admin/{each}" for each in ADMIN)):
        page.goto(demo_site.server.url + path)
        expect(page.locator("h1").first).to_be_visible()
    page.goto(f"{demo_site.server.url}/admin/copilot/run/")
    page.locator("#result_list th a[href*=change]").first.click()
    expect(page.locator(".timeline")).to_be_visible()
    assert page.locator(".timeline").evaluate("(each) => getComputedStyle(each).maxWidth") != "none"
    context.clear_cookies()
    page.goto(f"{demo_site.server.url}/sign-in/")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert refused == []
