"""A client that stops reading costs the server next to nothing and the others nothing, whatever serves the socket."""

from __future__ import annotations

import json
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.live.conftest import House, open_house
from tests.running.node import node
from tests.running.ports import until
from tests.running.proxy import tls_in_front
from tests.running.server import Server
from tests.sizes import share

SCRIPT = Path(__file__).with_name("slow.mjs")
GROWTH = 2 * 2**20
WARM_UP = 6
ROUNDS = 3
"""What is kept for a stuck reader is kept in every round, some 20 MB; what the allocator holds back is not."""


class UnderUvicorn(Server):
    """The same application, served by uvicorn."""

    def __init__(self, folder: Path, **environment: str) -> None:
        super().__init__(folder, **environment)
        self.command = [sys.executable, "-m", "tests.running.under_uvicorn"]


class Writers:
    """slow.mjs: somebody who writes, somebody who reads along, and one who stops reading."""

    def __init__(self, typing: subprocess.Popen[str]) -> None:
        self._typing = typing

    def _say(self, line: str) -> str:
        assert self._typing.stdin
        assert self._typing.stdout
        self._typing.stdin.write(line + "\n")
        self._typing.stdin.flush()
        answer = self._typing.stdout.readline()
        assert answer, f"the clients ended at {line!r}"
        return answer.partition(" ")[2]

    def write(self, seconds: int) -> int:
        """Write for so long; the longest that an edit took to be seen, in ms."""
        return int(json.loads(self._say(f"write {seconds}"))["late"])

    def stick(self) -> None:
        self._say("stuck")

    def read_again(self) -> None:
        """Returns when everybody has the same."""
        self._say("read")


@contextmanager
def writers(url: str, house: House, document: uuid.UUID) -> Iterator[Writers]:
    plan = {
        "url": url.replace("http", "ws", 1) + "/ws/documents",
        "room": str(document),
        "cookie": house.owner.cookie,
    }
    with node(SCRIPT, plan) as typing:
        yield Writers(typing)


@pytest.fixture(params=["daphne", "tls", "uvicorn"])
def front(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, House]]:
    """How the socket is served: the address for sockets, and the house behind it."""
    kind = UnderUvicorn if request.param == "uvicorn" else Server
    server = kind(tmp_path, LIMIT_BYTES="0")
    server.start()
    try:
        if request.param == "tls":
            with tls_in_front(server.port, tmp_path) as url:
                yield url, open_house(server)
        else:
            yield server.url, open_house(server)
    finally:
        server.stop()


def test_a_client_that_stops_reading_costs_nothing_and_converges_when_it_reads_again(
    front: tuple[str, House],
) -> None:
    url, house = front
    document = house.owner.new_document()
    seconds = share("seconds with a stuck reader", test=8, soak=60)
    with writers(url, house, document) as people:
        unhindered = people.write(WARM_UP)
        people.stick()
        people.write(WARM_UP)
        people.read_again()
        growths: list[int] = []
        while len(growths) < ROUNDS and min(growths, default=GROWTH) >= GROWTH:
            before = house.server.resident()
            people.stick()
            beside = people.write(seconds)
            growths.append(house.server.resident() - before)
            print(f"grown by {growths[-1] // 1024} KB; slowest edit {unhindered} ms before, {beside} ms beside")  # noqa: T201
            people.read_again()
        assert min(growths) < GROWTH


def test_a_socket_that_does_not_drain_is_closed(tmp_path: Path) -> None:
    server = Server(tmp_path, HEARTBEAT_SECONDS="1")
    server.start()
    try:
        house = open_house(server)
        with writers(server.url, house, house.owner.new_document()) as people:
            people.write(1)
            people.stick()
            until("the stuck socket", lambda: sockets(server) == 3)
            people.write(5)
            until("the stuck socket to be closed", lambda: sockets(server) == 2)
            people.read_again()
    finally:
        server.stop()


def sockets(server: Server) -> int:
    """Connections to the server that are established at its side."""
    port = f":{server.port:04X}"
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return sum(1 for row in rows if row[1].endswith(port) and row[3] == "01")
