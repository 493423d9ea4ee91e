"""Compaction: rows become a snapshot. Whatever ends it, at any step, leaves a journal that loads to the same text.

A snapshot is written beside the rows that it covers, and only then are these deleted, from the lowest on: a reader
who misses a row takes the newest snapshot (`rows.after`). A step is a transaction under the lease of the CRDT document.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import Count, F, Max, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce, Now

from editor import leases
from editor.leases import Held
from editor.models import CrdtDocument, JournalRow, Snapshot
from editor.room.replica import Replica
from editor.wire.digest import digest
from editor.wire.known import DeletedRanges, decode_state_vector
from editor.wire.update import decode_update

LEASE_SECONDS = 120.0
YOUNG_SECONDS = 60.0
ROWS_A_STEP = 5000


class NotWhole(Exception):
    """The rows do not make a text that holds them all: they stay as they are."""


@dataclass(frozen=True, slots=True)
class Compacted:
    """How many rows a snapshot up to `seq` has taken the place of."""

    seq: int
    rows: int


Step = Callable[[str], None]


def candidates(least: int) -> Iterator[int]:
    """CRDT documents with at least so many rows, or with rows that a snapshot has made superfluous."""
    newest = Snapshot.objects.filter(crdt=OuterRef("pk")).order_by("-seq").values("seq")[:1]
    found = CrdtDocument.objects.annotate(covered=Coalesce(Subquery(newest), 0)).annotate(
        kept=Count("rows"), left=Count("rows", filter=Q(rows__seq__lte=F("covered")))
    )
    yield from found.filter(Q(kept__gte=least) | Q(left__gt=0)).order_by("pk").values_list("pk", flat=True)


def compact(
    crdt_id: int,
    *,
    young_seconds: float = YOUNG_SECONDS,
    lease_seconds: float = LEASE_SECONDS,
    step: Step = lambda name: None,
) -> Compacted | None:
    """Put the rows older than `young_seconds` into a snapshot; None while another process does it.

    Raises NotWhole, or `leases.LeaseLost` where it took too long. Young rows stay for processes that lag a little
    behind. `step` is told what is about to happen.
    """
    held = leases.acquire(f"compact:{crdt_id}", uuid.uuid4().hex, lease_seconds)
    if held is None:
        return None
    work = _Work(crdt_id, held, lease_seconds, step)
    step("load")
    work.write_snapshot(young_seconds)
    done = work.delete_rows()
    leases.release(held)
    return done


@dataclass(frozen=True, slots=True)
class _Work:
    crdt_id: int
    held: Held
    lease_seconds: float
    step: Step

    def write_snapshot(self, young_seconds: float) -> None:
        """A snapshot of the rows that are old enough, if there are any above the newest one."""
        base = self._newest()
        start = base.seq if base else 0
        rows = self._above(start, young_seconds)
        if not rows:
            return
        state = merged(bytes(base.state) if base else None, [update for _, update in rows])
        seq = rows[-1][0]
        if [number for number, _ in rows] != list(range(start + 1, seq + 1)):
            raise NotWhole(f"rows are missing between {start} and {seq}")
        self.step("write")
        with transaction.atomic():
            leases.renew(self.held, self.lease_seconds)
            snapshot = Snapshot.objects.create(crdt_id=self.crdt_id, seq=seq, state=state)
            stored = bytes(Snapshot.objects.get(pk=snapshot.pk).state)
            if hashlib.sha256(stored).digest() != hashlib.sha256(state).digest():
                raise NotWhole("the database gave back another snapshot than was written")
            self.step("commit")

    def delete_rows(self) -> Compacted:
        """Delete what the newest snapshot covers, and then the older ones."""
        snapshot = self._newest()
        seq, deleted = (snapshot.seq if snapshot else 0), 0
        while True:
            self.step("delete")
            with transaction.atomic():
                leases.renew(self.held, self.lease_seconds)
                count = self._delete_some(seq)
                self.step("commit the deletion")
            deleted += count
            if not count:
                break
        with transaction.atomic():
            leases.renew(self.held, self.lease_seconds)
            Snapshot.objects.filter(crdt_id=self.crdt_id, seq__lt=seq).delete()
            self.step("commit the end")
        return Compacted(seq, deleted)

    def _delete_some(self, seq: int) -> int:
        covered = JournalRow.objects.filter(crdt_id=self.crdt_id, seq__lte=seq)
        lowest = covered.order_by("seq").values_list("seq", flat=True).first()
        return covered.filter(seq__lt=lowest + ROWS_A_STEP).delete()[0] if lowest is not None else 0

    def _newest(self) -> Snapshot | None:
        return Snapshot.objects.filter(crdt_id=self.crdt_id).order_by("-seq").first()

    def _above(self, seq: int, young_seconds: float) -> list[tuple[int, bytes]]:
        rows = JournalRow.objects.filter(crdt_id=self.crdt_id, seq__gt=seq)
        old = rows.filter(created__lte=Now() - timedelta(seconds=young_seconds)).aggregate(last=Max("seq"))["last"]
        found = rows.filter(seq__lte=old or 0).order_by("seq").values_list("seq", "update")
        return [(number, bytes(update)) for number, update in found]


def merged(base: bytes | None, updates: list[bytes]) -> bytes:
    """One update that holds them all, proved by loading it again; raises NotWhole."""
    replica = Replica(base) if base is not None else Replica()
    for update in updates:
        replica.apply(update)
    state = replica.state()
    again = Replica(state)
    if digest(again.state()) != digest(state):
        raise NotWhole("the snapshot loads to another text")
    clocks = decode_state_vector(again.state_vector())
    deleted = DeletedRanges()
    deleted.add_update(decode_update(state, max_structs=None))
    for update in updates:
        read = decode_update(update, max_structs=None)
        if any(clock > clocks.get(client, 0) for client, clock in read.end_clocks().items()):
            raise NotWhole("a row waits for one that is missing")
        if not deleted.covers(read.deletes):
            raise NotWhole("a row deletes what is missing")
    replica.close()
    again.close()
    return state
