"""A crowd in one room (crowd.mjs), and somebody who keeps the copilot busy in it."""

from __future__ import annotations

import json
import subprocess
import threading
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.live.conftest import House
from tests.live.people import types, wait_for_saved
from tests.running.node import node
from tests.running.seat import Seat, seat

SCRIPT = Path(__file__).with_name("crowd.mjs")
SLOPPY = " ".join(['a  paragraph with "quotes" in it , that nobody has tidied  yet'] * 4)


class Crowd:
    def __init__(self, node: subprocess.Popen[str]) -> None:
        self._node = node

    def act(self, seconds: float) -> dict[str, Any]:
        """Let them; what they have done so far, when all of it is saved and everybody has the same."""
        assert self._node.stdin
        assert self._node.stdout
        self._node.stdin.write(f"act {seconds}\n")
        self._node.stdin.flush()
        answer = self._node.stdout.readline()
        assert answer, "the crowd has ended"
        return dict(json.loads(answer))


@contextmanager
def crowd(house: House, document: uuid.UUID, passes: Sequence[str], seed: int, pause: int) -> Iterator[Crowd]:
    plan = {"url": house.socket, "room": str(document), "passes": list(passes), "seed": seed, "pause": pause}
    with node(SCRIPT, plan) as process:
        yield Crowd(process)


class Asker:
    """Asks for a suggestion, watches it stream, decides it, and asks again, until told to stop."""

    def __init__(self, house: House, document: uuid.UUID) -> None:
        self._house = house
        self._document = document
        self._enough = threading.Event()
        self._thread = threading.Thread(target=self._ask)
        self.decided: list[str] = []
        """The verdicts, in order."""
        self.session: dict[str, dict[str, dict[str, Any]]] = {}
        """What the copilot has done, as it was sent here piece by piece."""
        self.failed: BaseException | None = None

    def __enter__(self) -> Asker:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()

    def stop(self) -> None:
        self._enough.set()
        self._thread.join()
        if self.failed:
            raise self.failed

    def _ask(self) -> None:
        try:
            with seat(self._house.server.url, self._document, cookie=self._house.owner.cookie) as asker:
                asker.greet()
                asker.catch_up()
                while not self._enough.is_set():
                    self._once(asker)
                self.session = asker.read_session()
        except BaseException as error:
            self.failed = error

    def _once(self, asker: Seat) -> None:
        types(asker, SLOPPY)
        wait_for_saved(asker, asker.sent)
        chosen = {"block": None, "index": 0, "start": 0, "end": len(SLOPPY), "quote": SLOPPY}
        run = _insist(asker, "ask", text="Improve it", target={"ranges": [chosen]})["run"]
        asker.until_session(lambda room: room["runs"].get(run, {}).get("state") == "completed")
        for key, suggestion in asker.read_session()["suggestions"].items():
            if suggestion["status"] == "pending":
                verdict = ("accept", "reject")[len(self.decided) % 2]
                _insist(asker, "decide_suggestion", suggestion=key, verdict=verdict)
                self.decided.append(verdict)


def _insist(asker: Seat, kind: str, **fields: Any) -> dict[str, Any]:
    """Ask again where the document had too much to do."""
    while (answer := asker.ask(kind, **fields))["type"] == "nack":
        assert answer["code"] == "busy", answer
        time.sleep(0.2)
    return answer
