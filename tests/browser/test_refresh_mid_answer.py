"""Point 5: an answer that streams is the same text in every window, through reloads, latecomers and a crash."""

from __future__ import annotations

import hashlib
import random

from playwright.sync_api import BrowserContext

from tests.browser.conftest import Room, Site, open_room
from tests.browser.window import Window
from tests.running.ports import until

REQUEST = "Please write a checklist of this document, at length"
RELOADS = 10


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def sent(site: Site, run_answer: str) -> str:
    """What the model said: by the provider's own record, or by the row where the model is built in."""
    if site.provider is None:
        return run_answer
    return "".join(str(request["sent"]) for request in site.provider.requests()[-1:])


def kept_answer(room: Room) -> str:
    sql = "SELECT answer FROM copilot_run WHERE document_id = ?"
    return str(room.site.server.database.one(sql, room.document))


def test_after_reloads_at_ten_seeded_points_and_a_late_third_window_all_hold_what_was_sent(
    site: Site, context: BrowserContext
) -> None:
    room = open_room(site, context, "reloads", paragraphs=20)
    run = room.owner.ask(REQUEST)
    chance = random.Random(5)
    late: Window | None = None
    for number, point in enumerate(sorted(chance.sample(range(20, 1_500), RELOADS))):
        window = (room.owner, room.guest)[chance.randrange(2)]
        window.wait_for_answer(run, point)
        if number == RELOADS // 2:
            late = Window(context, room.editor_link)
        window.reload()
    assert late
    for window in (room.owner, room.guest, late):
        window.run_is(run, "completed")
    truth = sent(site, until("the answer's row", lambda: kept_answer(room)))
    assert len(truth) > 1_500
    for window in (room.owner, room.guest, late):
        assert digest(str(window.run(run)["answer"])) == digest(truth)
        assert digest(str(window.run_view(run).locator(".answer").text_content())) == digest(truth)
        window.reload()
        assert digest(str(window.run(run)["answer"])) == digest(truth)


def test_after_kill_9_mid_answer_the_run_goes_on_or_says_why_it_ended(site: Site, context: BrowserContext) -> None:
    room = open_room(site, context, "crash", paragraphs=20)
    run = room.owner.ask(REQUEST)
    room.guest.wait_for_answer(run, 200)
    site.server.kill_9()
    site.server.start()
    # The bound, 35 s, and 15 s for what is left of the answer at 50 words a second.
    for window in (room.owner, room.guest):
        window.has_ended(run, patience=50)
        ended = window.run(run)
        assert ended["state"] == "completed" or ended["error"]
        assert not str(window.run_view(run).inner_text()).rstrip().endswith(("...", "…"))
    assert room.owner.run(run) == room.guest.run(run)
