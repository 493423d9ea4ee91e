"""Rooms in the test's own process, and sockets that are two queues: what holds commits back is put in here."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar, cast

from django.db import connection
from websockets.sync.client import ClientConnection

from editor import access, documents
from editor.live.consumers import RoomConsumer
from editor.live.registry import Registry
from editor.models import Document, Grant, User
from tests.running.seat import Seat

T = TypeVar("T")
PATIENCE = 30.0


async def in_thread(fn: Callable[[], T]) -> T:
    """Run what uses the ORM, and leave no connection behind."""

    def run() -> T:
        try:
            return fn()
        finally:
            connection.close()

    return await asyncio.to_thread(run)


async def eventually(what: Callable[[], Any]) -> None:
    """Let the loop run until something is so."""
    async with asyncio.timeout(PATIENCE):
        while not what():  # noqa: ASYNC110
            await asyncio.sleep(0.005)


class Socket(Seat):
    """A seat over ASGI, without a server: each frame that comes down is taken in at once and kept in `down`."""

    def __init__(self, registry: Registry, document: uuid.UUID, user: User, query: bytes = b"") -> None:
        self._up: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        super().__init__(cast(ClientConnection, self))
        self.down: list[bytes] = []
        protocols = ["scriptorium", f"guest.{access.guest_pass(user)}"]
        self._scope = {"type": "websocket", "path": f"/ws/documents/{document}", "headers": [], "query_string": query}
        self._scope["subprotocols"] = protocols
        self._consumer = RoomConsumer(registry)
        self._task: asyncio.Task[None] | None = None

    def connect(self) -> None:
        self._up.put_nowait({"type": "websocket.connect"})
        self._task = asyncio.ensure_future(self._consumer(self._scope, self._up.get, self._take_down))

    def send(self, frame: bytes) -> None:
        self._up.put_nowait({"type": "websocket.receive", "bytes": frame})

    async def _take_down(self, message: dict[str, Any]) -> None:
        if message["type"] == "websocket.send":
            self.down.append(message["bytes"])
            self._take(message["bytes"])
        elif message["type"] == "websocket.close":
            self.close_code = message["code"]

    def ask_for_all(self) -> None:
        """Say hello and step 1."""
        self.say({"type": "hello", "schema": 1})
        self.ask_for_content()

    async def joined(self) -> None:
        self.connect()
        self.ask_for_all()
        await eventually(lambda: 0 in self.steps)

    async def leave(self) -> None:
        if self._task is not None:
            self._up.put_nowait({"type": "websocket.disconnect"})
            await self._task


def furnish(readers: int = 0) -> tuple[Document, User, list[User]]:
    """A document, a guest who writes in it, and guests who read."""
    owner = User.objects.create_user(f"{uuid.uuid4()}@example.com", name="Owner", colour="#0f766e")
    document = documents.create("Test", owner)
    writer, *others = User.objects.bulk_create(
        [
            User(kind=User.Kind.GUEST, email=f"{uuid.uuid4()}@example.com", name=f"Guest {n}", colour="#0f766e")
            for n in range(readers + 1)
        ]
    )
    Grant.objects.create(document=document, user=writer, role="editor")
    Grant.objects.bulk_create([Grant(document=document, user=user, role="viewer") for user in others])
    return document, writer, others


@asynccontextmanager
async def running(registry: Registry) -> AsyncIterator[Registry]:
    registry.start()
    try:
        yield registry
    finally:
        await registry.close()
