"""The production server with its doors open, for measurements alone: `python -m tests.bench.serve`.

Any room name is a document, made where there is none, and whoever comes is one of two thousand guests who may edit it.
Server, consumer, admission, rooms and journal are production's; nothing in the product opens these doors.
"""

from __future__ import annotations

import asyncio
import heapq
import uuid
from typing import Any
from urllib.parse import unquote
from uuid import UUID

from editor.asgi import Application  # first: it sets Django up  # isort: skip

from django.conf import settings
from django.db import transaction

from editor import access
from editor.live import admission
from editor.live.consumers import RoomConsumer
from editor.live.registry import Registry
from editor.live.server import make_server
from editor.management.commands.serve import prepare
from editor.models import CrdtDocument, Document, Grant, Role, User
from editor.room.presence import PALETTE
from tests.bench.commits import TimedJournal

PEOPLE = 2048
settings.LIMIT_SOCKETS_A_PERSON = None  # each room begins with the same person
FIRST_GRANTS = 8


def person_id(number: int) -> UUID:
    return uuid.uuid5(uuid.NAMESPACE_URL, f"bench/person/{number}")


def make_people() -> None:
    """Once a data folder: guests, who come in by a pass and have no password to hash."""
    kind = User.Kind.GUEST
    User.objects.bulk_create(
        [
            User(id=person_id(n), name=f"Person {n}", colour=PALETTE[n % len(PALETTE)], kind=kind, password="!")
            for n in range(PEOPLE)
        ],
        ignore_conflicts=True,
    )


def make_document(document_id: UUID, name: str, first: int) -> int:
    """The number of people who may write in it, `first` among them."""
    with transaction.atomic():
        if not Document.objects.filter(pk=document_id).exists():
            Document.objects.create(pk=document_id, title=name[:200])
            for kind in (CrdtDocument.Kind.CONTENT, CrdtDocument.Kind.SESSION):
                CrdtDocument.objects.create(document_id=document_id, kind=kind, schema=settings.SCHEMA)
            grant(document_id, first, FIRST_GRANTS)
        return Grant.objects.filter(document_id=document_id).count()


def grant(document_id: UUID, first: int, count: int) -> None:
    people = [person_id(n % PEOPLE) for n in range(first, first + count)]
    Grant.objects.bulk_create([Grant(document_id=document_id, user_id=who, role=Role.EDITOR) for who in people])


class OpenRoom:
    """Hands out a room's people, `first` and those after, and takes them back. One person has few sockets so."""

    def __init__(self, registry: Registry, name: str, first: int) -> None:
        self.document_id = uuid.uuid5(uuid.NAMESPACE_URL, name)
        self._registry = registry
        self._name = name
        self._first = first
        self._granted = 0
        self._taken = 0
        self._free: list[int] = []
        self._lock = asyncio.Lock()

    async def seat(self) -> int:
        if self._free:
            return heapq.heappop(self._free)
        number, self._taken = self._taken, self._taken + 1
        async with self._lock:
            if not self._granted:
                self._granted = await self._registry.read(self._make)
            while number >= self._granted and self._granted < PEOPLE:
                await self._registry.read(self._grant_as_many_again)
        return number

    def person(self, number: int) -> UUID:
        return person_id((self._first + number) % PEOPLE)

    def _make(self) -> int:
        return make_document(self.document_id, self._name, self._first)

    def _grant_as_many_again(self) -> None:
        count = min(self._granted, PEOPLE - self._granted)
        grant(self.document_id, self._first + self._granted, count)
        self._granted += count

    def leave(self, number: int) -> None:
        heapq.heappush(self._free, number)


class OpenConsumer(RoomConsumer):
    """Production's consumer, for a socket that shows no pass and names any room."""

    def __init__(self, registry: Registry, rooms: dict[str, OpenRoom]) -> None:
        super().__init__(registry)
        self._rooms = rooms

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        name = unquote(scope["path"].rpartition("/")[2])
        room = self._rooms.get(name)
        if room is None:
            room = self._rooms[name] = OpenRoom(self.registry, name, len(self._rooms) * FIRST_GRANTS)
        number = await room.seat()
        shown = admission.GUEST_PREFIX + access.guest_pass(User(pk=room.person(number)))
        scope = {**scope, "path": f"/ws/documents/{room.document_id}", "subprotocols": [shown]}
        try:
            await super().__call__(scope, receive, send)
        finally:
            room.leave(number)


class OpenApplication(Application):
    def __init__(self) -> None:
        super().__init__(TimedJournal)
        self._rooms: dict[str, OpenRoom] = {}

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "websocket":
            await super().__call__(scope, receive, send)
            return
        self.start()
        await OpenConsumer(self.registry, self._rooms)(scope, receive, send)


def main() -> None:
    prepare()
    make_people()
    application = OpenApplication()
    make_server(application, settings.HOST, settings.PORT, stop=application.stop).run()


if __name__ == "__main__":
    main()
