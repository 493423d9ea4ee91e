"""What was acknowledged outlives every end of a process and every absence of a store; the rest comes back by itself."""

from __future__ import annotations

import random
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.live.conftest import House, open_house
from tests.live.survivors import EDIT, Survivors, survivors
from tests.running.server import Server
from tests.running.stores import Postgres, postgres
from tests.sizes import share

SEED = 3
CLIENTS = 6


def lacks(house: House, document: uuid.UUID, acknowledged: list[str]) -> list[str]:
    """The acknowledged edits that do not stand in the journal exactly once."""
    stored = EDIT.findall(house.text(document))
    assert len(set(stored)) == len(stored), "nothing is doubled"
    return sorted(set(acknowledged) - set(stored))


def test_kill_9_at_any_moment_loses_no_acknowledged_edit_and_everybody_comes_back(
    own_house: House, tmp_path: Path
) -> None:
    document = own_house.owner.new_document()
    moments = random.Random(SEED)
    with survivors([own_house.server.url], document, own_house.owner.cookie, tmp_path) as people:
        for _ in range(share("kills", test=5, soak=50)):
            people.until_acknowledged(moments.randint(1, 300))
            own_house.server.kill_9()
            assert lacks(own_house, document, people.acknowledged()) == []
            own_house.server.start()
        assert people.converge() == own_house.text(document)


def test_an_orderly_end_under_load_closes_everybody_with_1012_and_loses_nothing(
    own_house: House, tmp_path: Path
) -> None:
    document = own_house.owner.new_document()
    with survivors([own_house.server.url], document, own_house.owner.cookie, tmp_path) as people:
        people.until_acknowledged(100)
        own_house.server.stop()
        people.until_heard("closed", "1012", CLIENTS)
        assert lacks(own_house, document, people.acknowledged()) == []
        own_house.server.start()
        assert people.converge() == own_house.text(document)


@dataclass
class OnPostgres:
    house: House
    store: Postgres


@pytest.fixture
def on_postgres(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[OnPostgres]:
    with postgres() as store:
        server = Server(tmp_path, database_url=store.url, HEARTBEAT_SECONDS=str(getattr(request, "param", 20)))
        server.start()
        try:
            yield OnPostgres(open_house(server), store)
        finally:
            server.stop()


def everybody_heard(people: Survivors, *notices: str) -> None:
    for notice in notices:
        people.until_heard("notice", notice, CLIENTS)


def test_while_the_database_is_away_everybody_is_told_and_nothing_is_lost(
    on_postgres: OnPostgres, tmp_path: Path
) -> None:
    house = on_postgres.house
    document = house.owner.new_document()
    with survivors([house.server.url], document, house.owner.cookie, tmp_path) as people:
        people.until_acknowledged(100)
        on_postgres.store.stop()
        everybody_heard(people, "not_saved")
        before = len(people.acknowledged())
        time.sleep(share("seconds without the database", test=3, soak=30))
        assert len(people.acknowledged()) == before, "nothing is called saved meanwhile"
        on_postgres.store.start()
        everybody_heard(people, "saved_again")
        people.until_acknowledged(100)
        assert people.lines("closed") == [], "nobody is cut off"
        assert people.converge() == house.text(document)


@pytest.mark.parametrize("on_postgres", [2], indirect=True)
def test_a_database_that_stays_away_makes_the_room_read_only_until_it_is_back(
    on_postgres: OnPostgres, tmp_path: Path
) -> None:
    house = on_postgres.house
    document = house.owner.new_document()
    with survivors([house.server.url], document, house.owner.cookie, tmp_path) as people:
        people.until_acknowledged(100)
        on_postgres.store.stop()
        everybody_heard(people, "not_saved", "read_only")
        time.sleep(1)
        on_postgres.store.start()
        everybody_heard(people, "saved_again")
        people.until_acknowledged(100)
        assert people.converge() == house.text(document)
