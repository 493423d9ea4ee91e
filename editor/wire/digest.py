"""A hash of what a document is: the same for two replicas of it, though their bytes may differ.

A state encodes maps in any order, and runs of text in one struct or several.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from typing import Any

from editor.wire.update import DeleteRange, Kind, Struct, decode_update

JOINED = (Kind.STRING, Kind.DELETED, Kind.GC, Kind.SKIP)


def digest(state: bytes) -> str:
    """The SHA-256, in hexadecimal, of a state in one update; raises MalformedFrame."""
    update = decode_update(state, max_structs=None)
    hashed = hashlib.sha256()
    for struct in _joined(sorted(update.structs, key=lambda struct: struct[:2])):
        hashed.update(_line(struct))
    for deleted in _ranges(sorted(update.deletes)):
        hashed.update(_line(deleted))
    return hashed.hexdigest()


def _joined(structs: Iterable[Struct]) -> Iterator[Struct]:
    """Runs of one content that follow each other, as one struct."""
    last: Struct | None = None
    for struct in structs:
        if last is not None and _follows(last, struct):
            text = last.content + struct.content if last.kind is Kind.STRING else None
            last = last._replace(length=last.length + struct.length, content=text)
            continue
        if last is not None:
            yield last
        last = struct
    if last is not None:
        yield last


def _follows(first: Struct, second: Struct) -> bool:
    if first.kind is not second.kind or first.kind not in JOINED or first.client != second.client:
        return False
    if first.kind in (Kind.GC, Kind.SKIP):
        return True
    return second.origin == (first.client, first.end - 1) and first.right_origin == second.right_origin


def _ranges(deletes: Iterable[DeleteRange]) -> Iterator[DeleteRange]:
    last: DeleteRange | None = None
    for deleted in deletes:
        if last is not None and last.client == deleted.client and deleted.clock <= last.clock + last.length:
            end = max(last.clock + last.length, deleted.clock + deleted.length)
            last = last._replace(length=end - last.clock)
            continue
        if last is not None:
            yield last
        last = deleted
    if last is not None:
        yield last


def _line(values: Any) -> bytes:
    return json.dumps(values, sort_keys=True, separators=(",", ":"), default=bytes.hex).encode() + b"\n"
