"""A really running server, as production starts it, and people with documents on it."""

from __future__ import annotations

import json
import subprocess
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from editor.live.journal import Journal
from editor.live.registry import Registry
from editor.room.blocks import blocks
from editor.room.replica import Replica
from tests.live.desk import running
from tests.live.gate import Gate
from tests.running.process import ROOT
from tests.running.server import Server
from tests.running.visitor import Visitor

STOCK = Path(__file__).with_name("stock.mjs")


@dataclass
class House:
    """A server, its owner signed in, and what is stored."""

    server: Server
    owner: Visitor

    @property
    def socket(self) -> str:
        return self.server.url.replace("http", "ws", 1) + "/ws/documents"

    def journal(self, document: uuid.UUID, kind: str = "content") -> Replica:
        """The journal read afresh, by a plain connection: its newest snapshot, and rows whose numbers have no hole."""
        ((crdt,),) = self.server.database.rows(
            "SELECT id FROM editor_crdtdocument WHERE document_id = ? AND kind = ?", document, kind
        )
        of = "FROM editor_snapshot WHERE crdt_id = ? ORDER BY seq DESC LIMIT 1"
        covered, state = next(iter(self.server.database.rows(f"SELECT seq, state {of}", crdt)), (0, None))
        replica = Replica(bytes(state) if state else None)
        rows = self.server.database.rows(
            'SELECT seq, "update" FROM editor_journalrow WHERE crdt_id = ? AND seq > ? ORDER BY seq', crdt, covered
        )
        assert [seq for seq, _ in rows] == list(range(covered + 1, covered + len(rows) + 1))
        for _, update in rows:
            replica.apply(bytes(update))
        return replica

    def text(self, document: uuid.UUID) -> str:
        return "\n".join(block.text() for block in blocks(self.journal(document)))

    def stock(self, mode: str, document: uuid.UUID, *more: str, patience: float = 120) -> Any:
        """What stock clients found, as JSON."""
        done = subprocess.run(
            ["node", str(STOCK), mode, self.socket, str(document), self.owner.cookie, *more],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=patience,
            check=False,
        )
        assert done.returncode == 0, done.stderr + done.stdout
        return json.loads(done.stdout.splitlines()[-1])


def open_house(server: Server) -> House:
    owner = Visitor(server.url)
    owner.sign_in(server.owner_link)
    return House(server, owner)


@contextmanager
def house_in(folder: Path, **environment: str) -> Iterator[House]:
    """A server that runs in that folder, and its owner."""
    server = Server(folder, **environment)
    server.start()
    try:
        yield open_house(server)
    finally:
        server.stop()


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with house_in(tmp_path_factory.mktemp("house")) as house:
        yield house


@pytest.fixture
def own_house(tmp_path: Path) -> Iterator[House]:
    """For a test that ends its server, or measures it."""
    with house_in(tmp_path) as house:
        yield house


@pytest.fixture
def document(house: House) -> uuid.UUID:
    return house.owner.new_document()


@pytest.fixture
def gate() -> Gate:
    return Gate()


@pytest.fixture
async def registry(gate: Gate) -> AsyncIterator[Registry]:
    """One whose journal's commits the gate holds back."""
    async with running(Registry(make_journal=partial(Journal, before_commit=gate))) as made:
        try:
            yield made
        finally:
            gate.open()
