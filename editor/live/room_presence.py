"""Who is in one room and where: taken from its participants, stamped, and shown to everybody at once.

A caret waits for the text before it: who typed is shown where they were until everybody has what they typed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from uuid import UUID

from editor.live.awareness import AwarenessTable, Shown, State
from editor.live.connection import Connection
from editor.room import presence
from editor.room.errors import BadFrame
from editor.wire.close_codes import CloseCode
from editor.wire.presence import MAX_OWN_CLOCK, Presence


@dataclass(frozen=True, slots=True)
class Held:
    """A state whose caret waits, until `ready`."""

    owner: object
    clock: int
    state: State
    ready: Callable[[], bool]


class RoomPresence:
    """The presence of one room; `connections` are those that are in it now, by id.

    `stir` is called when there is something to flush: a thousand rooms in which nobody moves are not asked.
    """

    def __init__(self, connections: Mapping[UUID, Connection], stir: Callable[[], None]) -> None:
        self.table = AwarenessTable(stir)
        self._stir = stir
        self._connections = connections
        self._newcomers: dict[UUID, Connection] = {}
        self._held: dict[int, Held] = {}
        self._returned = False

    def joined(self, connection: Connection) -> None:
        """With the next flush it sees everybody."""
        self._newcomers[connection.id] = connection
        self._stir()

    def left(self, connection: Connection) -> None:
        self.remove(connection.id)

    def take(self, connection: Connection, entries: tuple[Presence, ...]) -> None:
        """Bind the connection to the first client id that it announces; others' it may not speak for."""
        for entry in entries:
            if connection.client is None and entry.state is not None:
                self._bind(connection, entry.client)
            if entry.client != connection.client:
                continue
            if entry.clock > MAX_OWN_CLOCK:
                raise BadFrame(CloseCode.MALFORMED, "a clock of awareness has run too far")
            if entry.state is None:
                self.remove_client(entry.client)
                continue
            stamped = presence.stamped(entry.state, connection.participant)
            text = connection.text_before_now()
            ready = None if text is None else partial(connection.has_settled, text)
            self.put(connection.id, entry.client, entry.clock, stamped, ready)

    def _bind(self, connection: Connection, client: int) -> None:
        """A stock client that comes back has forgotten the others, but not their clocks: no old one tells it anything.

        Our page, which has said hello, forgets the clocks too.
        """
        was_here = self.table.remembers(client)
        if not self._claim(connection, client):
            return
        connection.client = client
        if was_here and not connection.greeted:
            self._returned = True
            self._newcomers[connection.id] = connection
            self._stir()

    def _claim(self, connection: Connection, client: int) -> bool:
        """A client id is free, or its person's own from a connection that is about to be found dead."""
        person = self.table.person_of(client)
        if person is None:
            return True
        if person != str(connection.participant.user):
            return False
        owner = self.table.owner_of(client)
        other = self._connections.get(owner) if isinstance(owner, UUID) else None
        if other is not None:
            other.client = None
        self.remove_client(client)
        return True

    def put(
        self, owner: object, client: int, clock: int, state: State, ready: Callable[[], bool] | None = None
    ) -> None:
        """Show a stamped state; where its caret is to wait, with the one that is shown, until `release` finds it ready.

        Of a caret that moves again while it waits, only the last place is kept.
        """
        if self.table.owner_of(client) not in (None, owner):
            return
        waited = self._held.pop(client, None) is not None
        shown = self.table.cursor_of(client)
        if ready is None or ready() or state.get("cursor") in (None, shown):
            self.table.put(owner, client, clock, state)
            return
        self._held[client] = Held(owner, clock, state, ready)
        if waited or self.table.owner_of(client) is None:
            before = {name: value for name, value in state.items() if name != "cursor"}
            self.table.put(owner, client, clock, before if shown is None else {**before, "cursor": shown})

    def release(self) -> None:
        """Text has gone out: show the carets that waited for it."""
        for client in [client for client, held in self._held.items() if held.ready()]:
            held = self._held.pop(client)
            self.table.put(held.owner, client, held.clock, held.state)

    def remove(self, owner: object) -> None:
        """Forget all that this owner announced."""
        for client in [client for client, held in self._held.items() if held.owner == owner]:
            del self._held[client]
        self.table.remove(owner)

    def remove_client(self, client: int) -> None:
        self._held.pop(client, None)
        self.table.remove_client(client)

    def show_everyone(self, connection: Connection) -> int:
        """Send it everybody's presence; how many bytes that is."""
        entries = self.table.all()
        if not entries:
            return 0
        frame = Shown(self.table, entries).to(connection.id, connection.client)
        connection.outbox.awareness(frame)
        return len(frame.payload)

    def flush(self) -> list[Presence]:
        """Send what changed since the last flush, merged; gives what other processes are to be told."""
        entries = self.table.take_changed()
        newcomers, self._newcomers = self._newcomers, {}
        if entries:
            self._show(entries, [c for c in self._connections.values() if c.id not in newcomers])
        if self._returned:
            self._returned = False
            self.table.raise_clocks()
        if newcomers:
            self._show(self.table.all(), [c for c in newcomers.values() if not c.closed])
        return entries

    def _show(self, entries: list[Presence], connections: list[Connection]) -> None:
        if entries and connections:
            shown = Shown(self.table, entries)
            for connection in connections:
                connection.outbox.awareness(shown.to(connection.id, connection.client))

    def restamp(self, connection: Connection) -> None:
        """Its participant has another name, colour or role."""
        user = presence.user_of(connection.participant)
        for client, held in self._held.items():
            if held.owner == connection.id:
                self._held[client] = replace(held, state={**held.state, "user": user})
        self.table.restamp(connection.id, user)
