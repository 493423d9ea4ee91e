"""What the doctor says of servers that lack something."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from tests.operations.commands import manage
from tests.running.ports import free_port
from tests.running.server import Server

DATABASE = "scriptorium.sqlite3"


@pytest.fixture(scope="module")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    server = Server(tmp_path_factory.mktemp("healthy"))
    server.start()
    server.stop()
    return server.folder / "data"


@pytest.fixture
def data(healthy: Path, tmp_path: Path) -> Path:
    """A data folder that may be spoiled."""
    return Path(shutil.copytree(healthy, tmp_path / "data"))


def to_mend(data: Path, **environment: str) -> list[str]:
    """What must be mended; the exit code says the same."""
    result = manage(data, "doctor", **environment)
    found = [line.strip() for line in result.stdout.splitlines() if line.startswith(" MEND")]
    assert result.stderr == ""
    assert result.returncode == (1 if found else 0)
    return found


def test_a_first_start_leaves_nothing_to_mend(healthy: Path) -> None:
    assert to_mend(healthy) == []
    said = manage(healthy, "doctor").stdout
    for words in ("keeps every commit", "ms to keep a write", "without holes", "GB are free", "the demo copilot"):
        assert words in said


def test_what_was_never_started_is_said_in_sentences(tmp_path: Path) -> None:
    found = " ".join(to_mend(tmp_path / "none"))
    assert "start Scriptorium once" in found
    assert "The database cannot be used" in found


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"DEBUG": "1"}, "DEBUG is 1"),
        ({"PUBLIC_URL": "http://docs.example.com"}, "not https"),
        ({"HOST": "0.0.0.0"}, "not https"),
        ({"PUBLIC_URL": "docs.example.com"}, "no address of a site"),
        ({"DATABASE_URL": "postgres://nobody@127.0.0.1:1/none"}, "DATABASE_URL is right"),
        ({"REDIS_URL": "redis://127.0.0.1:1"}, "REDIS_URL is right"),
        ({"EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": "1"}, "The mail server cannot be used"),
        ({"OPENAI_API_KEY": "a-secret", "OPENAI_BASE_URL": "http://127.0.0.1:1/v1"}, "OPENAI_BASE_URL is right"),
    ],
)
def test_each_thing_that_is_missing_is_named(healthy: Path, environment: dict[str, str], words: str) -> None:
    found = to_mend(healthy, **environment)
    assert any(words in sentence for sentence in found), found
    assert "a-secret" not in manage(healthy, "doctor", **environment).stdout


@contextmanager
def endpoint(status: int) -> Iterator[str]:
    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", free_port()), Answer)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize(("status", "words"), [(200, None), (404, None), (401, "refuses OPENAI_API_KEY")])
def test_a_model_that_answers_and_a_key_that_it_refuses_are_told_apart(
    healthy: Path, status: int, words: str | None
) -> None:
    with endpoint(status) as url:
        found = to_mend(healthy, OPENAI_API_KEY="k", OPENAI_BASE_URL=url)
    assert found == [] if words is None else any(words in sentence for sentence in found)


def test_a_key_that_others_may_read_is_said(data: Path) -> None:
    (data / "secret_key").chmod(0o644)
    (found,) = to_mend(data)
    assert "chmod 600" in found


def execute(data: Path, *statements: str) -> None:
    with closing(sqlite3.connect(data / DATABASE)) as database:
        for statement in statements:
            database.execute(statement)
        database.commit()


def test_a_hole_in_a_journal_is_found(data: Path) -> None:
    execute(data, "UPDATE editor_crdtdocument SET seq = seq + 1 WHERE kind = 'content'")
    (found,) = to_mend(data)
    assert "a journal with holes (content of " in found


def test_tables_of_another_version_are_said(data: Path) -> None:
    execute(data, "DELETE FROM django_migrations WHERE app = 'sessions'")
    (found,) = to_mend(data)
    assert "sessions.0001_initial" in found


def test_postgresql_and_redis_that_answer_are_well(healthy: Path, postgres_url: str, redis_url: str) -> None:
    more = {"DATABASE_URL": postgres_url, "REDIS_URL": redis_url, "SECRET_KEY": "shared"}
    assert manage(healthy, "migrate", **more).returncode == 0
    found = to_mend(healthy, **more)
    assert found == ["MEND  PostgreSQL's fsync is off: the database may be damaged when the power fails. Set it to on."]
