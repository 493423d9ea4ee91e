"""What a page says of what is saved, and the sentences above its text."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.window import Window


def says(page: Page, words: str) -> None:
    expect(page.locator("#save-state")).to_have_text(words)


def unsaved(page: Page) -> int:
    """How many changes are not saved; keys that come fast may be one change."""
    return int(page.evaluate("() => window.scriptorium.room.saveState().unsaved"))


def count(page: Page) -> int:
    """How many changes are not saved, which the page says."""
    found = unsaved(page)
    assert found > 1
    says(page, f"{found} changes not saved, offline")
    return found


def offline(window: Window) -> None:
    expect(window.page.locator("#save-state")).to_have_attribute("data-state", "offline")


def notice(page: Page, sentence: str) -> None:
    expect(page.locator("#notices")).to_contain_text(sentence)


def no_notice(page: Page) -> None:
    expect(page.locator("#notices")).to_have_text("")


def downloaded(page: Page) -> str:
    """The text of the version that the page offers to take away."""
    with page.expect_download() as download:
        page.get_by_role("button", name="Download its text").first.click()
    return Path(download.value.path()).read_text()
