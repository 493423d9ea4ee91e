"""The file of a backup: a tar, compressed, of members of JSON lines, and last a manifest with the SHA-256 of each.

`rows/<app.model>/<number>.jsonl` holds rows of a model: first a line with the columns' names, then a line a row.
Bytes are base64, times ISO 8601. `manifest.json` says what is in it; a file without it is not whole.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

FORMAT = 1
MANIFEST = "manifest.json"
COMPRESSION = 3
Manifest = dict[str, Any]


class BadArchive(Exception):
    """The file is no backup, not whole, or of another format; the text says which."""


class Writer:
    """Adds members one by one; `finish` writes the manifest."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar
        self._hashes: dict[str, str] = {}

    def add(self, name: str, data: bytes) -> None:
        self._hashes[name] = hashlib.sha256(data).hexdigest()
        self._put(name, data)

    def finish(self, manifest: Manifest) -> None:
        whole = {"format": FORMAT, **manifest, "members": self._hashes}
        self._put(MANIFEST, json.dumps(whole, indent=1).encode())

    def _put(self, name: str, data: bytes) -> None:
        member = tarfile.TarInfo(name)
        member.size, member.mode = len(data), 0o600
        self._tar.addfile(member, io.BytesIO(data))


@contextmanager
def writing(file: Path) -> Iterator[Writer]:
    """A new archive, for its owner's eyes; what was at `file` stays until the new one is whole and on the disk."""
    part = file.with_name(file.name + ".part")
    try:
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
            with tarfile.open(fileobj=out, mode="w:gz", compresslevel=COMPRESSION) as tar:
                yield Writer(tar)
            out.flush()
            os.fsync(out.fileno())
        os.replace(part, file)
        sync_folder(file.parent)
    finally:
        part.unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """Have the folder's entries on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class Reader:
    """An archive whose members all have the hash that its manifest names; raises BadArchive."""

    def __init__(self, file: Path) -> None:
        self._file = file
        hashes: dict[str, str] = {}
        manifest: Manifest | None = None
        for name, data in self._members():
            if name == MANIFEST:
                manifest = _parse(data, file)
            else:
                hashes[name] = hashlib.sha256(data).hexdigest()
        if manifest is None:
            raise BadArchive(f"{file} has no manifest: it is not a whole backup of Scriptorium.")
        if manifest.get("format") != FORMAT:
            raise BadArchive(f"{file} is a backup of format {manifest.get('format')}, and this version reads {FORMAT}.")
        if hashes != manifest.get("members"):
            raise BadArchive(f"{file} was damaged: its parts are not those that its manifest names.")
        self.manifest = manifest

    def named_members(self, prefix: str) -> Iterator[tuple[str, bytes]]:
        """The members below `prefix` with their names, in the order in which they were added."""
        return ((name, data) for name, data in self._members() if name.startswith(prefix))

    def member(self, name: str) -> bytes | None:
        return next((data for found, data in self._members() if found == name), None)

    def _members(self) -> Iterator[tuple[str, bytes]]:
        try:
            with tarfile.open(self._file, "r:gz") as tar:
                for member in tar:
                    if stream := tar.extractfile(member):
                        yield member.name, stream.read()
        except (tarfile.TarError, EOFError, zlib.error, OSError) as error:
            raise BadArchive(f"{self._file} cannot be read as a backup: {error}.") from error


def _parse(data: bytes, file: Path) -> Manifest:
    try:
        manifest = json.loads(data)
    except ValueError as error:
        raise BadArchive(f"{file} has a manifest that cannot be read.") from error
    return manifest if isinstance(manifest, dict) else {}
