"""Listens to a model's stream in a task of its own, which can be cut off at any moment."""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import suppress
from enum import StrEnum
from types import TracebackType

from copilot.agent.errors import LimitReached
from copilot.agent.events import ModelEvent
from copilot.agent.language_model import LanguageModel, ModelRequest

BOUND = 1_000


class Interrupt(StrEnum):
    """Why a stream is cut off: nobody is there, the run is no longer ours, or the process ends."""

    IDLE = "idle"
    MOVED = "moved"
    SHUTDOWN = "shutdown"


class Interrupted(Exception):
    def __init__(self, why: Interrupt) -> None:
        super().__init__(why.value)
        self.why = why


class Listening:
    """`async with` it; `batch` gives what has arrived. Leaving it, or `cut`, closes the provider's connection."""

    def __init__(self, model: LanguageModel, request: ModelRequest, seconds: float) -> None:
        self._model = model
        self._request = request
        self._seconds = seconds
        self._events: deque[ModelEvent] = deque()
        self._more = asyncio.Event()
        self._taken = asyncio.Event()
        self._why: Interrupt | None = None
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Listening:
        self._task = asyncio.create_task(self._listen())
        self._task.add_done_callback(lambda _: self._more.set())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        task = self._ours()
        task.cancel()
        await asyncio.wait({task})
        if not task.cancelled():
            task.exception()

    def cut(self, why: Interrupt) -> None:
        """Close the provider's connection now; `batch` raises Interrupted once what had arrived is taken."""
        if self._why is None and not self._ours().done():
            self._why = why
            self._ours().cancel()

    async def batch(self) -> list[ModelEvent]:
        """What has arrived since the last one, at least one event; empty at the end. Raises RunError, Interrupted."""
        await self._more.wait()
        self._more.clear()
        events = list(self._events)
        self._events.clear()
        self._taken.set()
        task = self._ours()
        if events:
            if task.done():
                self._more.set()
            return events
        if self._why:
            raise Interrupted(self._why)
        with suppress(asyncio.CancelledError):
            task.result()
        return []

    async def _listen(self) -> None:
        try:
            async with asyncio.timeout(self._seconds), self._model.stream(self._request) as events:
                async for event in events:
                    await self._put(event)
        except TimeoutError:
            raise LimitReached("It worked longer than one request may, so it stopped.") from None

    async def _put(self, event: ModelEvent) -> None:
        while len(self._events) >= BOUND:
            self._taken.clear()
            await self._taken.wait()
        self._events.append(event)
        self._more.set()

    def _ours(self) -> asyncio.Task[None]:
        if self._task is None:
            raise RuntimeError("Listening is used outside its async with.")
        return self._task
