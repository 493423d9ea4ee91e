"""Scriptorium itself, run by a test as a person would run it, and its database read without the ORM."""

from __future__ import annotations

import json
import re
import sqlite3
import sys
import urllib.error
import urllib.request
import uuid
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg

from tests.running.ports import free_port, until
from tests.running.process import Process, bare_environment

Row = tuple[Any, ...]


class Database:
    """A second, plain connection to the database of a server: `?` stands for a value, ids are UUIDs."""

    def __init__(self, place: Path | str) -> None:
        self.place = place

    def rows(self, sql: str, *values: object) -> list[Row]:
        if isinstance(self.place, Path):
            with closing(sqlite3.connect(f"file:{self.place}?mode=ro", uri=True, timeout=10)) as lite:
                return lite.execute(sql, [_for_sqlite(value) for value in values]).fetchall()
        with psycopg.connect(self.place, autocommit=True) as postgres:
            return postgres.execute(sql.replace("?", "%s"), values).fetchall()

    def one(self, sql: str, *values: object) -> Any:
        """The one value of the one row."""
        ((value,),) = self.rows(sql, *values)
        return value

    def count(self, table: str, where: str = "true", *values: object) -> int:
        return int(self.one(f"SELECT count(*) FROM {table} WHERE {where}", *values))

    def document(self, title: str) -> uuid.UUID:
        return uuid.UUID(str(self.one("SELECT id FROM editor_document WHERE title = ?", title)))


def _for_sqlite(value: object) -> Any:
    return value.hex if isinstance(value, uuid.UUID) else value


UNLIMITED = ("LIMIT_GUESTS", "LIMIT_GUESTS_A_LINK", "LIMIT_POSTS", "LIMIT_ASKS", "LIMIT_ASKS_A_ROOM")
CROWDS = dict.fromkeys(UNLIMITED, "0")
"""All of a test's people come from one address, and ask as fast as they can."""


class Server(Process):
    """`manage.py serve` with a data folder of its own. Started again it keeps its port and its data."""

    def __init__(self, folder: Path, *, database_url: str = "", **environment: str) -> None:
        self.folder = folder
        self.port = free_port()
        data = folder / "data"
        database = {"DATABASE_URL": database_url} if database_url else {}
        super().__init__(
            [sys.executable, "manage.py", "serve"],
            folder / f"server-{self.port}.log",
            bare_environment(
                DATA_DIR=str(data), PORT=str(self.port), LOG_LEVEL="INFO", **{**CROWDS, **database, **environment}
            ),
        )
        self.database = Database(database_url or data / "scriptorium.sqlite3")

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        super().start()
        until("the server to be ready", self._ready)

    def restart(self) -> None:
        self.stop()
        self.start()

    def _ready(self) -> bool:
        if self.ended():
            raise AssertionError(f"The server has ended:\n{self.printed()}")
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=5) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return False

    @property
    def owner_link(self) -> str:
        """The one-time link that this start has printed."""
        return self._link("sign-in")

    @property
    def guest_link(self) -> str:
        return self._link("join")

    def _link(self, kind: str) -> str:
        pattern = re.compile(rf"http://\S+/{kind}/[\w:.=-]+/?")
        found = until(f"the {kind} link", lambda: pattern.search(self.printed()))
        return found[0]


class Provider(Process):
    """The tests' own provider of a language model, which speaks chat completions (tests/copilot/provider.py)."""

    def __init__(self, folder: Path, **behaviour: object) -> None:
        command = [sys.executable, "-m", "tests.copilot.provider", "--behaviour", json.dumps(behaviour)]
        super().__init__(command, folder / "provider.log", bare_environment())
        self.url = ""

    def start(self) -> None:
        super().start()
        found = until("the provider to listen", lambda: re.search(r"listening on (\S+)", self.printed()))
        self.url = found[1]

    def requests(self) -> list[dict[str, Any]]:
        """Every request it had, with what it `sent` and when and by whom its stream was `ended`."""
        return list(self._get("/requests"))

    def last_closed(self) -> dict[str, Any]:
        """The newest request, once its stream is over and it is known who closed it."""
        return until("the provider's stream to end", lambda: [r for r in self.requests()[-1:] if r["closed_by"]])[0]

    def behave(self, **behaviour: object) -> None:
        self._get("/behaviour", json.dumps(behaviour).encode())

    def _get(self, path: str, body: bytes | None = None) -> Any:
        place = self.url.removesuffix("/v1") + path
        with urllib.request.urlopen(urllib.request.Request(place, data=body), timeout=10) as answer:
            return json.load(answer)
