"""Point 11: a model behind an endpoint, what it is asked, and what the room sees when it does not answer."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import BrowserContext, expect

from tests.browser.conftest import Room, Site, open_room
from tests.browser.window import Window, words
from tests.running.ports import free_port
from tests.running.server import Provider


def test_a_follow_up_question_sees_the_turn_before(room: Room) -> None:
    first = f"Tell me about {words(room.site.model, 3)}"
    room.owner.has_ended(room.owner.ask(first))
    run = room.guest.ask("What did I ask before?")
    room.guest.run_is(run, "completed")
    assert first.rstrip(".") in str(room.owner.run(run)["answer"])


def test_the_page_says_whether_it_is_the_demo(room: Room) -> None:
    demo = room.owner.page.get_by_text("Demo copilot")
    expect(demo).to_have_count(1 if room.site.model == "demo" else 0)


def sentence_of_failure(site: Site, context: BrowserContext) -> str:
    room = open_room(site, context, "failing", paragraphs=1)
    run = room.owner.ask("Tell me about this")
    for window in (room.owner, room.guest):
        window.run_is(run, "failed", patience=90)
        expect(window.page.locator("#room-bar")).to_be_hidden()
    shown = room.guest.run_view(run).inner_text()
    assert "Traceback" not in shown
    assert str(room.guest.run(run)["error"]) in shown
    return str(room.guest.run(run)["error"])


def test_a_wrong_key_shows_in_the_room_as_a_sentence(new_site: Callable[..., Site], context: BrowserContext) -> None:
    site = new_site("openai")
    assert isinstance(site.provider, Provider)
    site.provider.behave(key="another key")
    sentence = sentence_of_failure(site, context)
    assert re.search(r"\bkey\b", sentence)
    assert sentence.endswith(".")
    assert "a key of the tests" not in sentence
    assert "a key of the tests" not in site.server.printed()


def test_an_unreachable_endpoint_shows_in_the_room_as_a_sentence(
    new_site: Callable[..., Site], context: BrowserContext
) -> None:
    nobody = f"http://127.0.0.1:{free_port()}/v1"
    site = new_site("demo", OPENAI_API_KEY="a key of the tests", OPENAI_BASE_URL=nobody)
    sentence = sentence_of_failure(site, context)
    assert sentence.endswith(".")
    assert "safe" in sentence or "again" in sentence


def test_the_model_is_told_the_words_that_are_selected(new_site: Callable[..., Site], context: BrowserContext) -> None:
    site = new_site("openai")
    room = open_room(site, context, "told")
    room.owner.improve(room.paragraphs[1])
    room.owner.suggestion_waits()
    assert site.provider
    asked = str(site.provider.requests()[0]["messages"])
    assert room.paragraphs[1][:30] in asked
    assert room.owner.own_name() in asked


def test_a_text_that_looks_like_markup_is_shown_as_text(demo_site: Site, context: BrowserContext) -> None:
    room = open_room(demo_site, context, "markup", paragraphs=1)
    run = room.owner.ask("<img src=x onerror=alert(1)> & <b>bold</b>")
    window: Window = room.guest
    window.has_ended(run)
    expect(window.run_view(run)).to_contain_text("<img src=x onerror=alert(1)> & <b>bold</b>")
    window.reload()
    expect(window.run_view(run)).to_contain_text("<img src=x onerror=alert(1)> & <b>bold</b>")
    assert window.run_view(run).locator("img, b").count() == 0
