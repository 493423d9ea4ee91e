"""The host owns one room in this process: every change enters here, and leaves to everybody at once.

All of it runs on the event loop's thread and awaits nothing, so that a message is taken whole or not at all.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from functools import partial
from typing import assert_never
from uuid import UUID

from editor.live.catching_up import CatchingUp, clocks
from editor.live.connection import Connection
from editor.live.copy import Copy
from editor.live.intake import Intake, Verdict
from editor.live.journal import Entry, Journal, News, Watch
from editor.live.outbox import Frame
from editor.live.room_presence import RoomPresence
from editor.live.waiting import Waiting
from editor.room.errors import BadFrame, ReplicaBroken
from editor.room.participant import Ability
from editor.room.session import read_all
from editor.room.suggestion import Status
from editor.wire import messages
from editor.wire.close_codes import CloseCode

log = logging.getLogger(__name__)
LARGE = 0.8
LARGE_DOCUMENT = "This document has reached {percent} % of the size it can have. Go on in a new one soon."
QUERY = Frame(messages.QueryAwareness())

Commanded = Callable[["Host", Connection, messages.Command], None]
Attended = Callable[["Host", Connection], None]


class Host:
    """One room. What it needs of the process comes in as functions."""

    def __init__(
        self,
        document_id: UUID,
        title: str,
        content: Copy,
        session: Copy,
        intake: Intake,
        journal: Journal,
        *,
        largest: int,
        rights_changed: Callable[[UUID], None],
        commanded: Commanded,
        attended: Attended,
        stirred: Callable[[UUID], None],
        welcome: Callable[[Host, Connection], messages.Welcome],
    ) -> None:
        self.document_id = document_id
        self.title = title
        self.content = content
        self.session = session
        self.connections: dict[UUID, Connection] = {}
        self.presence = RoomPresence(self.connections, partial(stirred, document_id))
        self.empty_since: float | None = None
        self.waiting = Waiting(self.tell_everyone, self._ask_again)
        self._catching_up = CatchingUp(content, session)
        self._intake = intake
        self._largest = largest
        self._rights_changed = rights_changed
        self._told_large = False
        self._learn_ours = False
        self._moved = False
        self._pending: bool | None = None
        self._journal = journal
        self._commanded = commanded
        self._attended = attended
        self._welcome = welcome

    @property
    def copies(self) -> tuple[Copy, Copy]:
        return self.content, self.session

    # Joining and leaving

    def join(self, connection: Connection) -> None:
        """Seat a participant: who may write is asked for what the room lacks; with the next presence they see all."""
        connection.on_drained = self._drained  # type: ignore[method-assign]
        self.connections[connection.id] = connection
        self.empty_since = None
        if connection.may(Ability.WRITE):
            connection.outbox.now(self._catching_up.question())
        self.presence.joined(connection)
        self._attended(self, connection)

    async def boundary(self, user: UUID) -> None:
        """Wait until what is queued now is committed: who then joins gets a state that holds all of it."""
        if not self.waiting.entries:
            return
        settled = asyncio.get_running_loop().create_future()

        def settle(refused: CloseCode | None) -> None:
            self.waiting.settled(0)
            if not settled.done():
                settled.set_result(None)

        self.waiting.add(0)
        self._journal.put(Entry(self.document_id, self.content.crdt_id, user, None, settle))
        await settled

    def leave(self, connection: Connection, now: float) -> None:
        connection.closed = True
        if self.connections.pop(connection.id, None) is not None:
            self.presence.left(connection)
            self._attended(self, connection)
        if not self.connections:
            self.empty_since = now

    # Messages up

    def receive(self, connection: Connection, message: messages.ClientMessage, now: float) -> None:
        """Take one message in; raises BadFrame, which ends the connection."""
        connection.heard = now
        match message:
            case messages.SyncUpdate(update):
                self._take_update(connection, update, fills_gap=False)
            case messages.SyncStep2(update):
                self._take_update(connection, update, fills_gap=True)
            case messages.Awareness(entries):
                self.presence.take(connection, entries)
            case messages.QueryAwareness():
                connection.pace.weigh(self.presence.show_everyone(connection), now)
            case messages.SyncStep1(state_vector):
                self._answer(connection, state_vector)
            case messages.SessionStep1(channel, epoch, state_vector):
                self._catching_up.answer_session(connection, channel, epoch, state_vector)
            case messages.Hello():
                connection.greeted = True
                connection.tell(self._welcome(self, connection))
                if self.waiting.notice is not None:
                    connection.tell(self.waiting.notice)
                if self._told_large or self.content.grown >= LARGE * self._largest:
                    connection.tell(self._large())
            case messages.SetAttention(attention):
                if connection.attention is not attention:
                    connection.attention = attention
                    self._attended(self, connection)
            case messages.Command():
                self._commanded(self, connection, message)
            case _:
                assert_never(message)

    def _answer(self, connection: Connection, state_vector: bytes) -> None:
        """Whoever may not write, and has what the room has not, is to throw it away first."""
        theirs = clocks(state_vector)
        if not connection.may(Ability.WRITE) and self._is_ahead(theirs):
            connection.tell(messages.Reset())
        self._catching_up.answer(connection, state_vector)

    def _is_ahead(self, theirs: dict[int, int]) -> bool:
        return any(clock > self._intake.known.get(client, 0) for client, clock in theirs.items())

    def _take_update(self, connection: Connection, update: bytes, *, fills_gap: bool) -> None:
        connection.received += 1
        if connection.refused:
            return
        if not connection.may(Ability.WRITE):
            self._take_from_reader(connection, update, fills_gap)
            return
        if not self.waiting.takes(len(update)):
            connection.miss()
            return
        if self.content.grown + self.waiting.bytes + len(update) > self._largest and not self._fits(update):
            raise BadFrame(CloseCode.TOO_LARGE, "the document would become too large")
        taken = self._intake.take(update, is_step_2=fills_gap)
        if taken is Verdict.GAP:
            if not connection.found_gap():
                raise BadFrame(CloseCode.MALFORMED, "what these edits build on never came")
            self._catching_up.ask(connection)
            return
        self._queue(connection, taken if isinstance(taken, bytes) else None, fills_gap)

    def _fits(self, update: bytes) -> bool:
        """Updates add up to more than the document that they make: it is measured where they exceed the bound.

        What brings no structs, but deletes, always fits: it is how a document becomes smaller.
        """
        if update[:1] == b"\0":
            return True
        self.content.grown = len(self.content.replica.state())
        return self.content.grown + self.waiting.bytes + len(update) <= self._largest

    def _queue(self, connection: Connection, update: bytes | None, fills_gap: bool) -> None:
        size = len(update or b"")
        self.waiting.add(size)
        place = connection.place(fills_gap)

        def settle(refused: CloseCode | None) -> None:
            connection.count_settled()
            if refused is CloseCode.NO_RIGHT and connection.greeted:
                connection.refused = True
                self._rights_changed(self.document_id)
            else:
                place.settle(refused)
            if refused is not None and update is not None:
                self.forget_queue()
            self.waiting.settled(size)

        author = connection.participant.user
        schema = connection.schema or 0
        self._journal.put(Entry(self.document_id, self.content.crdt_id, author, update, settle, schema, connection.id))

    def _take_from_reader(self, connection: Connection, update: bytes, is_step_2: bool) -> None:
        """Counted and dropped where it need not be an attempt to write; what else a reader sends raises BadFrame.

        A step 2 holds at least the whole delete set. Yjs deletes the marks round what somebody else has deleted.
        """
        if not is_step_2 and self._intake.brings_structs(update):
            if connection.has_just_lost_the_right(connection.heard):
                self.begin_anew(connection)
                return
            raise BadFrame(CloseCode.NO_RIGHT, "you may read this document, not change it")
        connection.place(fills_gap=True).settle(None)
        connection.count_settled()
        self._tell_saved(connection)

    def _ask_again(self) -> None:
        """Ask those for what they have whose updates were not taken while the room was shut."""
        frame = self._catching_up.question()
        for connection in self.connections.values():
            if connection.missed:
                connection.missed = False
                connection.outbox.now(frame)

    def begin_anew(self, connection: Connection) -> None:
        """What it wrote is not taken any more: it is to throw its replica away."""
        connection.refused = True
        connection.tell(messages.Reset())

    def forget_queue(self) -> None:
        """A queued update never came into the journal: what is known is the replica's again."""
        self._intake.begin_again()
        self._learn_ours = True

    # Rows down

    def apply(self, copy: Copy, news: News) -> None:
        """Apply a commit's rows, after marking those whose socket is full: they get one diff when it drains."""
        self._catching_up.leave_behind(copy, self.connections.values())
        if copy is self.content:
            self.raise_schema(news.schemas.get(copy.crdt_id, 0))
        complete = copy.apply(news.rows[copy.crdt_id], news.since.get(copy.crdt_id))
        if copy is self.content:
            self._learn(news, copy.crdt_id)
        if not complete:
            self._journal.put(Watch(copy.crdt_id, copy.seq))

    def raise_schema(self, schema: int) -> None:
        """Pages of a lower schema are sent away before they are shown what they could not keep as it is."""
        if schema <= self.content.schema:
            return
        self.content.schema = schema
        for connection in list(self.connections.values()):
            if connection.schema is not None and connection.schema < schema:
                connection.close(CloseCode.EPOCH_OR_SCHEMA)

    def _learn(self, news: News, crdt_id: int) -> None:
        """Rows of participants here were learned when they were queued."""
        self._intake.applied()
        here = not self._learn_ours and crdt_id not in news.by_job
        known = {number for number, _ in news.ours.get(crdt_id, ())} if here else set()
        for number, update in news.rows[crdt_id]:
            if number not in known:
                self._intake.learn_bytes(update)

    def fan_out(self, news: News) -> None:
        """Send what this tick brought, merged and framed once: to all but the one from whom all of it came."""
        for copy in self.copies:
            update = copy.take_tick()
            if update is None:
                continue
            if copy is self.content:
                self._moved = True
            else:
                self._pending = None
            frame = Frame(
                messages.SyncUpdate(update) if copy is self.content else messages.SessionUpdate(0, copy.epoch, update)
            )
            senders = news.senders.get(copy.crdt_id, ())
            theirs = next(iter(senders)) if len(senders) == 1 else None
            for connection in self.connections.values():
                if (copy is self.content or connection.greeted) and connection.id != theirs:
                    connection.outbox.update(copy.kind, frame)

    def has_moved(self) -> bool:
        """Whether the text has changed, since the last call, under suggestions that are pending."""
        moved, self._moved = self._moved, False
        if moved and self._pending is None:
            entries = read_all(self.session.replica, "suggestions").values()
            self._pending = any(entry.get("status") == Status.PENDING.value for entry in entries)
        return moved and bool(self._pending)

    def tell_large(self) -> None:
        """Say once, and to whoever comes later, that the document nears its bound."""
        if self._told_large or self.content.grown < LARGE * self._largest:
            return
        self.content.grown = len(self.content.replica.state())
        if self.content.grown >= LARGE * self._largest:
            self._told_large = True
            self.tell_everyone(self._large())

    def _large(self) -> messages.Notice:
        percent = 100 * self.content.grown // self._largest
        return messages.Notice("large", LARGE_DOCUMENT.format(percent=percent))

    def tell_saved(self) -> None:
        for connection in self.connections.values():
            self._tell_saved(connection)

    @staticmethod
    def _tell_saved(connection: Connection) -> None:
        n = connection.take_saved()
        if n is not None:
            connection.outbox.saved(n)

    def _drained(self, connection: Connection) -> None:
        self._catching_up.drained(connection)
        if connection.outbox.missed_awareness:
            connection.outbox.missed_awareness = False
            self.presence.show_everyone(connection)

    def tell_everyone(self, message: messages.ServerMessage) -> None:
        for connection in self.connections.values():
            connection.tell(message)

    # The end

    def close_all(self, code: CloseCode) -> None:
        for connection in list(self.connections.values()):
            connection.close(code)


def guarded(host: Host, call: Callable[[], None]) -> None:
    """What is wrong with one room ends that room alone: its clients come back to a fresh one."""
    try:
        call()
    except (ReplicaBroken, Exception):
        log.exception("a room broke", extra={"document": str(host.document_id)})
        host.close_all(CloseCode.RESTART)
        host.empty_since = 0.0


__all__ = ["Host", "guarded"]
