"""Point 9: the npm package y-websocket, unchanged, in one room with a browser."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.browser.conftest import Site, signed_in
from tests.browser.window import Window, words
from tests.live.conftest import House
from tests.live.test_stock_client import trace


def lines(window: Window) -> str:
    return window.text().replace("\n\n", "\n")


def test_what_stock_clients_and_a_browser_type_at_once_converges(demo_site: Site, context: BrowserContext) -> None:
    house = House(demo_site.server, demo_site.owner)
    document = demo_site.owner.new_document()
    window = Window(signed_in(context, demo_site.owner), f"{demo_site.server.url}/documents/{document}")
    typed = words("beside stock clients", 30)
    window.write("Here: ")
    with ThreadPoolExecutor(1) as beside:
        stock = beside.submit(house.stock, "converge", document)
        window.type(typed)
        found = stock.result()
    window.sees("while you were away")
    window.saved()
    assert found["a"] == found["b"]
    assert lines(window) == house.text(document) == f"{found['a']}\nHere: {typed}"


@pytest.mark.skipif(trace() is None, reason="the recorded trace is not beside the project")
def test_the_keystrokes_of_two_authors_end_in_their_text_in_the_browser(
    demo_site: Site, context: BrowserContext
) -> None:
    house = House(demo_site.server, demo_site.owner)
    document = demo_site.owner.new_document()
    window = Window(signed_in(context, demo_site.owner), f"{demo_site.server.url}/documents/{document}")
    found = house.stock("trace", document, str(trace()), patience=300)
    assert found["texts"] == [found["end"]] * len(found["texts"])
    assert house.text(document) == found["end"]
    script = "(end) => window.scriptorium.editor.state.doc.textContent === end"
    window.page.wait_for_function(script, arg=found["end"], timeout=120_000)
    window.reload()
    expect(window.page.locator("#save-state")).to_have_attribute("data-state", "saved")
    assert window.page.evaluate(script, found["end"])
