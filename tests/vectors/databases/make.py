"""Makes a small database of this version, and says what is in it: `python -m tests.vectors.databases.make NAME`."""

from __future__ import annotations

import json
import sqlite3
import sys
import tempfile
import uuid
from contextlib import closing
from pathlib import Path
from typing import Any

from editor.room import render, session
from editor.room.replica import Replica
from editor.wire.known import decode_state_vector
from tests.running.seat import Seat, seat
from tests.running.server import Database, Server
from tests.running.visitor import Visitor

HERE = Path(__file__).resolve().parent


def told(content: Replica, room_session: Replica) -> dict[str, Any]:
    """What must not change: text and HTML as people read them, and what each client has written."""
    return {
        "text": render.text(content),
        "html": render.html(content),
        "content": clocks(content),
        "session": clocks(room_session),
        "runs": session.read_all(room_session, "runs"),
        "suggestions": session.read_all(room_session, "suggestions"),
    }


def clocks(replica: Replica) -> dict[str, int]:
    return {str(client): clock for client, clock in sorted(decode_state_vector(replica.state_vector()).items())}


def documents(database: Database) -> list[uuid.UUID]:
    return [uuid.UUID(str(row[0])) for row in database.rows("SELECT id FROM editor_document ORDER BY created, id")]


def read(server: Server) -> dict[str, Any]:
    """What a signed-in owner is sent of each document."""
    owner = Visitor(server.url)
    owner.sign_in(server.owner_link)
    found = {}
    for document in documents(server.database):
        with seat(server.url, document, cookie=owner.cookie) as taken:
            taken.greet()
            taken.catch_up()
            found[str(document)] = told(taken.content, taken.session)
    return found


def use(taken: Seat) -> None:
    """A run with suggestions, one accepted and one rejected, and an invitation that was confirmed."""
    taken.greet()
    run = taken.ask("ask", text="Improve this document")["run"]
    taken.until_session(lambda room: room["runs"].get(run, {}).get("state") == "completed")
    waiting = [key for key, each in taken.read_session()["suggestions"].items() if each["status"] == "pending"]
    for key, verdict in zip(waiting, ("accept", "reject"), strict=False):
        answer = taken.ask("decide_suggestion", suggestion=key, verdict=verdict)
        assert answer["type"] == "ack", answer
    run = taken.ask("ask", text="Please invite ada@example.com as viewer")["run"]
    taken.until_session(lambda room: bool(room["confirmations"]))
    (question,) = taken.read_session()["confirmations"]
    assert taken.ask("decide_confirmation", confirmation=question, verdict="approve")["type"] == "ack"
    taken.until_session(lambda room: room["runs"].get(run, {}).get("state") == "completed")


def make(name: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder), COPILOT_DEMO_WORDS_A_SECOND="500")
        server.start()
        try:
            (sample,) = documents(server.database)
            guest = Visitor(server.url).guest(server.guest_link)
            with seat(server.url, sample, guest_pass=guest["pass"]) as taken:
                use(taken)
            expected = read(server)
        finally:
            server.stop()
        target = HERE / f"{name}.sqlite3"
        target.unlink(missing_ok=True)
        with closing(sqlite3.connect(str(server.database.place))) as database:
            database.execute("DELETE FROM django_session")
            database.commit()
            database.execute("VACUUM INTO ?", [str(target)])
        (HERE / f"{name}.json").write_text(json.dumps(expected, indent=1, ensure_ascii=False, sort_keys=True) + "\n")


if __name__ == "__main__":
    make(sys.argv[1])
