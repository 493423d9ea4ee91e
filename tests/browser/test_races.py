"""Point 3, races: two decisions are on their way before either answer is read, and one counts."""

from __future__ import annotations

import random
import uuid
from contextlib import ExitStack

from playwright.sync_api import BrowserContext

from tests.browser.conftest import Room, Site, open_room
from tests.running.seat import Seat, seat
from tests.running.visitor import Visitor

ROUNDS = 20


def effects(room: Room, suggestion: uuid.UUID) -> int:
    """Journal rows of the content that a decision on the suggestion has made."""
    sql = """SELECT count(*) FROM editor_decision d JOIN editor_crdtdocument c ON c.document_id = d.document_id
             JOIN editor_journalrow r ON r.crdt_id = c.id AND r.seq = d.seq
             WHERE c.kind = 'content' AND d.suggestion_id = ?"""
    return int(room.site.server.database.one(sql, suggestion))


def content_seq(room: Room) -> int:
    sql = "SELECT seq FROM editor_crdtdocument WHERE document_id = ? AND kind = 'content'"
    return int(room.site.server.database.one(sql, room.document))


def both_decide(room: Room, seats: tuple[Seat, Seat], verdicts: tuple[str, str], suggestion: uuid.UUID) -> str:
    """One round; the verdict that counted."""
    before = content_seq(room)
    sent = [
        one.command("decide_suggestion", suggestion=str(suggestion), verdict=verdict)
        for one, verdict in zip(seats, verdicts, strict=True)
    ]
    answers = [one.answer(command) for one, command in zip(seats, sent, strict=True)]
    codes = [answer.get("code", "ack") for answer in answers]
    assert sorted(codes) == ["ack", "already_resolved"], answers
    winner = codes.index("ack")
    assert answers[1 - winner]["by"] == answers[winner]["by"]
    rows = room.site.server.database.rows("SELECT verdict FROM editor_decision WHERE suggestion_id = ?", suggestion)
    counted = "accepted" if verdicts[winner] == "accept" else "rejected"
    assert rows == [(counted,)]
    assert effects(room, suggestion) <= 1
    assert content_seq(room) - before == 1, "the effect, or the mark's removal, is one row"
    again = seats[winner].ask("decide_suggestion", suggestion=str(suggestion), verdict=verdicts[winner])
    assert again["code"] == "already_resolved"
    return counted


def test_of_twenty_pairs_of_decisions_sent_before_either_answer_is_read_one_counts_each(
    site: Site, context: BrowserContext
) -> None:
    room = open_room(site, context, "races", paragraphs=ROUNDS)
    server = site.server.url
    chance = random.Random(3)
    with ExitStack() as stack:
        passes = [Visitor(server).guest(room.editor_link)["pass"] for _ in range(2)]
        first, second = (stack.enter_context(seat(server, room.document, guest_pass=each)) for each in passes)
        first.greet()
        second.greet()
        for paragraph in room.paragraphs:
            room.owner.improve(paragraph)
            suggestion = uuid.UUID(room.owner.suggestion_waits())
            verdicts = (chance.choice(("accept", "reject")), chance.choice(("accept", "reject")))
            counted = both_decide(room, (first, second), verdicts, suggestion)
            room.owner.verdict_is(str(suggestion), counted)
    assert room.site.server.database.count("editor_decision", "document_id = ?", room.document) == ROUNDS
