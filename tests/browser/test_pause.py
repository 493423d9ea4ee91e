"""Point 7: nobody is there, so the copilot pauses; somebody comes back, and it goes on."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest
from playwright.sync_api import BrowserContext

from tests.browser.conftest import MODELS, Room, Site, open_room
from tests.browser.window import Window
from tests.running.ports import until

REQUEST = "Please write a checklist of this document, at length"
SHORT = {"GRACE_GONE_SECONDS": "1", "GRACE_HIDDEN_SECONDS": "1"}
HIDE = """(hidden) => {
  Object.defineProperty(document, "visibilityState", { value: hidden ? "hidden" : "visible", configurable: true });
  Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}"""


@pytest.fixture(scope="module", params=MODELS)
def site(request: pytest.FixtureRequest, new_site: Callable[..., Site]) -> Site:
    return new_site(request.param, **SHORT)


def state(room: Room, run: str) -> str:
    return str(room.site.server.database.one("SELECT state FROM copilot_run WHERE id = ?", UUID(run)))


def is_paused(room: Room, run: str) -> None:
    until("the run to pause", lambda: state(room, run) == "paused")
    if room.site.provider:
        assert room.site.provider.last_closed()["closed_by"] == "client"


def test_when_all_windows_are_closed_the_run_pauses_and_goes_on_when_somebody_comes_back(
    site: Site, context: BrowserContext
) -> None:
    room = open_room(site, context, "closing", paragraphs=20)
    run = room.owner.ask(REQUEST)
    room.guest.wait_for_answer(run, 100)
    room.owner.close()
    room.guest.close()
    is_paused(room, run)
    back = Window(context, room.url)
    kept = str(back.run(run)["answer"])
    back.run_is(run, "completed")
    ended = back.run(run)
    assert str(ended["answer"]).startswith(kept[:100])
    assert len(str(ended["answer"])) > len(kept)
    assert ended["note"], "it says that it paused"


def test_when_all_windows_are_hidden_the_run_pauses_and_goes_on_when_one_is_shown(
    site: Site, context: BrowserContext
) -> None:
    room = open_room(site, context, "hiding", paragraphs=20)
    run = room.owner.ask(REQUEST)
    room.guest.wait_for_answer(run, 100)
    for window in (room.owner, room.guest):
        window.page.evaluate(HIDE, True)
    is_paused(room, run)
    room.guest.page.evaluate(HIDE, False)
    for window in (room.owner, room.guest):
        window.run_is(run, "completed")
