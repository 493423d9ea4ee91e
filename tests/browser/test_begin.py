"""Point 0: a list of documents, sharing, and guests with a name and a colour of their own."""

from __future__ import annotations

import re
import urllib.parse
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import Site, signed_in
from tests.browser.window import Window, document_of, words
from tests.running.visitor import Visitor


def colour_of(window: Window) -> str:
    return str(window.page.evaluate("() => window.scriptorium.room.me().colour"))


def rename_in_list(page: Page, old: str, new: str) -> None:
    page.get_by_role("button", name=f"Rename {old}", exact=True).click()
    page.get_by_label("Document title").fill(new)
    page.get_by_role("dialog").get_by_role("button", name="Rename", exact=True).click()


def test_the_owner_link_is_spent_by_the_button_and_not_by_a_preview(demo_site: Site, context: BrowserContext) -> None:
    demo_site.server.restart()
    link = demo_site.server.owner_link
    assert Visitor(demo_site.server.url).get(link).status == 200
    page = context.new_page()
    page.goto(link)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(lambda url: "sign-in" not in url)
    page.goto(link)
    expect(page.get_by_role("heading", level=1)).to_contain_text("used")


def test_the_owner_makes_a_document_and_renames_it_in_the_list_and_in_the_page(
    demo_site: Site, context: BrowserContext
) -> None:
    page = signed_in(context, demo_site.owner).new_page()
    page.goto(demo_site.server.url)
    page.get_by_role("button", name="New document").click()
    page.wait_for_function("() => window.scriptorium?.editor")
    document = document_of(page)
    first, second = words("first title", 3), words("second title", 3)
    page.get_by_label("Document title").fill(first)
    page.get_by_label("Document title").press("Enter")
    expect(page).to_have_title(re.compile(re.escape(first)))
    page.goto(demo_site.server.url)
    rename_in_list(page, first, second)
    expect(page.get_by_role("link", name=second)).to_be_visible()
    assert demo_site.server.database.document(second) == document


@pytest.mark.parametrize(("button", "field", "role"), [("edit", "Edit", "editor"), ("view", "View", "viewer")])
def test_share_copies_a_link_by_which_a_guest_joins(
    demo_site: Site, new_context: Callable[..., BrowserContext], button: str, field: str, role: str
) -> None:
    context = signed_in(new_context(permissions=["clipboard-read", "clipboard-write"]), demo_site.owner)
    owner = Window(context, f"{demo_site.server.url}/documents/{demo_site.owner.new_document()}")
    owner.page.get_by_role("button", name="Share", exact=True).click()
    owner.page.get_by_role("button", name=f"Copy {button} link").click()
    shown = owner.page.get_by_label(f"{field} link", exact=True)
    expect(shown).to_be_visible()
    copied = owner.page.evaluate("() => navigator.clipboard.readText()")
    assert copied == shown.input_value()
    guest = Window(context, copied)
    assert guest.page.evaluate("() => window.scriptorium.room.role()") == role


def test_a_guest_has_a_distinct_name_and_colour_at_once_and_changes_the_name_in_place_seen_by_all(
    demo_site: Site, context: BrowserContext
) -> None:
    document = demo_site.owner.new_document()
    owner = Window(signed_in(context, demo_site.owner), f"{demo_site.server.url}/documents/{document}")
    link = demo_site.owner.link(document, "editor")
    first, second = Window(context, link), Window(context, link)
    everyone = [owner, first, second]
    assert len({window.own_name() for window in everyone}) == 3
    assert len({colour_of(window) for window in everyone}) == 3
    expect(owner.person(first.own_name())).to_be_visible()
    name = words("a new name", 2).rstrip(".")
    first.page.get_by_role("button", name=f"Your name: {first.own_name()}").click()
    first.page.get_by_label("Your name", exact=True).fill(name)
    first.page.get_by_label("Your name", exact=True).press("Enter")
    for window in everyone:
        expect(window.person(name)).to_be_visible()


def test_two_links_in_two_tabs_of_one_browser_are_two_people_also_after_a_reload(
    demo_site: Site, context: BrowserContext
) -> None:
    server = demo_site.server
    server.restart()
    page = context.new_page()
    page.goto(server.owner_link)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(lambda url: "sign-in" not in url)
    guest = Window(context, server.guest_link)
    owner = Window(context, f"{server.url}/documents/{document_of(guest.page)}")
    names = (owner.own_name(), guest.own_name())
    assert names[0] != names[1]
    for window in (owner, guest, owner):
        window.reload()
        assert (owner.own_name(), guest.own_name()) == names
    roles = [window.page.evaluate("() => window.scriptorium.room.role()") for window in (owner, guest)]
    assert roles == ["owner", "editor"]
    expect(owner.person(names[1])).to_be_visible()
    expect(guest.person(names[0])).to_be_visible()


def test_the_page_offers_a_second_window_as_a_guest(demo_site: Site, context: BrowserContext) -> None:
    document = demo_site.owner.new_document()
    owner = Window(signed_in(context, demo_site.owner), f"{demo_site.server.url}/documents/{document}")
    owner.page.get_by_role("button", name="Menu").click()
    with context.expect_page() as opened:
        owner.page.get_by_role("link", name="Open a second window as a guest").click()
    guest = opened.value
    guest.wait_for_function("() => window.scriptorium?.editor")
    assert guest.evaluate("() => window.scriptorium.room.me().kind") == "guest"
    assert document_of(guest) == document
    assert urllib.parse.urlsplit(guest.url).path.startswith("/join/")
