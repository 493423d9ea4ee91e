"""Random plans by Yjs through the real server: whoever was there, came back or came late has what the journal has."""

from __future__ import annotations

import json
import os
import subprocess
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from editor.wire.known import DeletedRanges
from editor.wire.update import decode_update
from tests.convergence.replicas import squashed_tree, tree
from tests.live.conftest import House, house_in
from tests.live.pairs import Pair, two_servers
from tests.running.process import ROOT
from tests.running.server import Server
from tests.sizes import share

PLANS = Path(__file__).with_name("plans.mjs")
SEED = int(os.environ.get("PLAN_SEED", "1"))
NO_LIMITS = {"LIMIT_POSTS": "0", "LIMIT_SOCKETS_A_PERSON": "0"}


class Players:
    """Node, with three stock clients for each plan."""

    def __init__(self, house: House, *others: Server) -> None:
        sockets = [house.socket, *(f"{other.url.replace('http', 'ws', 1)}/ws/documents" for other in others)]
        command = ["node", str(PLANS), house.owner.cookie, ",".join(sockets)]
        self.node = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def play(self, document: uuid.UUID, seed: int, restart: Callable[[], None] | None) -> dict[str, Any]:
        answer = self._ask({"document": str(document), "seed": seed, "restart": restart is not None})
        if "pause" in answer:
            assert restart
            restart()
            answer = self._ask({})
        result: dict[str, Any] = answer["result"]
        assert "error" not in result, (f"PLAN_SEED={seed}", result)
        return result

    def _ask(self, line: dict[str, Any]) -> dict[str, Any]:
        assert self.node.stdin
        assert self.node.stdout
        self.node.stdin.write(json.dumps(line) + "\n")
        self.node.stdin.flush()
        answer: dict[str, Any] = json.loads(self.node.stdout.readline())
        return answer


@contextmanager
def players(house: House, *others: Server) -> Iterator[Players]:
    made = Players(house, *others)
    with made.node:
        try:
            yield made
        finally:
            made.node.kill()


def state_of(update: bytes) -> tuple[dict[int, int], list[Any]]:
    """What a state says, however it is written: every client's end, and what is deleted."""
    read = decode_update(update, max_structs=None)
    deleted = DeletedRanges()
    deleted.add_update(read)
    return read.end_clocks(), sorted(deleted.ranges())


def agrees(house: House, document: uuid.UUID, found: dict[str, Any], seed: int) -> None:
    stored = house.journal(document)
    assert tree(stored.root()) == squashed_tree(found["tree"]), f"PLAN_SEED={seed}"
    assert state_of(stored.state()) == state_of(bytes.fromhex(found["state"])), f"PLAN_SEED={seed}"


@pytest.fixture(scope="module")
def own_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with house_in(tmp_path_factory.mktemp("plans"), **NO_LIMITS) as house:
        yield house


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    with two_servers(tmp_path_factory.mktemp("pair"), **NO_LIMITS) as pair:
        yield pair


def test_plans_with_clients_that_come_and_go_end_alike_everywhere(own_house: House) -> None:
    plans = share("plans through the server", test=130, soak=7_000)
    with players(own_house) as people:
        for seed in range(SEED, SEED + plans):
            document = own_house.owner.new_document()
            agrees(own_house, document, people.play(document, seed, None), seed)


def test_plans_with_a_server_that_is_killed_end_alike_everywhere(own_house: House) -> None:
    def killed() -> None:
        own_house.server.kill_9()
        own_house.server.start()

    plans = share("plans with a server that is killed", test=4, soak=200)
    with players(own_house) as people:
        for seed in range(SEED, SEED + plans):
            document = own_house.owner.new_document()
            agrees(own_house, document, people.play(document, seed, killed), seed)


def test_plans_through_two_processes_end_alike_everywhere(pair: Pair) -> None:
    plans = share("plans through two processes", test=66, soak=2_800)
    with players(pair.one, pair.other) as people:
        for seed in range(SEED, SEED + plans):
            document = pair.one.owner.new_document()
            agrees(pair.one, document, people.play(document, seed, None), seed)
