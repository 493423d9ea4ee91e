"""The rooms of one process: opens and forgets hosts, hands them what commits bring; other apps reach them here."""

from __future__ import annotations

import asyncio
import logging
import time
import uuid
from collections.abc import Awaitable, Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

from django.conf import settings
from django.db import InterfaceError, OperationalError, connections
from django.db import connection as database
from django.db.backends.base.base import BaseDatabaseWrapper

from editor import doorbell, suggestions
from editor.live import clock, commands, compactor, content, facts
from editor.live.backplane import Backplane, Envelope
from editor.live.commands import Commands
from editor.live.connection import Connection
from editor.live.copy import Copy
from editor.live.facts import Stored
from editor.live.following import Following
from editor.live.host import Host, guarded
from editor.live.intake import Intake
from editor.live.journal import Journal, News, Unwatch, Watch
from editor.live.presences import Agent, Presences
from editor.live.seating import Seating
from editor.live.sockets import Sockets
from editor.live.waiting import LONGEST_HEARTBEATS
from editor.room.commands import CommandHandler
from editor.room.job import Workspace
from editor.room.replica import Replica
from editor.wire import messages
from editor.wire.close_codes import CloseCode

T = TypeVar("T")
log = logging.getLogger(__name__)
READERS = 4
PLACE_SECONDS = 0.15


