"""A database that an earlier version has written opens in this one with every character in its place."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.running.server import Server
from tests.vectors.databases.make import HERE, read


@pytest.mark.parametrize("made", sorted(HERE.glob("*.sqlite3")), ids=lambda path: path.stem)
def test_a_copy_is_migrated_and_opens_with_the_same_text_and_state_vectors(made: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    shutil.copy(made, data / "scriptorium.sqlite3")
    server = Server(tmp_path)
    server.start()
    try:
        assert read(server) == json.loads(made.with_suffix(".json").read_text())
    finally:
        server.stop()


def test_there_is_a_database_of_each_issue() -> None:
    assert {"issue-2", "issue-3"} <= {path.stem for path in HERE.glob("*.sqlite3")}
