"""The rooms of one process: opens and forgets hosts, hands them what commits bring; other apps reach them here."""

from __future__ import annotations

import asyncio
import logging
import math
import time
import uuid
from collections.abc import Awaitable, Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

from django.conf import settings
from django.db import InterfaceError, OperationalError, connections
from django.db import connection as database
from django.db.backends.base.base import BaseDatabaseWrapper

from editor import doorbell, suggestions
from editor.live import clock, commands, compactor, content, facts, seats
from editor.live.awareness import agent_client
from editor.live.backplane import Backplane, Envelope
from editor.live.connection import Connection, SeatRow
from editor.live.copy import Copy
from editor.live.facts import Stored
from editor.live.host import Host, guarded
from editor.live.intake import Intake
from editor.live.journal import Journal, News, Unwatch, Watch
from editor.live.sockets import Sockets
from editor.live.waiting import LONGEST_HEARTBEATS
from editor.room import presence
from editor.room.commands import CommandHandler
from editor.room.job import Workspace
from editor.room.replica import Replica
from editor.wire import messages
from editor.wire import presence as wire_presence
from editor.wire.close_codes import CloseCode

T = TypeVar("T")
log = logging.getLogger(__name__)
READERS = 4
PLACE_SECONDS = 0.15
NO_SUCH_COMMAND = "This server does not know what was asked. Reload the page."
CANNOT_SAVE = "This cannot be saved at the moment. Try again when changes are being saved again."
TOO_MANY_COMMANDS = "That was too much at once. Wait a moment, then try again."
SEAT_SECONDS = 1.0
GATHER_SEATS_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Agent:
    """A copilot as participants see it; `status` is what it does, in words."""

    id: str
    name: str
    colour: str
    status: str


