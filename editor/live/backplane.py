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
News = tuple[str, Envelope]
"""A group and what its members are told."""
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
        self._outgoing: asyncio.Queue[News | None] = asyncio.Queue(MOST_WAITING)
        self._groups: set[str] = set()
        self._joined: set[str] = set()
        self._dropping = False
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
        self._put(None)

    def leave(self, document_id: UUID) -> None:
        self._groups.discard(group_of(document_id))
        self._put(None)

    def publish(self, document_id: UUID, kind: str, **fields: Any) -> None:
        """Tell the other processes that have this room."""
        if sum(len(value) for value in fields.get("updates", ())) > LARGEST:
            fields.pop("updates")
        envelope = {"type": "room.news", "from": self._process, "document": document_id.hex, "kind": kind, **fields}
        self._put((group_of(document_id), envelope))

    def _put(self, news: News | None) -> None:
        """None only wakes the sender, which joins and leaves groups before it sends."""
        if self._layer is None:
            return
        try:
            self._outgoing.put_nowait(news)
        except asyncio.QueueFull:
            if not self._dropping:
                log.warning("the backplane is behind: news is dropped and will be read from the journal")
            self._dropping = True

    async def _send(self) -> None:
        while True:
            news = await self._outgoing.get()
            try:
                async with asyncio.timeout(10):
                    await self._join_and_leave()
                    if news is not None:
                        await self._layer.group_send(news[0], dict(news[1]))
                self._dropping = False
            except Exception as error:
                log.warning("the backplane is away: %s", error)
                await asyncio.sleep(RETRY_SECONDS)

    async def _join_and_leave(self) -> None:
        """Be in the groups of the open rooms; what failed while the backplane was away is done the next time."""
        if self._groups == self._joined:
            return
        await self._has_channel.wait()
        for group in self._groups - self._joined:
            await self._layer.group_add(group, self._channel)
            self._joined.add(group)
        for group in self._joined - self._groups:
            await self._layer.group_discard(group, self._channel)
            self._joined.discard(group)

    async def _receive(self) -> None:
        while True:
            try:
                self._channel = await self._layer.new_channel()
                self._joined.clear()
                self._has_channel.set()
                self._put(None)
                while True:
                    envelope = await self._layer.receive(self._channel)
                    if envelope.get("from") != self._process:
                        self._received(envelope)
            except Exception as error:
                log.warning("the backplane is away: %s", error)
                await asyncio.sleep(RETRY_SECONDS)
