"""What a backup promises of each CRDT document: how far its journal reaches, and the digest of the text it makes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from editor import documents
from editor.models import CrdtDocument
from editor.room.errors import RoomError
from editor.wire.digest import digest
from editor.wire.varint import MalformedFrame

State = dict[str, Any]


def all_states() -> Iterator[State]:
    """Every CRDT document by id. `sha256` is the digest of its state; None, with a `problem`, if none is made."""
    for crdt in CrdtDocument.objects.order_by("pk").iterator(chunk_size=500):
        yield state(crdt)


def state(crdt: CrdtDocument) -> State:
    known: State = {"crdt": crdt.pk, "document": str(crdt.document_id), "kind": crdt.kind, "epoch": crdt.epoch}
    try:
        replica, seq = documents.load_replica(crdt.document_id, crdt.kind)
    except (RoomError, MalformedFrame) as error:
        return {**known, "seq": crdt.seq, "sha256": None, "problem": f"cannot be read ({error})"}
    hashed = digest(replica.state())
    replica.close()
    if seq != crdt.seq:
        return {**known, "seq": seq, "sha256": hashed, "problem": f"has a journal to {seq} instead of {crdt.seq}"}
    return {**known, "seq": seq, "sha256": hashed}
