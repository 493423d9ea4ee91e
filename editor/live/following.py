"""Open rooms follow what was changed outside them: rights, people, titles, and rows whose doorbell was lost."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any, Protocol, TypeVar
from uuid import UUID

from editor.live import facts
from editor.live.connection import Connection
from editor.live.host import Host, guarded
from editor.live.journal import Journal, Watch
from editor.wire import messages
from editor.wire.close_codes import CloseCode

T = TypeVar("T")
AT_ONCE = 100


class Rooms(Protocol):
    """What following needs of the registry."""

    @property
    def journal(self) -> Journal: ...

    @property
    def hosts(self) -> Mapping[UUID, Host]: ...

    def spawn(self, awaitable: Awaitable[Any]) -> None: ...

    async def read(self, fn: Callable[[], T]) -> T: ...


class Following:
    """Reads rooms' rows again when told to, many in one go, and each once at a time."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms
        self._under_way: set[UUID] = set()
        self._once_more: set[UUID] = set()

    def refresh(self, *document_ids: UUID) -> None:
        """Follow what the rows say; a room asked for while it is under way is done once more."""
        begin = []
        for document_id in document_ids:
            if document_id in self._under_way:
                self._once_more.add(document_id)
            elif document_id in self._rooms.hosts:
                self._under_way.add(document_id)
                begin.append(document_id)
        for start in range(0, len(begin), AT_ONCE):
            self._rooms.spawn(self._refresh(begin[start : start + AT_ONCE]))

    async def _refresh(self, document_ids: list[UUID]) -> None:
        left = document_ids
        try:
            while left:
                self._once_more.difference_update(left)
                hosts = {document_id: host for document_id in left if (host := self._rooms.hosts.get(document_id))}
                asked = {document_id: _people(host) for document_id, host in hosts.items()}
                found = await self._rooms.read(partial(facts.read, asked)) if asked else {}
                for document_id, host in hosts.items():
                    guarded(host, partial(self._follow, host, found.get(document_id), asked[document_id]))
                left = [document_id for document_id in left if document_id in self._once_more]
        finally:
            self._under_way.difference_update(document_ids)

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
        host.raise_schema(found.schemas.get(host.content.crdt_id, 0))
        for copy in host.copies:
            if (newest := found.seqs.get(copy.crdt_id, 0)) > copy.seq:
                self._rooms.journal.put(Watch(copy.crdt_id, None, announced=newest))


def _people(host: Host) -> set[UUID]:
    return {connection.participant.user for connection in host.connections.values()}


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
        host.presence.restamp(connection)
