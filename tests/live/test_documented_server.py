"""Another server in Daphne's place, started by the very words of the documentation."""

from __future__ import annotations

import re
import shlex
import sys
from pathlib import Path

from tests.live.conftest import open_house
from tests.running.process import ROOT
from tests.running.server import Server


def documented(program: str) -> list[str]:
    """The command line of that program as docs/deploy has it."""
    page = (ROOT / "docs" / "deploy" / "README.md").read_text()
    (line,) = re.findall(rf"`({program} [^`]+)`", page)
    return shlex.split(line)


def test_the_documented_uvicorn_serves_a_room_that_daphne_has_served(tmp_path: Path) -> None:
    server = Server(tmp_path)
    server.start()
    house = open_house(server)
    document = house.owner.new_document()
    server.stop()
    program, *arguments = documented("uvicorn")
    server.command = [str(Path(sys.executable).with_name(program)), *arguments, "--port", str(server.port)]
    server.start()
    try:
        found = house.stock("converge", document)
        assert found["a"] == found["b"] == house.text(document)
    finally:
        server.stop()
