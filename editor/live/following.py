"""Open rooms follow what was changed outside them: rights, people, titles, and rows whose doorbell was lost."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any, Protocol, TypeVar
from uuid import UUID

from editor.live import facts
from editor.live.connection import Connection
from editor.live.host import Host
from editor.live.journal import Journal, Watch
from editor.wire import messages
from editor.wire.close_codes import CloseCode

T = TypeVar("T")


class Rooms(Protocol):
    """What following needs of the registry."""

    @property
    def journal(self) -> Journal: ...

    @property
    def hosts(self) -> Mapping[UUID, Host]: ...

    def spawn(self, awaitable: Awaitable[Any]) -> None: ...

    async def read(self, fn: Callable[[], T]) -> T: ...


class Following:
    """Reads a room's rows again when told to, once at a time."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms
        self._under_way: set[UUID] = set()
        self._once_more: set[UUID] = set()

    def refresh(self, document_id: UUID) -> None:
        """Follow what the rows say; asked while it is under way, it is done once more."""
        if document_id in self._under_way:
            self._once_more.add(document_id)
        elif document_id in self._rooms.hosts:
            self._under_way.add(document_id)
            self._rooms.spawn(self._refresh(document_id))

    async def _refresh(self, document_id: UUID) -> None:
        try:
            while True:
                self._once_more.discard(document_id)
                host = self._rooms.hosts.get(document_id)
                if host is None:
                    return
                people = {connection.participant.user for connection in host.connections.values()}
                found = await self._rooms.read(partial(facts.read, document_id, people))
                self._follow(host, found, people)
                if document_id not in self._once_more:
                    return
        finally:
            self._under_way.discard(document_id)

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
                self._rooms.journal.put(Watch(copy.crdt_id, None))


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
