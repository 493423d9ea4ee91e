"""A backup is made while people type, everything else is destroyed, and what they were told is saved is there."""

from __future__ import annotations

import shutil
import threading
import uuid
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest

from tests.live.conftest import House, open_house
from tests.live.people import reads, types, wait_for_saved
from tests.operations.commands import manage
from tests.running.ports import until
from tests.running.seat import seat
from tests.running.server import Server

TYPISTS = 4


class Crowd:
    """People who type until told to stop, and note what they were told is saved."""

    def __init__(self, house: House, document: uuid.UUID) -> None:
        self.saved: list[str] = []
        self._house, self._document = house, document
        self._enough = threading.Event()
        self._threads = [threading.Thread(target=self._type, args=(name,)) for name in range(TYPISTS)]

    def __enter__(self) -> Crowd:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._enough.set()
        for thread in self._threads:
            thread.join()

    def _type(self, name: int) -> None:
        with seat(self._house.server.url, self._document, cookie=self._house.owner.cookie) as one:
            one.greet()
            number = 0
            while not self._enough.is_set():
                number += 1
                words = f"<{name} wrote {number}>"
                types(one, words)
                wait_for_saved(one, number + 1)
                self.saved.append(words)

    def has_saved(self, more: int) -> list[str]:
        """What is saved, once it is so many more than now."""
        enough = len(self.saved) + more
        until(f"{more} more edits to be saved", lambda: len(self.saved) >= enough)
        return list(self.saved)


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
        with Crowd(house, document) as crowd:
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
