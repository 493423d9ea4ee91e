"""A language model that says what the test tells it, event by event, and notes when its stream is closed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from copilot.agent.events import ModelEvent, ModelStopped, TextDelta, ToolCallArguments, ToolCallStarted
from copilot.agent.language_model import ModelRequest

Line = ModelEvent | Exception | asyncio.Event
Script = Callable[[ModelRequest], Sequence[Line]]


class ScriptedModel:
    """`script` is asked at every step. An exception is raised there; an asyncio.Event is waited for."""

    name = "scripted"
    is_demo = False

    def __init__(self, script: Script) -> None:
        self.script = script
        self.requests: list[ModelRequest] = []
        self.open = 0
        self.closed = 0

    @asynccontextmanager
    async def stream(self, request: ModelRequest) -> AsyncIterator[AsyncIterator[ModelEvent]]:
        self.requests.append(request)
        self.open += 1
        try:
            yield self._say(self.script(request))
        finally:
            self.open -= 1
            self.closed += 1

    async def _say(self, lines: Sequence[Line]) -> AsyncIterator[ModelEvent]:
        for line in lines:
            if isinstance(line, asyncio.Event):
                await line.wait()
            elif isinstance(line, Exception):
                raise line
            else:
                yield line
            await asyncio.sleep(0)


def words(text: str) -> list[Line]:
    pieces = text.split(" ")
    return [TextDelta(piece if index == 0 else " " + piece) for index, piece in enumerate(pieces)]


def call(name: str, position: int = 0, **arguments: Any) -> list[Line]:
    text = json.dumps(arguments)
    fragments: list[Line] = [ToolCallArguments(position, text[i : i + 5]) for i in range(0, len(text), 5)]
    return [ToolCallStarted(position, f"call_{position}", name), *fragments]


STOP = ModelStopped("stop", 3, 4)
CALLS = ModelStopped("tool_calls", 3, 4)
