"""What a restore refuses, replaces and leaves alone."""

from __future__ import annotations

import json
import shutil
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from editor.operations import archive
from tests.operations.commands import manage
from tests.running.server import Server
from tests.running.visitor import Visitor
from tests.vectors.databases.make import HERE

DATABASE = "scriptorium.sqlite3"


@pytest.fixture(scope="module")
def used(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that runs, with its owner and sample."""
    server = Server(tmp_path_factory.mktemp("used"))
    server.start()
    try:
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="module")
def data(used: Server, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its data folder, copied by a backup and a restore, with the key in it."""
    folder = tmp_path_factory.mktemp("copied")
    assert manage(used.folder / "data", "backup", folder / "b", "--with-key").returncode == 0
    assert manage(folder / "data", "restore", folder / "b").returncode == 0
    return folder / "data"


@pytest.fixture(scope="module")
def file(data: Path) -> Path:
    made = manage(data, "backup", data.parent / "plain")
    assert "The secret key is not in it" in made.stdout
    return data.parent / "plain"


@pytest.fixture
def folder(data: Path, tmp_path: Path) -> Path:
    """A data folder that may be spoiled."""
    return Path(shutil.copytree(data, tmp_path / "data"))


def titles(data: Path) -> list[str]:
    with closing(sqlite3.connect(data / DATABASE)) as database:
        return [title for (title,) in database.execute("SELECT title FROM editor_document")]


def rename_all(data: Path, title: str) -> None:
    with closing(sqlite3.connect(data / DATABASE)) as database:
        database.execute("UPDATE editor_document SET title = ?", [title])
        database.commit()


def refused(data: Path, file: Path, *more: str) -> str:
    result = manage(data, "restore", file, *more)
    assert result.returncode == 1
    assert result.stderr.startswith("Nothing was changed. ")
    assert result.stderr.count("\n") == 1
    return result.stderr


def test_a_backup_is_for_its_owners_eyes(file: Path) -> None:
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_the_key_is_in_a_backup_that_was_asked_for_it_and_never_in_another(
    used: Server, data: Path, file: Path, tmp_path: Path
) -> None:
    key = (used.folder / "data/secret_key").read_bytes()
    assert (data / "secret_key").read_bytes() == key
    assert stat.S_IMODE((data / "secret_key").stat().st_mode) == 0o600
    assert manage(tmp_path / "new", "restore", file).returncode == 0
    assert (tmp_path / "new/secret_key").read_bytes() != key
    theirs = manage(tmp_path / "new", "restore", "--replace", data.parent / "b").stdout
    assert "keeps its own secret key" in theirs


def test_people_and_documents_are_replaced_only_when_asked(folder: Path, file: Path) -> None:
    rename_all(folder, "Written since")
    assert "--replace" in refused(folder, file)
    assert titles(folder) == ["Written since"]
    assert manage(folder, "restore", "--replace", file).returncode == 0
    assert titles(folder) == ["A reading room for the old mill"]
    assert {path.name for path in folder.iterdir()} == {DATABASE, "secret_key"}


def test_a_database_that_a_server_uses_is_left_alone(used: Server, file: Path) -> None:
    assert "stop the server" in refused(used.folder / "data", file, "--replace")
    assert used.database.count("editor_document") == 1


def test_a_damaged_database_can_be_replaced(folder: Path, file: Path) -> None:
    (folder / DATABASE).write_bytes(b"no database at all" * 1000)
    assert manage(folder, "restore", "--replace", file).returncode == 0
    assert titles(folder) == ["A reading room for the old mill"]


def test_what_is_no_whole_backup_is_refused_in_a_sentence(folder: Path, file: Path, tmp_path: Path) -> None:
    spoiled = tmp_path / "spoiled"
    assert "cannot be read" in refused(folder, tmp_path / "missing", "--replace")
    for content in (b"", b"something else", file.read_bytes()[:-200]):
        spoiled.write_bytes(content)
        assert "spoiled" in refused(folder, spoiled, "--replace")
    assert titles(folder) == ["A reading room for the old mill"]


def rewritten(file: Path, to: Path, **manifest: object) -> Path:
    """A backup that says something else of itself."""
    backup = archive.Reader(file)
    with archive.writing(to) as out:
        for name, member in backup.named_members(""):
            if name != archive.MANIFEST:
                out.add(name, member)
        out.finish({**backup.manifest, **manifest})
    return to


def test_a_text_that_is_not_the_one_backed_up_is_refused(folder: Path, file: Path, tmp_path: Path) -> None:
    promised = archive.Reader(file).manifest["documents"]
    promised[0]["sha256"] = "0" * 64
    other = rewritten(file, tmp_path / "other", documents=promised)
    assert "is not what was backed up" in refused(folder, other, "--replace")
    assert titles(folder) == ["A reading room for the old mill"]
    assert {path.name for path in folder.iterdir()} == {DATABASE, "secret_key"}


def test_a_backup_of_a_newer_version_says_to_update(folder: Path, file: Path, tmp_path: Path) -> None:
    migrations = archive.Reader(file).manifest["migrations"]
    migrations["editor"].append("0999_of_tomorrow")
    newer = rewritten(file, tmp_path / "newer", migrations=migrations)
    assert "update Scriptorium" in refused(folder, newer, "--replace")
    assert "format 2" in refused(folder, rewritten(file, tmp_path / "two", format=2), "--replace")


def begin_and_fail(target: Path) -> None:
    with archive.writing(target) as out:
        out.add("rows/a", b"1")
        raise RuntimeError


def test_an_older_file_stays_until_a_new_backup_is_whole(data: Path, tmp_path: Path) -> None:
    target = tmp_path / "backup"
    target.write_text("older")
    with pytest.raises(RuntimeError):
        begin_and_fail(target)
    assert target.read_text() == "older"
    assert list(tmp_path.iterdir()) == [target]
    assert "cannot be written" in manage(data, "backup", tmp_path / "no/folder/b").stderr


def test_rows_come_back_as_they_were(file: Path, tmp_path: Path) -> None:
    assert manage(tmp_path / "data", "restore", file).returncode == 0
    assert manage(tmp_path / "data", "backup", tmp_path / "again").returncode == 0
    first, second = archive.Reader(file), archive.Reader(tmp_path / "again")
    differing = {name for name, member in first.named_members("rows/") if second.member(name) != member}
    assert differing == {"rows/editor.crdtdocument/000000.jsonl"}, "whose epoch is new"
    assert json.dumps(first.manifest["rows"]) == json.dumps(second.manifest["rows"])


def test_a_backup_of_sqlite_restores_into_postgresql_and_back(file: Path, postgres_url: str, tmp_path: Path) -> None:
    there = {"DATABASE_URL": postgres_url}
    assert manage(tmp_path / "there", "restore", file, **there).returncode == 0
    assert "--replace" in manage(tmp_path / "there", "restore", file, **there).stderr
    again = manage(tmp_path / "there", "restore", "--replace", file, **there)
    assert again.returncode == 0, again.stderr
    assert manage(tmp_path / "there", "backup", tmp_path / "of-postgresql", **there).returncode == 0
    assert manage(tmp_path / "back", "restore", tmp_path / "of-postgresql").returncode == 0
    assert titles(tmp_path / "back") == titles_of(file) == ["A reading room for the old mill"]
    with psycopg.connect(postgres_url) as others:
        others.execute("SELECT 1")
        assert "stop every server" in manage(tmp_path / "there", "restore", "--replace", file, **there).stderr


def titles_of(file: Path) -> list[str]:
    member = archive.Reader(file).member("rows/editor.document/000000.jsonl")
    assert member is not None
    head, *lines = map(json.loads, member.splitlines())
    return [line[head.index("title")] for line in lines]


def test_new_rows_of_a_restored_postgresql_have_ids_of_their_own(file: Path, postgres_url: str, tmp_path: Path) -> None:
    server = Server(tmp_path, database_url=postgres_url)
    restored = manage(tmp_path / "data", "restore", "--replace", file, DATABASE_URL=postgres_url)
    assert restored.returncode == 0, restored.stderr
    server.start()
    try:
        visitor = Visitor(server.url)
        visitor.sign_in(server.owner_link)
        assert visitor.new_document()
    finally:
        server.stop()


def test_a_backup_of_an_earlier_version_restores_into_this_one(tmp_path: Path) -> None:
    made = HERE / "issue-2.sqlite3"
    (tmp_path / "earlier").mkdir()
    shutil.copy(made, tmp_path / "earlier" / DATABASE)
    assert manage(tmp_path / "earlier", "backup", tmp_path / "b").returncode == 0
    assert "0002_lease" not in archive.Reader(tmp_path / "b").manifest["migrations"]["editor"]
    assert manage(tmp_path / "data", "restore", tmp_path / "b").returncode == 0
    assert sorted(titles(tmp_path / "data")) == sorted(titles(tmp_path / "earlier"))
    assert "MEND" not in manage(tmp_path / "data", "doctor").stdout
