"""Jobs: changes that are computed on forks of a document's replicas, under its lock, in one transaction.

A thread that runs jobs has Forks of its own. A fork holds the journal up to its `seq` and is thrown away whenever
it may hold anything else.
"""

from __future__ import annotations

import time
import uuid
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from editor.live import rows
from editor.live.rows import Batch, Row
from editor.room.errors import Busy
from editor.room.job import Workspace
from editor.room.replica import Replica

T = TypeVar("T")
KEPT_FORKS = 64
KINDS = ("content", "session")
LOCKED_SECONDS = 0.2
"""Nobody else writes to a document while a job holds its lock."""


@dataclass(slots=True)
class Fork:
    document_id: UUID
    replica: Replica
    seq: int = 0


@dataclass(frozen=True, slots=True)
class Written:
    """One CRDT document's share in what a job wrote."""

    crdt_id: int
    kind: str
    seq: int
    update: bytes
    schema: int


@dataclass(frozen=True, slots=True)
class Outcome(Generic[T]):
    """What a job returned and wrote. `after_commit` is to be called once its rows were applied."""

    document_id: UUID
    value: T
    written: tuple[Written, ...]
    after_commit: tuple[Callable[[], None], ...]


class Forks:
    """The forks of one thread, the least recently used thrown away first."""

    def __init__(self, kept: int = KEPT_FORKS) -> None:
        self._kept = kept
        self._forks: OrderedDict[int, Fork] = OrderedDict()

    def perform(
        self,
        document_id: UUID,
        job: Callable[[Workspace], T],
        *,
        author: UUID | None,
        run_id: UUID | None,
        at_most: float | None = None,
    ) -> Outcome[T]:
        """Lock, catch up, run the job, journal its edits, commit. Raises what the job raised; nothing is then kept.

        Raises Busy where that took more than `at_most` seconds under the lock. A document that is not in memory is
        loaded before it is locked.
        """
        ids: list[int] = []
        try:
            if sum(fork.document_id == document_id for fork in self._forks.values()) < len(KINDS):
                for crdt_id, seq in rows.newest(document_id).values():
                    ids.append(crdt_id)
                    self._caught_up(document_id, crdt_id, seq)
            with transaction.atomic():
                locked = rows.lock(document_id)
                since = time.monotonic()
                ids = [locked[kind][0] for kind in KINDS]
                workspace = self._workspace(document_id, locked, author, run_id)
                value = job(workspace)
                written = self._journal(workspace, locked)
                if at_most is not None and time.monotonic() - since > at_most:
                    raise Busy
        except BaseException:
            self.drop(ids)
            raise
        for part in written:
            self._forks[part.crdt_id].seq = part.seq
        return Outcome(document_id, value, written, tuple(workspace.after_commit))

    def drop(self, crdt_ids: list[int]) -> None:
        for crdt_id in crdt_ids:
            if fork := self._forks.pop(crdt_id, None):
                fork.replica.close()

    def _workspace(
        self, document_id: UUID, locked: dict[str, tuple[int, int]], author: UUID | None, run_id: UUID | None
    ) -> Workspace:
        content, session = (self._caught_up(document_id, *locked[kind]) for kind in KINDS)
        return Workspace(
            document_id=document_id,
            content=content.replica,
            session=session.replica,
            content_seq=content.seq,
            session_seq=session.seq,
            now=timezone.now(),
            new_id=uuid.uuid4,
            author=author,
            run_id=run_id,
        )

    def _caught_up(self, document_id: UUID, crdt_id: int, seq: int) -> Fork:
        fork = self._forks.get(crdt_id)
        if fork is None:
            fork = self._forks[crdt_id] = Fork(document_id, Replica())
        self._forks.move_to_end(crdt_id)
        while len(self._forks) > self._kept:
            self._forks.popitem(last=False)
        if fork.seq < seq:
            for number, update in rows.after(crdt_id, fork.seq):
                fork.replica.apply(update)
                fork.seq = number
        return fork

    def _journal(self, workspace: Workspace, locked: dict[str, tuple[int, int]]) -> tuple[Written, ...]:
        written = []
        replicas: dict[str, Any] = {"content": workspace.content, "session": workspace.session}
        for kind in sorted(KINDS, key=lambda kind: locked[kind][0]):
            update = replicas[kind].take_edits()
            if update is not None:
                crdt_id = locked[kind][0]
                row = Row(update, workspace.author, workspace.run_id)
                seq, schema = rows.append({crdt_id: Batch([row], settings.SCHEMA)})[crdt_id]
                written.append(Written(crdt_id, kind, seq, update, schema))
        return tuple(written)
