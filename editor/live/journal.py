"""The journal's writer: one thread a process that turns what has gathered into one transaction. The commit is the tick.

It alone tells the hosts which rows there are, this process's and others', each CRDT document's in the order of `seq`.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import partial
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from django.db import connection, transaction

from editor.doorbell import room_changed
from editor.live import rows
from editor.live.forks import Forks, Outcome
from editor.live.insistence import Insistence
from editor.live.rows import Batch, NoDocument, Row
from editor.room.errors import Busy
from editor.room.job import Workspace
from editor.room.participant import Ability
from editor.wire.close_codes import CloseCode

T = TypeVar("T")
Numbered = tuple[int, bytes]
log = logging.getLogger(__name__)

LONGEST_PAUSE = 0.03
TRIES_OF_A_JOB = 5
PATIENCE = 5
"""How many times as long a job may hold the lock when it is tried again: 10,000 paragraphs take it 0.2 s."""
GROUP = 2000
GROUP_BYTES = 16 * 2**20


class Entry(NamedTuple):
    """A person's update on its way into the journal; None holds a place in the queue and writes nothing."""

    document_id: UUID
    crdt_id: int
    author: UUID
    update: bytes | None
    receipt: Callable[[CloseCode | None], None]
    """Called on the loop once the group was applied: None when it is committed, else why it was refused."""
    schema: int = 0
    """The number of the schema by which it was written, 0 where nobody says."""
    sender: UUID | None = None
    """The connection by which it came."""


@dataclass(frozen=True, slots=True)
class Watch:
    """A host holds this CRDT document up to `seq`: tell it of every row above.

    Asked again without one, the writer looks for others' rows where it does not know the one that is `announced`, the
    newest of which somebody has read or heard; `heard` are rows that came with a doorbell.
    """

    crdt_id: int
    seq: int | None
    heard: tuple[Numbered, ...] = ()
    announced: int = 0


@dataclass(frozen=True, slots=True)
class Unwatch:
    crdt_id: int


@dataclass(frozen=True, slots=True)
class Task:
    """A function run in the writer's thread; its future is resolved on the loop once what it wrote was applied."""

    run: Callable[[Forks], Any]
    done: Future[Any]
    document_id: UUID | None = None


Item = Entry | Watch | Unwatch | Task


@dataclass(slots=True)
class News:
    """What one commit brought: rows by CRDT document, those of other processes first; then who is to be told."""

    rows: dict[int, list[Numbered]] = field(default_factory=dict)
    ours: dict[int, list[Numbered]] = field(default_factory=dict)
    since: dict[int, int] = field(default_factory=dict)
    """For CRDT documents that are watched, the `seq` after which their rows are complete."""
    by_job: set[int] = field(default_factory=set)
    """CRDT documents whose rows a job of this process wrote: no host has seen them yet."""
    senders: dict[int, set[UUID | None]] = field(default_factory=dict)
    """By CRDT document the connections by which all of its rows came; other rows are nobody's."""
    schemas: dict[int, int] = field(default_factory=dict)
    """The highest schema numbers that were written to these CRDT documents."""
    documents: dict[int, UUID] = field(default_factory=dict)
    told: list[Callable[[], None]] = field(default_factory=list)
    of: set[UUID] = field(default_factory=set)
    """Documents in which somebody's frames were taken."""


