"""Makes docs/images/two-windows.png: `python -m tests.browser.pictures`, and with a folder the other screens."""

from __future__ import annotations

import base64
import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.browser.conftest import FLAGS, PATIENCE_MS, signed_in
from tests.browser.window import Window, document_of
from tests.running.process import ROOT
from tests.running.server import Server
from tests.running.visitor import Visitor

WIDE = {"width": 1080, "height": 760}
PHONE = {"width": 390, "height": 844}
SIDE_BY_SIDE = """<body style="margin:0;display:flex;gap:16px;padding:16px;background:#d7d9dd">
<style>img{width:1080px;border-radius:8px;box-shadow:0 2px 12px #0003}</style>"""


def beside(browser: Browser, pictures: list[bytes], target: Path) -> None:
    """One picture of several windows."""
    page = browser.new_page(viewport={"width": 1080 * len(pictures) + 16 * (len(pictures) + 1), "height": 792})
    images = "".join(f'<img src="data:image/png;base64,{base64.b64encode(each).decode()}">' for each in pictures)
    page.set_content(SIDE_BY_SIDE + images)
    page.screenshot(path=target)
    page.close()


def improved(context: BrowserContext, server: Server) -> tuple[Window, Window]:
    """The sample document in two windows, with a suggestion that waits in both."""
    guest = Window(context, server.guest_link)
    owner = Window(context, f"{server.url}/documents/{document_of(guest.page)}")
    paragraph = owner.page.locator(".ProseMirror h2:has-text('Why now') + p")
    run = owner.improve(str(paragraph.text_content()))
    owner.has_ended(run)
    for window in (owner, guest):
        window.suggestion_waits()
    guest.caret("That paragraph", 4)
    return owner, guest


def screens(browser: Browser, server: Server, owner: Visitor, folder: Path) -> None:
    """The list, the document and a question, each light and dark, wide and on a phone."""
    for name, viewport in (("wide", WIDE), ("phone", PHONE)):
        for scheme in ("light", "dark"):
            options = {"viewport": viewport, "color_scheme": scheme}
            context = signed_in(browser.new_context(**options), owner)  # type: ignore[arg-type]
            context.set_default_timeout(PATIENCE_MS)
            page = context.new_page()
            page.goto(server.url)
            page.screenshot(path=folder / f"list-{name}-{scheme}.png")
            page.get_by_role("link", name="reading room").click()
            page.wait_for_function("() => window.scriptorium?.editor")
            page.wait_for_timeout(500)
            page.screenshot(path=folder / f"document-{name}-{scheme}.png")
            context.close()


def asked(window: Window, folder: Path) -> None:
    window.ask("Please invite ada@example.com as editor")
    expect(window.confirmation().get_by_role("button", name="Confirm", exact=True)).to_be_visible()
    window.page.screenshot(path=folder / "question-wide-light.png")


def two_windows(browser: Browser, owner: Window, guest: Window) -> None:
    target = ROOT / "docs/images/two-windows.png"
    target.parent.mkdir(parents=True, exist_ok=True)
    beside(browser, [shown(window.page) for window in (owner, guest)], target)


def shown(page: Page) -> bytes:
    page.evaluate("() => document.querySelector('.ProseMirror [data-suggestion-id]').scrollIntoView({block: 'center'})")
    page.wait_for_timeout(500)
    return page.screenshot()


def main(folder: Path | None) -> None:
    with tempfile.TemporaryDirectory() as data, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(FLAGS))
        server = Server(Path(data), COPILOT_DEMO_WORDS_A_SECOND="200")
        server.start()
        try:
            visitor = Visitor(server.url)
            visitor.sign_in(server.owner_link)
            context = signed_in(browser.new_context(viewport=WIDE, device_scale_factor=1), visitor)  # type: ignore[arg-type]
            context.set_default_timeout(PATIENCE_MS)
            owner, guest = improved(context, server)
            two_windows(browser, owner, guest)
            if folder:
                asked(owner, folder)
                screens(browser, server, visitor, folder)
        finally:
            server.stop()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
