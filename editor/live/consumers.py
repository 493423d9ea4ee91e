"""Bytes to messages and back to the host: one consumer a socket, and no more."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from channels.consumer import AsyncConsumer
from channels.exceptions import StopConsumer

from editor import access
from editor.live import admission
from editor.live.admission import SUBPROTOCOL, Admitted, NotAdmitted
from editor.live.connection import Connection
from editor.live.daphne_flow import flow_for
from editor.live.host import Host
from editor.live.registry import Registry
from editor.live.rows import NoDocument
from editor.room.errors import BadFrame, ReplicaBroken
from editor.room.participant import Participant
from editor.wire import messages
from editor.wire.close_codes import CloseCode
from editor.wire.varint import MalformedFrame

JOIN_SECONDS = 10.0
log = logging.getLogger(__name__)


class RoomConsumer(AsyncConsumer):
    """Takes a socket's frames one after the other, without a task or a database thread between (see `__call__`)."""

    registry: Registry

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        self.host: Host | None = None
        self.connection: Connection | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Without Channels' channel a socket and a task a frame: the room is told of by its host."""
        self.scope = scope
        self.base_send: Callable[[Any], Awaitable[None]] = send
        self.registry.sockets.enter()
        try:
            while True:
                await self.dispatch(await receive())
        except StopConsumer:
            return
        finally:
            self._leave()
            self.registry.sockets.leave()

    async def dispatch(self, message: Any) -> None:
        """Without Channels' `close_old_connections`, which waits for the one shared database thread."""
        match message["type"]:
            case "websocket.receive":
                self._take(message.get("bytes"))
            case "websocket.connect":
                await self._connect()
            case "websocket.disconnect":
                raise StopConsumer
            case other:
                raise ValueError(f"A socket has no {other}.")

    async def _connect(self) -> None:
        offered = list(self.scope.get("subprotocols", []))
        subprotocol = SUBPROTOCOL if SUBPROTOCOL in offered else None
        await self.base_send({"type": "websocket.accept", "subprotocol": subprotocol})
        flow = flow_for(self.base_send)
        flow.listen(False)
        changes = self.registry.changes
        try:
            admitted, host = await self._admitted(offered)
            if admitted.schema is not None and admitted.schema < host.content.schema:
                raise NotAdmitted(CloseCode.EPOCH_OR_SCHEMA)
            self.registry.sockets.sit(admitted, host.document_id)
        except NotAdmitted as refused:
            flow.close(refused.close_code)
            return
        except Exception:
            log.exception("a socket could not be let in")
            flow.close(CloseCode.OVERLOAD)
            return
        finally:
            flow.listen(True)
        self.host = host
        self.connection = Connection(admitted.participant, flow, time.monotonic(), admitted.schema)
        host.join(self.connection)
        flow.straight_to(self._take)
        if self.registry.changes != changes:
            self.registry.refresh(host.document_id)

    async def _admitted(self, offered: list[str]) -> tuple[Admitted, Host]:
        self.registry.sockets.room_for_one()
        headers = dict(self.scope["headers"])
        self._same_origin(headers)
        document_id = self._document()
        shown = admission.credentials(headers, offered, self.scope.get("query_string", b""))
        process = self.registry.process
        admitted = await self.registry.read(lambda: admission.admit(document_id, shown, process))
        try:
            async with asyncio.timeout(JOIN_SECONDS):
                return admitted, await self._host(document_id, admitted.participant)
        except NoDocument:
            raise NotAdmitted(CloseCode.NO_DOCUMENT) from None
        except TimeoutError:
            raise NotAdmitted(CloseCode.OVERLOAD) from None

    async def _host(self, document_id: UUID, participant: Participant) -> Host:
        """The room, at a commit's boundary; one that was forgotten meanwhile is opened again."""
        while True:
            host = await self.registry.open(document_id)
            await host.boundary(participant.user)
            if self.registry.hosts.get(document_id) is host:
                return host

    def _document(self) -> UUID:
        name = self.scope["path"].rstrip("/").rpartition("/")[2]
        try:
            return UUID(name)
        except ValueError:
            raise NotAdmitted(CloseCode.NO_DOCUMENT) from None

    def _same_origin(self, headers: dict[bytes, bytes]) -> None:
        """A browser always says its Origin; a missing one is no browser's."""
        origin = headers.get(b"origin")
        host = headers.get(b"host", b"").decode("latin-1")
        if origin is not None and not access.same_origin(origin.decode("latin-1"), host):
            raise NotAdmitted(CloseCode.NO_RIGHT)

    def _take(self, frame: bytes | None) -> None:
        """One frame, None for one that is text."""
        connection, host = self.connection, self.host
        if connection is None or host is None or connection.closed:
            return
        try:
            now = time.monotonic()
            if frame is None:
                raise BadFrame(CloseCode.MALFORMED, "a frame is binary")
            connection.pace.frame(len(frame), now)
            host.receive(connection, messages.decode(frame), now)
        except (BadFrame, MalformedFrame) as error:
            log.info("a socket was closed: %s", error, extra={"connection": str(connection.id)})
            connection.close(error.close_code)
        except ReplicaBroken:
            log.exception("a frame broke a replica", extra={"connection": str(connection.id)})
            connection.close(CloseCode.MALFORMED)
            host.close_all(CloseCode.RESTART)
            self.registry.forget(host)

    def _leave(self) -> None:
        if self.connection is not None and self.host is not None:
            self.host.leave(self.connection, time.monotonic())
            self.registry.sockets.stand_up(self.connection.participant.user, self.host.document_id)
