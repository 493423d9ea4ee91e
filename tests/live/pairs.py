"""Two servers on PostgreSQL and Redis: one house with two doors."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.live.conftest import House, open_house
from tests.running.server import Server
from tests.running.stores import postgres_server, redis_server


@dataclass
class Pair:
    one: House
    other: Server
    document: uuid.UUID


@contextmanager
def two_servers(folder: Path, **environment: str) -> Iterator[Pair]:
    (folder / "one").mkdir()
    (folder / "other").mkdir()
    with postgres_server() as database, redis_server(folder) as redis:
        shared = {"REDIS_URL": redis, "SECRET_KEY": "of both processes", **environment}
        one = Server(folder / "one", database_url=database, **shared)
        other = Server(folder / "other", database_url=database, **shared)
        try:
            one.start()
            house = open_house(one)
            other.start()
            yield Pair(house, other, house.owner.new_document())
        finally:
            one.stop()
            other.stop()