class Registry:
    """One a process. Lives on the loop on which it is first used."""

    def __init__(
        self,
        handlers: Iterable[CommandHandler] = (),
        copilot: Mapping[str, Any] | None = None,
        make_journal: Callable[..., Journal] = Journal,
    ) -> None:
        self.process = uuid.uuid4().hex
        self.handlers = {handler.type: handler for handler in [*commands.built_in(), *handlers]}
        self.hosts: dict[UUID, Host] = {}
        self._away_since: float | None = None
        self.sockets = Sockets()
        self.changes = 0
        """Grows with every change of rights heard of: who was let in meanwhile may have been let in too soon."""
        self._copilot = dict(copilot or {})
        self._make_journal = make_journal
        self._agents: dict[UUID, dict[str, Agent]] = {}
        self._opening: dict[UUID, asyncio.Task[Host]] = {}
        self._copies: dict[int, tuple[Host, Copy]] = {}
        self._refreshing: set[UUID] = set()
        self._refresh_again: set[UUID] = set()
        self._placing: set[UUID] = set()
        self._seats: list[seats.Sitting] = []
        self._seats_written: Future[None] | None = None
        self._foreign: dict[tuple[UUID, str], float] = {}
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
        self._write_seats()
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
        self._agents.setdefault(document_id, {})[agent.id] = agent
        if host := self.hosts.get(document_id):
            self._put_agent(host, agent)
        elif self._backplane is not None:
            entry = wire_presence.Presence(agent_client(agent.id), int(time.time()), _agent_state(agent))
            self._publish_awareness(document_id, [entry])

    def hide_agent(self, document_id: UUID, agent_id: str) -> None:
        agents = self._agents.get(document_id, {})
        agents.pop(agent_id, None)
        if not agents:
            self._agents.pop(document_id, None)
        if host := self.hosts.get(document_id):
            host.awareness.remove(("agent", agent_id))
        elif self._backplane is not None:
            entry = wire_presence.Presence(agent_client(agent_id), int(time.time()), None)
            self._publish_awareness(document_id, [entry])

    def _put_agent(self, host: Host, agent: Agent) -> None:
        client = agent_client(agent.id)
        host.awareness.put(("agent", agent.id), client, int(time.time()), _agent_state(agent))

    def renew_agents(self) -> None:
        """Say again that the copilots are here: browsers forget who has said nothing for 30 s."""
        for document_id, agents in self._agents.items():
            for agent in agents.values():
                if host := self.hosts.get(document_id):
                    host.awareness.renew(("agent", agent.id))
                else:
                    self.show_agent(document_id, agent)

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
        title, stored = await self.read(lambda: facts.load(document_id))
        session, text = _copy(stored["session"]), _copy(stored["content"])
        host = Host(
            document_id,
            title,
            text,
            session,
            Intake(text.replica, content.check_for(session), settings.MAX_STRUCTS_A_FRAME),
            self.journal,
            largest=settings.MAX_DOCUMENT_BYTES,
            rights_changed=self.refresh,
            commanded=self._commanded,
            attended=self._attended,
            welcome=self._welcome,
        )
        if self.away:
            host.waiting.database_away(True)
        host.empty_since = time.monotonic()
        self.hosts[document_id] = host
        for copy in host.copies:
            self._copies[copy.crdt_id] = (host, copy)
            self.journal.put(Watch(copy.crdt_id, copy.seq))
        for agent in self._agents.get(document_id, {}).values():
            self._put_agent(host, agent)
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

    def _attended(self, host: Host, connection: Connection) -> None:
        """Write the seat; of many changes one is on its way, and the next follows a second later with what is then."""
        if connection.seat is SeatRow.WRITTEN:
            connection.seat = SeatRow.ON_ITS_WAY
            self._write_seat(host, connection).add_done_callback(lambda _: self._seat_written(host, connection))
        else:
            connection.seat = SeatRow.CHANGED_AGAIN

    def _seat_written(self, host: Host, connection: Connection) -> None:
        again = connection.seat is SeatRow.CHANGED_AGAIN
        connection.seat = SeatRow.WRITTEN
        if not again:
            return
        if connection.closed or self._loop is None:
            self._attended(host, connection)
        else:
            connection.seat = SeatRow.ON_ITS_WAY
            self._loop.call_later(SEAT_SECONDS, self._write_seat_again, host, connection)

    def _write_seat_again(self, host: Host, connection: Connection) -> None:
        connection.seat = SeatRow.WRITTEN
        if self._loop is not None:
            self._attended(host, connection)

    def _write_seat(self, host: Host, connection: Connection) -> Future[None]:
        attention = "gone" if connection.closed else connection.attention.value
        who = connection.participant
        if self._seats_written is None:
            self._seats_written = Future()
            self._later(GATHER_SEATS_SECONDS, self._write_seats)
        self._seats.append(seats.Sitting(host.document_id, who.connection, who.user, attention))
        return self._seats_written

    def _write_seats(self) -> None:
        """What has gathered, in one transaction: many come, and go, at once."""
        written, self._seats_written = self._seats_written, None
        if written is None:
            return
        sitting, self._seats = self._seats, []
        done = self.journal.write(partial(seats.write, self.process, sitting))
        done.add_done_callback(lambda done: self._seats_settled(done, sitting, written))

    def _seats_settled(self, done: Future[None], sitting: list[seats.Sitting], written: Future[None]) -> None:
        """A seat that cannot be written, its document being gone, costs nobody else theirs."""
        if done.exception() is not None:
            for seat in sitting:
                _logged(self.journal.write(partial(seats.write, self.process, [seat])))
        written.set_result(None)

    def _later(self, seconds: float, call: Callable[[], None]) -> None:
        if self._loop is not None:
            self._loop.call_later(seconds, call)

    def renew_seats(self) -> None:
        sitting = {c.id: c.attention.value for host in self.hosts.values() for c in host.connections.values()}
        if sitting:
            _logged(self.journal.write(partial(seats.renew, sitting)))

    # Commands

    def _commanded(self, host: Host, connection: Connection, command: messages.Command) -> None:
        handler = self.handlers.get(command.type)
        if handler is None:
            connection.tell(messages.Nack(command.id, "unknown_command", NO_SUCH_COMMAND))
            return
        if wait := connection.pace.command(time.monotonic()):
            details = {"retry_after": math.ceil(wait)}
            connection.tell(messages.Nack(command.id, "too_fast", TOO_MANY_COMMANDS, details))
            return
        try:
            asked = handler.parse(command.fields)
        except ValueError as error:
            connection.tell(messages.Nack(command.id, "invalid", str(error)))
            return
        if host.waiting.shut:
            connection.tell(messages.Nack(command.id, "not_saved", CANNOT_SAVE))
            return
        author = connection.participant.user
        job = commands.job_of(handler, connection.participant, command.id, asked)
        connection.pace.waiting += 1
        done = self.journal.run_job(host.document_id, job, author=author)
        done.add_done_callback(partial(_answer, connection, command.id))

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
            guarded(host, host.fan_out)
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
        for crdt_id, numbered in news.ours.items():
            updates = [update for _, update in numbered]
            self.backplane.publish(news.documents[crdt_id], "rows", crdt=crdt_id, first=numbered[0][0], updates=updates)
        self.journal.fan_out_seconds = time.perf_counter() - began

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
                self._awareness_elsewhere(host, envelope)
            case "who":
                self._publish_awareness(document_id, self._local(host))

    def _rows_elsewhere(self, envelope: Envelope) -> None:
        """Rows may come with their bytes; whether they follow on what is known, the writer decides."""
        found = self._copies.get(int(envelope["crdt"]))
        if found is not None:
            _, copy = found
            updates = [bytes(update) for update in envelope.get("updates", ())]
            first = int(envelope["first"])
            self.journal.put(Watch(copy.crdt_id, None, tuple(enumerate(updates, first))))

    def _awareness_elsewhere(self, host: Host, envelope: Envelope) -> None:
        owner = ("process", str(envelope["from"]))
        self._foreign[host.document_id, owner[1]] = time.monotonic()
        for entry in wire_presence.read(bytes(envelope["entries"])):
            if entry.state is not None:
                host.awareness.put(owner, entry.client, entry.clock, entry.state)
            elif host.awareness.owner_of(entry.client) == owner:
                host.awareness.remove_client(entry.client)

    def forget_silent_processes(self, now: float, seconds: float) -> None:
        for (document_id, process), heard in list(self._foreign.items()):
            if now - heard > seconds:
                del self._foreign[document_id, process]
                if host := self.hosts.get(document_id):
                    host.awareness.remove(("process", process))

    def flush_awareness(self) -> None:
        """Send each room's presence, merged, and tell the other processes what is of this one."""
        for host in list(self.hosts.values()):
            guarded(host, partial(self._flush_awareness, host))

    def _flush_awareness(self, host: Host) -> None:
        changed = host.flush_awareness()
        if changed:
            self._publish_awareness(host.document_id, [entry for entry in changed if self._is_local(host, entry)])

    def _is_local(self, host: Host, entry: wire_presence.Presence) -> bool:
        owner = host.awareness.owner_of(entry.client)
        return not (isinstance(owner, tuple) and owner[0] == "process")

    def _local(self, host: Host) -> list[wire_presence.Presence]:
        return [entry for entry in host.awareness.all() if self._is_local(host, entry)]

    def say_who_is_here(self) -> None:
        for host in self.hosts.values():
            self._publish_awareness(host.document_id, self._local(host))

    def _publish_awareness(self, document_id: UUID, entries: list[wire_presence.Presence]) -> None:
        if entries:
            self.backplane.publish(document_id, "awareness", entries=wire_presence.write(entries))

    def grants_changed(self, document_id: UUID) -> None:
        """A document's grants, people, title or journal changed outside the rooms: read them again, in every process.

        May be called from any thread.
        """
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._changed_here, document_id)

    def _changed_here(self, document_id: UUID) -> None:
        self.refresh(document_id)
        self.backplane.publish(document_id, "changed")

    def refresh(self, document_id: UUID) -> None:
        """Follow what the rows say; asked while it is under way, it is done once more."""
        self.changes += 1
        if document_id in self._refreshing:
            self._refresh_again.add(document_id)
        elif document_id in self.hosts:
            self._refreshing.add(document_id)
            self.spawn(self._refresh(document_id))

    async def _refresh(self, document_id: UUID) -> None:
        try:
            while True:
                self._refresh_again.discard(document_id)
                host = self.hosts.get(document_id)
                if host is None:
                    return
                people = {connection.participant.user for connection in host.connections.values()}
                found = await self.read(partial(facts.read, document_id, people))
                self._follow(host, found, people)
                if document_id not in self._refresh_again:
                    return
        finally:
            self._refreshing.discard(document_id)

    def _follow(self, host: Host, found: facts.Facts | None, asked: set[UUID]) -> None:
        if found is None:
            host.close_all(CloseCode.NO_DOCUMENT)
            return
        if found.title != host.title:
            host.title = found.title
            host.tell_everyone(messages.TitleChanged(found.title))
        for connection in list(host.connections.values()):
            if connection.participant.user in asked:
                _follow_person(host, connection, found.people.get(connection.participant.user))
        for copy in host.copies:
            if found.seqs.get(copy.crdt_id, 0) > copy.seq:
                self.journal.put(Watch(copy.crdt_id, None))


