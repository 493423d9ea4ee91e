"""A backup is made while people type, everything else is destroyed, and what they were told is saved is there."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest

from tests.live.conftest import House, open_house
from tests.live.people import reads, types, wait_for_saved
from tests.operations.commands import manage
from tests.operations.crowd import Crowd
from tests.running.seat import seat
from tests.running.server import Server


@pytest.fixture(params=["sqlite", "postgresql"])
def databases(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, str]]:
    """The settings of the first server's database and of the one that it is restored to."""
    if request.param == "sqlite":
        yield "", ""
        return
    url: str = request.getfixturevalue("postgres_url")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE restored")
    yield url, url.rpartition("/")[0] + "/restored"


def test_every_edit_acknowledged_before_a_backup_began_is_there_when_it_is_restored(
    databases: tuple[str, str], tmp_path: Path
) -> None:
    first, second = databases
    file = tmp_path / "scriptorium.backup"
    (tmp_path / "first").mkdir()
    server = Server(tmp_path / "first", database_url=first)
    with ExitStack() as cleanly:
        cleanly.callback(server.stop)
        server.start()
        house = open_house(server)
        document = house.owner.new_document()
        with Crowd(house.server.url, house.owner.cookie, document) as crowd:
            before = crowd.has_saved(100)
            made = manage(tmp_path / "first/data", "backup", file, **database(first))
            crowd.has_saved(10)
        assert made.returncode == 0, made.stderr
        assert made.stderr == ""
        server.kill_9()
    shutil.rmtree(tmp_path / "first")
    (tmp_path / "second").mkdir()
    restored = manage(tmp_path / "second/data", "restore", file, **database(second))
    assert restored.returncode == 0, restored.stderr
    assert "has the digest" in restored.stdout
    again = Server(tmp_path / "second", database_url=second)
    with ExitStack() as cleanly:
        cleanly.callback(again.stop)
        again.start()
        house = open_house(again)
        text = house.text(document)
        assert [edit for edit in before if text.count(edit) != 1] == []
        assert_only_pages_of_the_new_epoch_join(house, document)


def database(url: str) -> dict[str, str]:
    return {"DATABASE_URL": url} if url else {}


def assert_only_pages_of_the_new_epoch_join(house: House, document: uuid.UUID) -> None:
    """Whoever kept a copy of before would bring back what the restored journal no longer has."""
    ((epoch,),) = house.server.database.rows("SELECT DISTINCT epoch FROM editor_crdtdocument")
    assert epoch > 1
    for query in ("", "?epoch=1"):
        with seat(house.server.url, f"{document}{query}", cookie=house.owner.cookie) as old:
            assert old.until_closed() == 4409
    with seat(house.server.url, f"{document}?epoch={epoch}", cookie=house.owner.cookie) as new:
        assert new.greet()["epoch"] == epoch
        types(new, "and on it goes")
        wait_for_saved(new, 2)
        assert "and on it goes" in reads(new)
