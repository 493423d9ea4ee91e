"""A person's window on a document, driven as a person would: keys, clicks and what is to be seen."""

from __future__ import annotations

import hashlib
import random
import re
import uuid
from typing import Any

from playwright.sync_api import BrowserContext, Locator, Page, expect

SELECT = """([quote, from, to]) => {
  const { editor } = window.scriptorium;
  let start = -1;
  editor.state.doc.descendants((node, pos) => {
    if (start < 0 && node.isTextblock && node.textContent.includes(quote))
      start = pos + 1 + node.textContent.indexOf(quote);
  });
  if (start < 0) throw new Error(`No text block holds ${quote}`);
  editor.view.focus();
  editor.commands.setTextSelection({ from: start + from, to: start + (to ?? quote.length) });
}"""
READY = "() => window.scriptorium?.editor && document.querySelector('#save-state').dataset.state === 'saved'"


def words(seed: str, count: int) -> str:
    """A sentence that no program has seen before, the same for the same seed."""
    chance = random.Random(seed)
    made = ["".join(chance.choice("bdfklmnprstvz") + chance.choice("aeiou") for _ in range(3)) for _ in range(count)]
    return " ".join(made).capitalize() + "."


def rough(seed: str, count: int) -> str:
    """Such a sentence with things to tidy: a word twice, two spaces, no capital."""
    first, second, *rest = words(seed, count)[:-1].lower().split()
    return f"{first} {second} {second}  {' '.join(rest)}."


class Window:
    """One tab, opened on `url` and ready to write."""

    def __init__(self, context: BrowserContext, url: str) -> None:
        self.page: Page = context.new_page()
        self.url = url
        self.page.goto(url)
        self.ready()

    def ready(self) -> None:
        """The editor stands, and everything is saved."""
        self.page.wait_for_function(READY)

    def reload(self) -> None:
        self.page.reload()
        self.ready()

    def close(self) -> None:
        self.page.close()

    # The text

    @property
    def body(self) -> Locator:
        return self.page.locator(".ProseMirror")

    def text(self) -> str:
        """The document's text, as the editor holds it: blocks are parted by two line breaks."""
        return str(self.page.evaluate("() => window.scriptorium.editor.getText()"))

    def hash(self) -> str:
        return hashlib.sha256(self.text().encode()).hexdigest()

    def caret(self, quote: str, offset: int = 0) -> None:
        """Put the caret `offset` characters into the first block text that reads `quote`."""
        self.page.evaluate(SELECT, [quote, offset, offset])

    def select(self, quote: str) -> None:
        self.page.evaluate(SELECT, [quote, 0, None])

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)

    def write(self, *paragraphs: str) -> None:
        """Paragraphs at the end of the document, each in a block of its own."""
        self.body.click()
        self.page.keyboard.press("Control+End")
        for number, paragraph in enumerate(paragraphs):
            if number:
                self.page.keyboard.press("Enter")
            self.page.keyboard.insert_text(paragraph)
        self.saved()

    def saved(self) -> None:
        expect(self.page.locator("#save-state")).to_have_attribute("data-state", "saved")

    def sees(self, text: str) -> None:
        expect(self.body).to_contain_text(text)

    # People

    def own_name(self) -> str:
        return str(self.page.evaluate("() => window.scriptorium.room.me().name"))

    def person(self, name: str) -> Locator:
        return self.page.locator("#participants [data-user-id]").filter(has_text=name)

    # The copilot

    def ask(self, request: str) -> str:
        """Write a request into the panel; the new run's id."""
        before = set(self.session()["runs"])
        self.page.get_by_label("Ask the copilot", exact=True).fill(request)
        self.page.get_by_role("button", name="Ask", exact=True).click()
        return self._new_run(before)

    def improve(self, quote: str) -> str:
        """Select the text and press Improve in the toolbar over it; the new run's id."""
        before = set(self.session()["runs"])
        self.select(quote)
        self.page.get_by_role("button", name="Improve", exact=True).click()
        return self._new_run(before)

    def _new_run(self, before: set[str]) -> str:
        script = "(old) => Object.keys(window.scriptorium.session.toJSON().runs).find((id) => !old.includes(id))"
        return str(self.page.wait_for_function(script, arg=list(before)).json_value())

    def session(self) -> dict[str, dict[str, dict[str, Any]]]:
        return dict(self.page.evaluate("() => window.scriptorium.session.toJSON()"))

    def run(self, run: str) -> dict[str, Any]:
        return self.session()["runs"].get(run, {})

    def run_view(self, run: str) -> Locator:
        return self.page.locator(f'[data-run-id="{run}"]')

    def run_is(self, run: str, state: str | re.Pattern[str], patience: float = 60) -> None:
        expect(self.run_view(run)).to_have_attribute("data-state", state, timeout=patience * 1000)

    def has_ended(self, run: str, patience: float = 60) -> None:
        self.run_is(run, re.compile("completed|cancelled|failed|superseded"), patience)

    def wait_for_answer(self, run: str, characters: int) -> None:
        script = "([id, n]) => (window.scriptorium.session.toJSON().runs[id]?.answer ?? '').length >= n"
        self.page.wait_for_function(script, arg=[run, characters])

    def suggestion(self) -> Locator:
        """The one suggestion's card."""
        return self.page.locator(".ProseMirror [data-suggestion-id]")

    def suggestion_waits(self) -> str:
        """Until the one open suggestion is whole; its id."""
        script = """() => Object.entries(window.scriptorium.session.toJSON().suggestions)
          .find(([, each]) => each.status === "pending")?.[0]"""
        found = str(self.page.wait_for_function(script).json_value())
        expect(self.page.locator(f'.ProseMirror [data-suggestion-id="{found}"]')).to_be_visible()
        return found

    def verdict_is(self, suggestion: str, verdict: str) -> None:
        script = "([id, v]) => window.scriptorium.session.toJSON().suggestions[id]?.verdict === v"
        self.page.wait_for_function(script, arg=[suggestion, verdict])

    def confirmation(self) -> Locator:
        return self.page.locator("[data-confirmation-id]")


def document_of(page: Page) -> uuid.UUID:
    """The document that a page shows."""
    return uuid.UUID(str(page.evaluate('() => JSON.parse(document.querySelector("#page-data").text).document.id')))