def _follow_person(host: Host, connection: Connection, person: facts.Person | None) -> None:
    who = connection.participant
    if person is None:
        connection.tell(messages.AccessChanged(""))
        connection.close(CloseCode.NO_RIGHT)
        return
    if person.role != who.role:
        connection.change_role(person.role, person.generation, time.monotonic())
    if connection.refused:
        host.begin_anew(connection)
    if (person.name, person.colour) != (who.name, who.colour):
        connection.change_looks(person.name, person.colour)
    if connection.participant != who:
        host.restamp(connection)


def _answer(connection: Connection, command_id: str, done: Future[Any]) -> None:
    connection.pace.waiting -= 1
    error = done.exception()
    if error is None:
        connection.tell(messages.Ack(command_id, done.result()))
        return
    refusal = commands.nack(command_id, error)
    if refusal.code == "failed":
        log.error("a command failed", exc_info=error, extra={"command": command_id})
    connection.tell(refusal)


def _agent_state(agent: Agent) -> dict[str, Any]:
    return presence.agent_state(agent.id, agent.name, agent.colour, agent.status)


def _copy(stored: Stored) -> Copy:
    replica = Replica(stored.state)
    size = len(stored.state)
    return Copy(stored.kind, stored.crdt_id, stored.epoch, stored.schema, replica, stored.seq, grown=size)


def _logged(done: Future[Any]) -> None:
    def look(done: Future[Any]) -> None:
        if (error := done.exception()) is not None:
            log.warning("a seat could not be written: %s", error)

    done.add_done_callback(look)


def _reading(fn: Callable[[], T]) -> T:
    try:
        return fn()
    except (OperationalError, InterfaceError):
        database.close()
        raise
