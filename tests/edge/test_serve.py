"""The command itself, in a process of its own with an empty data folder."""

from __future__ import annotations

import os
import re
import socket
import stat
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def environment(folder: Path, **values: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "VIRTUAL_ENV")}
    return {**kept, "DATA_DIR": str(folder), "PYTHONUNBUFFERED": "1", **values}


def manage(folder: Path, *arguments: str, **values: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(
        command, cwd=ROOT, env=environment(folder, **values), capture_output=True, text=True, timeout=60, check=False
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(folder: Path, **values: str) -> Iterator[str]:
    """A server that answers, and what it has printed."""
    port = values.setdefault("PORT", str(free_port()))
    log = folder.parent / f"serve-{port}.log"
    with log.open("w") as out:
        command = [sys.executable, "manage.py", "serve"]
        process = subprocess.Popen(command, cwd=ROOT, env=environment(folder, **values), stdout=out, stderr=out)
    try:
        for _ in range(300):
            assert process.poll() is None, log.read_text()
            if answers(port):
                break
            time.sleep(0.1)
        yield log.read_text()
    finally:
        process.terminate()
        process.wait(20)


def answers(port: str) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as response:
            return bool(response.status == 200)
    except OSError:
        return False


def link(name: str, printed: str) -> str:
    found = re.search(rf"{name} link:\s+(\S+)", printed)
    assert found, printed
    return found[1]


def test_a_first_start_makes_everything_and_a_second_one_keeps_it(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    with serving(folder) as first:
        with urllib.request.urlopen(link("Guest", first)) as page:
            assert "reading room" in page.read().decode()
        with urllib.request.urlopen(link("Owner", first)) as page:
            assert "signs you in once" in page.read().decode()
    key = folder / "secret_key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    secret = key.read_text()
    with serving(folder) as second:
        pass
    assert key.read_text() == secret
    assert path_of(link("Guest", second)) == path_of(link("Guest", first))
    assert path_of(link("Owner", second)) != path_of(link("Owner", first))
    fresh = manage(folder, "owner_link").stdout.strip()
    assert path_of(fresh).startswith("/sign-in/")


def path_of(url: str) -> str:
    return "/" + url.split("/", 3)[3]


def test_links_follow_the_public_url_and_with_every_address_the_machines_own(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    with serving(folder, PUBLIC_URL="https://docs.example.com") as printed:
        assert link("Owner", printed).startswith("https://docs.example.com/sign-in/")
    with serving(folder, HOST="0.0.0.0") as printed:
        own = link("Guest", printed)
        assert "0.0.0.0" not in own
        with urllib.request.urlopen(own) as page:
            assert page.status == 200


def test_a_port_in_use_is_one_sentence(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        result = manage(tmp_path / "data", "serve", PORT=str(port))
    assert result.returncode == 1
    assert result.stderr == (
        f"Port {port} is in use: stop what runs there, or choose another, as in `make run PORT={port + 1}`.\n"
    )


def test_a_folder_that_cannot_be_written_to_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    result = manage(tmp_path / "file" / "data", "serve", PORT=str(free_port()))
    assert result.returncode == 1
    assert result.stderr.count("\n") == 1
    assert "cannot be written to" in result.stderr
    assert "make run DATA_DIR=" in result.stderr


@pytest.mark.parametrize(("values", "words"), [({"PORT": "many"}, "PORT must be a number")])
def test_a_setting_of_the_wrong_kind_is_one_sentence(tmp_path: Path, values: dict[str, str], words: str) -> None:
    result = manage(tmp_path / "data", "serve", **values)
    assert result.stderr.startswith(words)
    assert result.stderr.count("\n") == 1


def test_a_database_that_does_not_answer_is_one_sentence(tmp_path: Path) -> None:
    nowhere = f"postgres://nobody@127.0.0.1:{free_port()}/none"
    result = manage(tmp_path / "data", "serve", PORT=str(free_port()), DATABASE_URL=nowhere)
    assert result.returncode == 1
    assert "DATABASE_URL" in result.stderr
    assert "Traceback" not in result.stderr


def test_an_owner_link_before_the_first_start_says_to_start(tmp_path: Path) -> None:
    result = manage(tmp_path / "data", "owner_link")
    assert result.returncode == 1
    assert "make run" in result.stderr
    assert "Traceback" not in result.stderr
