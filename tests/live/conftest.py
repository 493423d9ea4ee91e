"""A really running server, as production starts it, and people with documents on it."""

from __future__ import annotations

import json
import subprocess
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from editor.room.blocks import blocks
from editor.room.replica import Replica
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
        """The journal read afresh, by a plain connection; its numbers have no hole."""
        rows = self.server.database.rows(
            'SELECT r.seq, r."update" FROM editor_journalrow r JOIN editor_crdtdocument c ON c.id = r.crdt_id'
            " WHERE c.document_id = ? AND c.kind = ? ORDER BY r.seq",
            document,
            kind,
        )
        assert [seq for seq, _ in rows] == list(range(1, len(rows) + 1))
        replica = Replica()
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


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    server = Server(tmp_path_factory.mktemp("house"))
    server.start()
    try:
        yield open_house(server)
    finally:
        server.stop()


@pytest.fixture
def document(house: House) -> uuid.UUID:
    return house.owner.new_document()
