"""What was called saved is there after any end of the process."""

from __future__ import annotations

import subprocess
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live.conftest import STOCK, House, open_house
from tests.live.people import types, wait_for_saved
from tests.running.ports import until
from tests.running.process import ROOT
from tests.running.seat import seat
from tests.running.server import Server

KILLS = 3


@pytest.fixture
def own_house(tmp_path: Path) -> Iterator[House]:
    server = Server(tmp_path)
    server.start()
    try:
        yield open_house(server)
    finally:
        server.stop()


def test_kill_9_under_load_loses_no_acknowledged_edit(own_house: House, tmp_path: Path) -> None:
    document = own_house.owner.new_document()
    acknowledged: list[str] = []
    for kill in range(KILLS):
        acknowledged += _typed_until_killed(own_house, document, tmp_path / f"acknowledged-{kill}", 50 + 100 * kill)
        text = own_house.text(document)
        assert [edit for edit in acknowledged if text.count(edit) != 1] == []
        own_house.server.start()


def _typed_until_killed(house: House, document: uuid.UUID, printed: Path, enough: int) -> list[str]:
    with printed.open("wb") as out:
        typing = subprocess.Popen(
            ["node", str(STOCK), "hammer", house.socket, str(document), house.owner.cookie], cwd=ROOT, stdout=out
        )
        try:
            until("edits to be acknowledged", lambda: printed.read_bytes().count(b"\n") > enough)
            house.server.kill_9()
            time.sleep(0.2)
        finally:
            typing.kill()
            typing.wait()
    return printed.read_text().split("\n")[:-1]


def test_an_orderly_end_closes_with_1012_and_keeps_everything(own_house: House) -> None:
    document = own_house.owner.new_document()
    with seat(own_house.server.url, document, cookie=own_house.owner.cookie) as one:
        one.greet()
        types(one, "kept")
        wait_for_saved(one, 2)
        own_house.server.stop()
        assert one.until_closed() == 1012
    assert own_house.text(document) == "kept"