class Registry:
    """One a process. Lives on the loop on which it is first used."""

    def __init__(
        self,
        handlers: Iterable[CommandHandler] = (),
        copilot: Mapping[str, Any] | None = None,
        make_journal: Callable[..., Journal] = Journal,
    ) -> None:
        self.process = uuid.uuid4().hex
        self._commands = Commands([*commands.built_in(), *handlers], lambda: self.journal)
        self.hosts: dict[UUID, Host] = {}
        self._away_since: float | None = None
        self.sockets = Sockets()
        self.changes = 0
        """Grows with every change of rights heard of: who was let in meanwhile may have been let in too soon."""
        self._copilot = dict(copilot or {})
        self._make_journal = make_journal
        self._opening: dict[UUID, asyncio.Task[Host]] = {}
        self._copies: dict[int, tuple[Host, Copy]] = {}
        self.presences = Presences(self.hosts, self._publish_awareness)
        self._following = Following(self)
        self._placing: set[UUID] = set()
        self.seating = Seating(self.process, self._write, self._later)
        self._tasks: set[asyncio.Future[Any]] = set()
        self._reading: list[BaseDatabaseWrapper] = []
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="reader", initializer=self._begin_reading)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._journal: Journal | None = None
        self._backplane: Backplane | None = None

    # Its life

    @property
    def away(self) -> bool:
        """Whether the database cannot be reached."""
        return self._away_since is not None

    @property
    def journal(self) -> Journal:
        if self._journal is None:
            raise RuntimeError("The registry has not been started.")
        return self._journal

    @property
    def backplane(self) -> Backplane:
        if self._backplane is None:
            raise RuntimeError("The registry has not been started.")
        return self._backplane

    def start(self) -> None:
        """Begin on the running loop; again does nothing."""
        if self._loop is not None:
            return
        self._loop = asyncio.get_running_loop()
        self._journal = self._make_journal(self._loop, self._deliver, self._trouble)
        self._backplane = Backplane(self.process, self._received)
        self._backplane.start()
        self._stop_listening = doorbell.listen(self.grants_changed)
        self.spawn(clock.run(self))
        self.spawn(compactor.run())

    def close_sockets(self) -> None:
        """Close every socket with 1012: whoever sat there comes back, to this process or another."""
        for host in self.hosts.values():
            host.close_all(CloseCode.RESTART)

    async def close(self) -> None:
        """Close the sockets, commit what is queued, end the tasks and threads."""
        if self._loop is None:
            return
        self._stop_listening()
        self.close_sockets()
        for task in list(self._tasks):
            task.cancel()
            with suppress(asyncio.CancelledError, Exception):
                await task
        await self.backplane.close()
        self.seating.end()
        await asyncio.to_thread(self.journal.close)
        await asyncio.to_thread(self._end_reading)
        self._loop = None

    def _begin_reading(self) -> None:
        """In a reader's thread: its connection is closed at the end, by another thread."""
        database.inc_thread_sharing()
        self._reading.append(connections[database.alias])

    def _end_reading(self) -> None:
        self._readers.shutdown(cancel_futures=True)
        for connection in self._reading:
            connection.close()

    def spawn(self, awaitable: Awaitable[Any]) -> None:
        """A task of the registry's: it is cancelled at the end, and its error is logged."""
        task = asyncio.ensure_future(awaitable)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Future[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("a task of the rooms failed", exc_info=error)

    # For other apps

    async def run_job(
        self,
        document_id: UUID,
        job: Callable[[Workspace], T],
        *,
        author: UUID | None = None,
        run_id: UUID | None = None,
    ) -> T:
        """Run a job in the writer's queue; returns once it is committed and applied here, raises what it raised."""
        self.start()
        return await asyncio.wrap_future(self.journal.run_job(document_id, job, author=author, run_id=run_id))

    async def read(self, fn: Callable[[], T]) -> T:
        """Run a function that reads rows, in the readers' threads."""
        self.start()
        return await asyncio.get_running_loop().run_in_executor(self._readers, _reading, fn)

    def show_agent(self, document_id: UUID, agent: Agent) -> None:
        """Show a copilot among the participants, in every process."""
        self.presences.show_agent(document_id, agent)

    def hide_agent(self, document_id: UUID, agent_id: str) -> None:
        self.presences.hide_agent(document_id, agent_id)

    # Rooms

    async def open(self, document_id: UUID) -> Host:
        """The document's host; those who ask at the same time wait for one load. Raises NoDocument."""
        self.start()
        if host := self.hosts.get(document_id):
            return host
        task = self._opening.get(document_id)
        if task is None:
            task = self._opening[document_id] = asyncio.ensure_future(self._load(document_id))
            task.add_done_callback(lambda _: self._opening.pop(document_id, None))
        return await asyncio.shield(task)

    async def _load(self, document_id: UUID) -> Host:
        loaded = await self.read(lambda: facts.load(document_id))
        session, text = _copy(loaded.session), _copy(loaded.content)
        check = content.check_for(session)
        host = Host(
            document_id,
            loaded.title,
            text,
            session,
            Intake(text.replica, loaded.survey, check, settings.MAX_STRUCTS_A_FRAME),
            self.journal,
            largest=settings.MAX_DOCUMENT_BYTES,
            rights_changed=self.refresh,
            commanded=self._commands.take,
            attended=self.seating.attended,
            stirred=self.presences.stirred,
            welcome=self._welcome,
        )
        if self.away:
            host.waiting.database_away(True)
        host.empty_since = time.monotonic()
        self.hosts[document_id] = host
        for copy in host.copies:
            self._copies[copy.crdt_id] = (host, copy)
            self.journal.put(Watch(copy.crdt_id, copy.seq))
        self.presences.opened(host)
        self.backplane.join(document_id)
        self.backplane.publish(document_id, "who")
        return host

    def forget(self, host: Host) -> None:
        """A room with nobody in it leaves memory; it is in the journal."""
        self.hosts.pop(host.document_id, None)
        for copy in host.copies:
            self._copies.pop(copy.crdt_id, None)
            self.journal.put(Unwatch(copy.crdt_id))
            copy.replica.close()
        self.backplane.leave(host.document_id)

    def _welcome(self, host: Host, connection: Connection) -> messages.Welcome:
        who = connection.participant
        return messages.Welcome(
            participant={
                "connection": str(who.connection),
                "user": str(who.user),
                "name": who.name,
                "colour": who.colour,
                "kind": who.kind.value,
                "role": who.role.value,
            },
            title=host.title,
            epoch=host.content.epoch,
            schema=host.content.schema,
            session_epoch=host.session.epoch,
            copilot=self._copilot,
        )

    def _write(self, fn: Callable[[], None]) -> Future[None]:
        return self.journal.write(fn)

    def _later(self, seconds: float, call: Callable[[], None]) -> None:
        if self._loop is not None:
            self._loop.call_later(seconds, call)

    # What commits bring

    def _deliver(self, news: News) -> None:
        """Apply, fan out, tell who waits, ring: in this order."""
        began = time.perf_counter()
        touched: dict[UUID, Host] = {}
        for crdt_id in news.rows:
            if found := self._copies.get(crdt_id):
                host, copy = found
                touched[host.document_id] = host
                guarded(host, partial(host.apply, copy, news))
        for host in touched.values():
            guarded(host, partial(host.fan_out, news))
            self._place_suggestions(host)
        for call in news.told:
            try:
                call()
            except Exception:
                log.exception("what follows a commit failed")
        for document_id in {*touched, *news.of}:
            if host_here := self.hosts.get(document_id):
                host_here.tell_saved()
                host_here.tell_large()
                host_here.presence.release()
        for crdt_id, numbered in news.ours.items():
            updates = [update for _, update in numbered]
            told = {"crdt": crdt_id, "first": numbered[0][0], "last": numbered[-1][0]}
            told["schema"] = news.schemas.get(crdt_id, 0)
            self.backplane.publish(news.documents[crdt_id], "rows", **told, updates=updates)
        self.journal.fanned_out(time.perf_counter() - began)

    def _place_suggestions(self, host: Host) -> None:
        """Say, a moment after the text has changed, where the pending suggestions stand now."""
        if host.has_moved() and host.document_id not in self._placing:
            self._placing.add(host.document_id)
            self.spawn(self._place(host.document_id))

    async def _place(self, document_id: UUID) -> None:
        await asyncio.sleep(PLACE_SECONDS)
        self._placing.discard(document_id)
        await self.run_job(document_id, suggestions.recompute)

    def _trouble(self, away: bool) -> None:
        self._away_since = time.monotonic() if away else None
        for host in self.hosts.values():
            host.waiting.database_away(away)

    def shut_rooms(self, now: float) -> None:
        """After a while without the database rooms take no more changes, until what waits is committed."""
        if self._away_since is not None and now - self._away_since > LONGEST_HEARTBEATS * settings.HEARTBEAT_SECONDS:
            for host in self.hosts.values():
                host.waiting.shut_now()

    # What other processes and writers say

    def _received(self, envelope: Envelope) -> None:
        document_id = UUID(envelope["document"])
        host = self.hosts.get(document_id)
        if host is None:
            return
        match envelope["kind"]:
            case "rows":
                self._rows_elsewhere(envelope)
            case "changed":
                self.refresh(document_id)
            case "awareness":
                self.presences.heard(host, envelope)
            case "who":
                self.presences.tell(host)

    def _rows_elsewhere(self, envelope: Envelope) -> None:
        """Rows may come with their bytes; whether they follow on what is known, the writer decides."""
        found = self._copies.get(int(envelope["crdt"]))
        if found is not None:
            host, copy = found
            if copy is host.content:
                host.raise_schema(int(envelope.get("schema", 0)))
            updates = [bytes(update) for update in envelope.get("updates", ())]
            heard = tuple(enumerate(updates, int(envelope["first"])))
            self.journal.put(Watch(copy.crdt_id, None, heard, announced=int(envelope["last"])))

    def _publish_awareness(self, document_id: UUID, entries: bytes) -> None:
        """With the `seq` up to which the text is shown here: in another process a caret may not overtake it either."""
        if self._backplane is not None:
            host = self.hosts.get(document_id)
            seq = host.content.seq if host else 0
            self._backplane.publish(document_id, "awareness", entries=entries, seq=seq)

    def grants_changed(self, document_id: UUID) -> None:
        """A document's grants, people, title or journal changed outside the rooms: read them again, in every process.

        May be called from any thread.
        """
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._changed_here, document_id)

    def _changed_here(self, document_id: UUID) -> None:
        self.refresh(document_id)
        self.backplane.publish(document_id, "changed")

    def refresh(self, *document_ids: UUID) -> None:
        """Follow what the rows say of open rooms."""
        self.changes += 1
        self._following.refresh(*document_ids)


def _copy(stored: Stored) -> Copy:
    replica = Replica(stored.state)
    size = len(stored.state)
    return Copy(stored.kind, stored.crdt_id, stored.epoch, stored.schema, replica, stored.seq, grown=size)


def _reading(fn: Callable[[], T]) -> T:
    try:
        return fn()
    except (OperationalError, InterfaceError):
        database.close()
        raise
