"""The data folder: made at the first start, with the secret key, kept ever after."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings


class Unwritable(Exception):
    """The folder cannot hold data; the text says what to do."""


def prepare(folder: Path) -> None:
    """Make the folder and its secret key where they are missing, and see that it can be written to."""
    make(folder)
    with _writable(folder):
        _make_key(folder / "secret_key")


def make(folder: Path) -> None:
    """Make the folder where it is missing, and see that it can be written to."""
    with _writable(folder):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        probe = folder / f".written-by-{os.getpid()}"
        probe.write_bytes(b"")
        probe.unlink()


@contextmanager
def _writable(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Unwritable(
            f"The data folder {folder} cannot be written to ({error.strerror or error}): "
            "change its permissions, or choose another, as in `make run DATA_DIR=/path/to/folder`."
        ) from error


def use_key(folder: Path) -> None:
    """Sign with the folder's key in this process, unless the environment gave one."""
    if not os.path.exists(folder / "secret_key"):
        return
    if not settings.SECRET_KEY_GIVEN:
        settings.SECRET_KEY = (folder / "secret_key").read_text(encoding="ascii").strip()


def _make_key(path: Path) -> None:
    """Written aside and linked into place: of two first starts one wins, and no key is ever seen half written."""
    if path.exists():
        return
    aside = path.with_name(f".{path.name}-{os.getpid()}")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(50))
    try:
        os.link(aside, path)
    except FileExistsError:
        pass
    finally:
        aside.unlink()
