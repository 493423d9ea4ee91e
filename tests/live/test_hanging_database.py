"""A database that takes connections and answers nobody is as one that is away."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from editor.postgresql import WHILE_SERVING, answer_within, base
from tests.live.conftest import House, open_house
from tests.live.survivors import survivors
from tests.live.test_survival import everybody_heard, lacks
from tests.running.proxy import Proxy
from tests.running.seat import seat
from tests.running.server import Server
from tests.running.stores import postgres
from tests.sizes import share


@dataclass
class BehindProxy:
    house: House
    proxy: Proxy


@pytest.fixture
def behind_proxy(tmp_path: Path) -> Iterator[BehindProxy]:
    """A server that reaches its PostgreSQL through a proxy."""
    with postgres() as store:
        place = urlsplit(store.url)
        proxy = Proxy(place.port or 0, tmp_path)
        address = place._replace(netloc=f"{place.username}@127.0.0.1:{proxy.port}").geturl()
        server = Server(tmp_path, database_url=address)
        try:
            proxy.start()
            server.start()
            yield BehindProxy(open_house(server), proxy)
        finally:
            server.stop()
            proxy.kill_9()


def test_while_the_database_hangs_everybody_is_told_and_nothing_is_lost(
    behind_proxy: BehindProxy, tmp_path: Path
) -> None:
    house, proxy = behind_proxy.house, behind_proxy.proxy
    document = house.owner.new_document()
    with survivors([house.server.url], document, house.owner.cookie, tmp_path) as people:
        people.until_acknowledged(100)
        proxy.hang()
        everybody_heard(people, "not_saved")
        before = people.acknowledged()
        time.sleep(share("seconds with a hanging database", test=12, soak=30))
        assert people.acknowledged() == before, "nothing is called saved meanwhile"
        proxy.go_on()
        everybody_heard(people, "saved_again")
        people.until_acknowledged(100)
        assert people.lines("closed") == [], "nobody is cut off"
        with seat(house.server.url, document, cookie=house.owner.cookie) as late:
            assert late.greet()["title"], "who comes is let in again"
        assert lacks(house, document, people.acknowledged()) == []
        assert people.converge() == house.text(document)


def test_who_waits_for_an_answer_gives_up_and_closes_the_connection(postgres_url: str) -> None:
    answer_within(0.2)
    try:
        connection = base.Connection.connect(postgres_url)
        with pytest.raises(psycopg.OperationalError, match="does not answer"):
            connection.execute("SELECT pg_sleep(60)")
        assert connection.closed
    finally:
        answer_within(WHILE_SERVING)
