"""Point 10, from outside: the owner finds the admin, sees what happened, and comes from there into the room."""

from __future__ import annotations

import re

from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import Site, open_room
from tests.browser.window import document_of


def open_admin(page: Page) -> None:
    page.get_by_role("button", name="Menu", exact=True).click()
    page.get_by_role("link", name="Admin", exact=True).click()
    page.wait_for_url("**/admin/")


def test_the_owner_finds_the_admin_in_the_menu_and_a_run_there_leads_into_its_room(
    demo_site: Site, context: BrowserContext
) -> None:
    room = open_room(demo_site, context, "admin")
    room.owner.has_ended(room.owner.improve(room.paragraphs[0]))
    page = room.owner.page
    open_admin(page)
    page.goto(f"{demo_site.server.url}/admin/copilot/run/?q={room.document}")
    row = page.locator("#result_list tbody tr")
    expect(row).to_have_count(1)
    expect(row).to_contain_text(re.compile("completed", re.IGNORECASE))
    row.locator(f'a[href*="{room.document}"]').last.click()
    page.wait_for_function("() => window.scriptorium?.editor")
    assert document_of(page) == room.document


def test_a_history_has_no_button_to_add_change_or_delete(demo_site: Site, context: BrowserContext) -> None:
    room = open_room(demo_site, context, "history")
    room.owner.has_ended(room.owner.improve(room.paragraphs[0]))
    suggestion = room.owner.suggestion_waits()
    room.owner.suggestion().get_by_role("button", name="Accept", exact=True).click()
    room.owner.verdict_is(suggestion, "accepted")
    page = room.owner.page
    for history in ("copilot/run", "copilot/toolcall", "editor/decision"):
        page.goto(f"{demo_site.server.url}/admin/{history}/")
        expect(page.locator("#result_list")).to_be_visible()
        expect(page.locator(".addlink, select[name=action] option[value=delete_selected]")).to_have_count(0)
        page.locator("#result_list tbody th a").first.click()
        expect(page.locator("input[name=_save], .deletelink")).to_have_count(0)