class Journal:
    """`deliver(News)` and `trouble(away)` are called on the loop's thread, in the order of the commits.

    `before_commit` is called in the writer's thread when a group is written and not yet committed: tests hold it there.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        deliver: Callable[[News], None],
        trouble: Callable[[bool], None] = lambda away: None,
        before_commit: Callable[[], None] = lambda: None,
    ) -> None:
        self._loop = loop
        self._deliver = deliver
        self.database = Insistence(lambda away: self._on_loop(lambda: trouble(away)))
        self._before_commit = before_commit
        self._queue: deque[Item] = deque()
        self._wake = threading.Condition()
        self._ringing = False
        self._known: dict[int, int] = {}
        self._forks = Forks()
        self._fan_outs = (0.0, 0.0)
        self._thread = threading.Thread(target=self._write_for_ever, name="journal", daemon=True)
        self._thread.start()

    def put(self, item: Item) -> None:
        """On the loop's thread. What is put in one turn of the loop wakes the writer once, and goes into one group."""
        self._queue.append(item)
        if not self._ringing:
            self._ringing = True
            self._loop.call_soon(self._ring)

    def _ring(self) -> None:
        self._ringing = False
        with self._wake:
            self._wake.notify()

    def fanned_out(self, seconds: float) -> None:
        """Say how long the last fan-out took."""
        self._fan_outs = (self._fan_outs[1], seconds)

    @property
    def pause(self) -> float:
        """Seconds between two groups, in which more gathers: twice a fan-out's, or the next would find the loop busy.

        Of the last two the shorter counts: one large paste holds up nobody's keys.
        """
        return min(2 * min(self._fan_outs), LONGEST_PAUSE)

    def run_job(
        self,
        document_id: UUID,
        job: Callable[[Workspace], T],
        *,
        author: UUID | None = None,
        run_id: UUID | None = None,
        at_most: float | None = None,
    ) -> Future[T]:
        """Run a job in the queue; the future has its value once this process has applied what it wrote.

        One that takes more than `at_most` seconds under the lock is tried once more and given longer, since the machine
        may have been slow or the document be very long; then it fails with Busy.
        """
        done: Future[T] = Future()

        def run(forks: Forks) -> Outcome[T]:
            perform = partial(forks.perform, document_id, job, author=author, run_id=run_id)
            try:
                return perform(at_most=at_most)
            except Busy:
                return perform(at_most=at_most and at_most * PATIENCE)

        self.put(Task(run, done, document_id))
        return done

    def write(self, fn: Callable[[], T]) -> Future[T]:
        """Run a function in one transaction of the writer's."""

        def run(forks: Forks) -> T:
            with transaction.atomic():
                return fn()

        done: Future[T] = Future()
        self.put(Task(run, done))
        return done

    def close(self) -> None:
        """Commit what is queued and end the thread."""
        with self._wake:
            self.database.closing = True
            self._wake.notify()
        self._thread.join(timeout=10)

    # In the writer's thread

    def _write_for_ever(self) -> None:
        not_before = 0.0
        try:
            while True:
                with self._wake:
                    while not self._queue and not self.database.closing:
                        self._wake.wait()
                    if not self._queue:
                        return
                pause = not_before - time.monotonic()
                if pause > 0:
                    time.sleep(pause)
                group = self._take()
                self._process(group)
                if isinstance(group[0], Entry):
                    not_before = time.monotonic() + self.pause
        finally:
            connection.close()

    def _take(self) -> list[Item]:
        """What has gathered: the entries up to the first item of another kind, or that one."""
        first = self._queue.popleft()
        group: list[Item] = [first]
        if not isinstance(first, Entry):
            return group
        size = len(first.update or b"")
        while self._queue and len(group) < GROUP and isinstance(following := self._queue[0], Entry):
            size += len(following.update or b"")
            if size > GROUP_BYTES:
                break
            group.append(self._queue.popleft())
        return group

    def _process(self, group: Sequence[Item]) -> None:
        match group[0]:
            case Entry():
                self._commit([item for item in group if isinstance(item, Entry)])
            case Watch() as watch:
                self.database.insist(lambda: self._catch_up(watch))
            case Unwatch(crdt_id):
                self._known.pop(crdt_id, None)
            case Task() as task:
                self._perform(task)

    def _commit(self, entries: list[Entry]) -> None:
        try:
            self.database.insist(lambda: self._tell(self._group(entries)))
        except Exception:
            if len(entries) > 1:
                for entry in entries:
                    self._commit([entry])
            else:
                log.exception("an update could not be journalled", extra={"document": str(entries[0].document_id)})
                news = News(told=[partial(entries[0].receipt, CloseCode.OVERLOAD)], of={entries[0].document_id})
                self._tell(news)

    def _group(self, entries: list[Entry]) -> News:
        """One transaction: rights as they stand, others' rows read, ours numbered and inserted."""
        news = News(of={entry.document_id for entry in entries})
        if all(entry.update is None for entry in entries):
            news.told = [partial(entry.receipt, None) for entry in entries]
            return news
        verdicts: dict[int, CloseCode | None] = {}
        with transaction.atomic():
            granted = rows.roles((entry.document_id, entry.author) for entry in entries)
            taken: dict[int, list[Entry]] = {}
            for number, entry in enumerate(entries):
                allowed = rows.may(granted.get((entry.document_id, entry.author)), Ability.WRITE)
                verdicts[number] = None if allowed else CloseCode.NO_RIGHT
                if allowed and entry.update is not None:
                    taken.setdefault(entry.crdt_id, []).append(entry)
            batches = {crdt_id: _batch(found) for crdt_id, found in taken.items()}
            for crdt_id, (last, schema) in rows.append(batches).items() if batches else ():
                news.schemas[crdt_id] = schema
                written = batches[crdt_id].rows
                ours = list(enumerate((row.update for row in written), last - len(written) + 1))
                news.senders[crdt_id] = {entry.sender for entry in taken[crdt_id]}
                self._note(news, crdt_id, taken[crdt_id][0].document_id, ours)
            self._before_commit()
        news.told = [partial(entry.receipt, verdicts[number]) for number, entry in enumerate(entries)]
        return news

    def _note(self, news: News, crdt_id: int, document_id: UUID, ours: list[Numbered]) -> None:
        """Add our rows to the news, after those that other processes wrote since we last looked."""
        first = ours[0][0]
        known = self._known.get(crdt_id)
        others = rows.after(crdt_id, known, first - 1) if known is not None and known < first - 1 else []
        if known is not None:
            news.since[crdt_id] = known
        if others:
            news.senders.pop(crdt_id, None)
        news.rows.setdefault(crdt_id, []).extend([*others, *ours])
        news.ours.setdefault(crdt_id, []).extend(ours)
        news.documents[crdt_id] = document_id

    def _tell(self, news: News) -> None:
        for crdt_id, numbered in news.rows.items():
            if crdt_id in self._known and numbered:
                self._known[crdt_id] = max(self._known[crdt_id], numbered[-1][0])
        self._on_loop(lambda: self._deliver(news))

    def _on_loop(self, call: Callable[[], None]) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(call)

    def _catch_up(self, watch: Watch) -> None:
        if watch.seq is not None:
            self._known[watch.crdt_id] = watch.seq
        known = self._known.get(watch.crdt_id)
        if known is None or (watch.seq is None and watch.announced <= known):
            return
        heard = [row for row in watch.heard if row[0] > known]
        follows = bool(heard) and heard[0][0] == known + 1
        found = heard if follows else rows.after(watch.crdt_id, known)
        if found:
            self._tell(News(rows={watch.crdt_id: found}, since={watch.crdt_id: known}))

    def _perform(self, task: Task) -> None:
        try:
            outcome = self.database.insist(lambda: task.run(self._forks), tries=TRIES_OF_A_JOB)
        except BaseException as error:
            problem = error
            self._tell(News(told=[lambda: _fail(task.done, problem)]))
            return
        news = News()
        value = outcome
        if isinstance(outcome, Outcome):
            value = outcome.value
            for part in outcome.written:
                self.database.insist(
                    lambda part=part: self._note(  # type: ignore[misc]
                        news, part.crdt_id, outcome.document_id, [(part.seq, part.update)]
                    )
                )
                news.by_job.add(part.crdt_id)
                news.schemas[part.crdt_id] = part.schema
            news.told.extend(outcome.after_commit)
        news.told.insert(0, lambda: _resolve(task.done, value))
        self._tell(news)


def _batch(entries: Sequence[Entry]) -> Batch:
    written = [Row(entry.update, entry.author) for entry in entries if entry.update is not None]
    return Batch(written, max(entry.schema for entry in entries))


def _resolve(done: Future[Any], value: Any) -> None:
    if done.set_running_or_notify_cancel():
        done.set_result(value)


def _fail(done: Future[Any], error: BaseException) -> None:
    if done.set_running_or_notify_cancel():
        done.set_exception(error)


def run_job_now(
    document_id: UUID,
    job: Callable[[Workspace], T],
    *,
    author: UUID | None = None,
    run_id: UUID | None = None,
) -> T:
    """Run a job in the caller's thread and transaction; open rooms learn of it after the commit."""
    outcome = Forks(kept=2).perform(document_id, job, author=author, run_id=run_id)
    room_changed(document_id)
    for call in outcome.after_commit:
        transaction.on_commit(call)
    return outcome.value


__all__ = ["Entry", "Journal", "News", "NoDocument", "Task", "Unwatch", "Watch", "run_job_now"]
