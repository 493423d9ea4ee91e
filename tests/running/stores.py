"""PostgreSQL and Redis, started by the tests in temporary folders on free ports."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg

from tests.running.ports import free_port, until
from tests.running.process import Process, bare_environment


class Redis(Process):
    """A Redis that stores nothing. Started again it has the same address."""

    def __init__(self, folder: Path) -> None:
        port = free_port()
        command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
        super().__init__(command, folder / "redis.log", bare_environment())
        self.url = f"redis://127.0.0.1:{port}/0"

    def start(self) -> None:
        super().start()
        until("Redis to listen", lambda: "Ready to accept connections" in self.printed())


@contextmanager
def redis(folder: Path) -> Iterator[Redis]:
    server = Redis(folder)
    server.start()
    try:
        yield server
    finally:
        server.stop()


@contextmanager
def redis_server(folder: Path) -> Iterator[str]:
    """The URL of a Redis that stores nothing."""
    with redis(folder) as server:
        yield server.url


class Postgres:
    """A PostgreSQL with its data in `folder`; stopped, it ends at once, with every connection to it."""

    def __init__(self, folder: Path, *, fsync: bool = False) -> None:
        self._data = folder / "data"
        self._fsync = "on" if fsync else "off"
        self._port = free_port()

    @property
    def url(self) -> str:
        return self._database("scriptorium")

    def _database(self, name: str) -> str:
        return f"postgres://scriptorium@127.0.0.1:{self._port}/{name}"

    def make(self) -> None:
        """An empty database, in a server that runs."""
        _run("initdb", "--pgdata", str(self._data), "--username", "scriptorium", "--auth", "trust", "--no-sync")
        self.start()
        with psycopg.connect(self._database("postgres"), autocommit=True) as connection:
            connection.execute("CREATE DATABASE scriptorium")

    def start(self) -> None:
        options = (
            f"-c listen_addresses=127.0.0.1 -c unix_socket_directories= -c port={self._port} -c fsync={self._fsync}"
        )
        log = str(self._data / "log")
        _run("pg_ctl", "--pgdata", str(self._data), "--log", log, "--options", options, "--wait", "start")

    def stop(self) -> None:
        _run("pg_ctl", "--pgdata", str(self._data), "--mode", "immediate", "--wait", "stop")

    def ended(self) -> bool:
        return not (self._data / "postmaster.pid").exists()


@contextmanager
def postgres(*, fsync: bool = False) -> Iterator[Postgres]:
    """A PostgreSQL with one empty database. It refuses to run as root, so root runs it as `postgres`."""
    with TemporaryDirectory(prefix="postgres-", ignore_cleanup_errors=True) as folder:
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres", "postgres")
        server = Postgres(Path(folder), fsync=fsync)
        server.make()
        try:
            yield server
        finally:
            if not server.ended():
                server.stop()


@contextmanager
def postgres_server(*, fsync: bool = False) -> Iterator[str]:
    """The URL of a PostgreSQL with one empty database; with `fsync` as durable as Debian's."""
    with postgres(fsync=fsync) as server:
        yield server.url


def _run(program: str, *arguments: str) -> None:
    user = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
    subprocess.run(
        [_binary(program), *arguments],
        check=True,
        cwd="/",
        env=bare_environment(HOME=pwd.getpwnam("postgres").pw_dir) if user else bare_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        **user,  # type: ignore[call-overload]
    )


def _binary(program: str) -> str:
    """Debian keeps the server's programs out of the path."""
    newest = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{program}"))
    return str(newest[-1]) if newest else program
