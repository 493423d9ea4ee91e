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


@contextmanager
def redis_server(folder: Path) -> Iterator[str]:
    """The URL of a Redis that stores nothing."""
    port = free_port()
    command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    server = Process(command, folder / "redis.log", bare_environment())
    server.start()
    try:
        until("Redis to listen", lambda: "Ready to accept connections" in server.printed())
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        server.stop()


@contextmanager
def postgres_server() -> Iterator[str]:
    """The URL of a PostgreSQL with one empty database. It refuses to run as root, so root runs it as `postgres`."""
    port = free_port()
    with TemporaryDirectory(prefix="postgres-", ignore_cleanup_errors=True) as folder:
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres", "postgres")
        data = Path(folder) / "data"
        _run("initdb", "--pgdata", str(data), "--username", "scriptorium", "--auth", "trust", "--no-sync")
        options = f"-c listen_addresses=127.0.0.1 -c unix_socket_directories= -c port={port} -c fsync=off"
        _run("pg_ctl", "--pgdata", str(data), "--log", str(data / "log"), "--options", options, "--wait", "start")
        try:
            with psycopg.connect(f"postgres://scriptorium@127.0.0.1:{port}/postgres", autocommit=True) as connection:
                connection.execute("CREATE DATABASE scriptorium")
            yield f"postgres://scriptorium@127.0.0.1:{port}/scriptorium"
        finally:
            _run("pg_ctl", "--pgdata", str(data), "--mode", "immediate", "--wait", "stop")


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
