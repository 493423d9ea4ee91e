"""Carries news between processes. A doorbell: what it loses, a timer repairs from the journal."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any
from uuid import UUID

from channels.layers import InMemoryChannelLayer, get_channel_layer

Envelope = Mapping[str, Any]
log = logging.getLogger(__name__)
LARGEST = 16 * 1024
MOST_WAITING = 1000
RETRY_SECONDS = 1.0


def group_of(document_id: UUID) -> str:
    return f"room.{document_id.hex}"


class Backplane:
    """One channel a process. Sends in order from one task; with a layer in memory there is nobody to tell."""

    def __init__(self, process: str, received: Callable[[Envelope], None]) -> None:
        layer: Any = get_channel_layer()
        self._layer: Any = None if layer is None or isinstance(layer, InMemoryChannelLayer) else layer
        self._process = process
        self._received = received
        self._outgoing: asyncio.Queue[tuple[str, str, Envelope]] = asyncio.Queue(MOST_WAITING)
        self._groups: set[str] = set()
        self._channel = ""
        self._has_channel = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        if self._layer is not None:
            self._tasks = [asyncio.ensure_future(self._receive()), asyncio.ensure_future(self._send())]

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with suppress(asyncio.CancelledError):
                await task
        self._tasks = []

    def join(self, document_id: UUID) -> None:
        self._groups.add(group_of(document_id))
        self._put("join", document_id, {})

    def leave(self, document_id: UUID) -> None:
        self._groups.discard(group_of(document_id))
        self._put("leave", document_id, {})

    def publish(self, document_id: UUID, kind: str, **fields: Any) -> None:
        """Tell the other processes that have this room."""
        if sum(len(value) for value in fields.get("updates", ())) > LARGEST:
            fields.pop("updates")
        envelope = {"type": "room.news", "from": self._process, "document": document_id.hex, "kind": kind, **fields}
        self._put("send", document_id, envelope)

    def _put(self, verb: str, document_id: UUID, envelope: Envelope) -> None:
        if self._layer is None:
            return
        try:
            self._outgoing.put_nowait((verb, group_of(document_id), envelope))
        except asyncio.QueueFull:
            log.warning("the backplane is behind: news was dropped and will be read from the journal")

    async def _send(self) -> None:
        while True:
            verb, group, envelope = await self._outgoing.get()
            try:
                async with asyncio.timeout(10):
                    await self._do(verb, group, envelope)
            except Exception as error:
                log.warning("the backplane is away: %s", error)
                await asyncio.sleep(RETRY_SECONDS)

    async def _do(self, verb: str, group: str, envelope: Envelope) -> None:
        if verb == "send":
            await self._layer.group_send(group, dict(envelope))
            return
        await self._has_channel.wait()
        if verb == "join":
            await self._layer.group_add(group, self._channel)
        else:
            await self._layer.group_discard(group, self._channel)

    async def _receive(self) -> None:
        while True:
            try:
                self._channel = await self._layer.new_channel()
                self._has_channel.set()
                for group in list(self._groups):
                    await self._layer.group_add(group, self._channel)
                while True:
                    envelope = await self._layer.receive(self._channel)
                    if envelope.get("from") != self._process:
                        self._received(envelope)
            except Exception as error:
                log.warning("the backplane is away: %s", error)
                await asyncio.sleep(RETRY_SECONDS)
