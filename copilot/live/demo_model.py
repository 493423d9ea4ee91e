"""The built-in language model: rules that answer at once, said at the pace of a model. It needs no key."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from copilot.agent.context import Kept
from copilot.agent.demo.reply import Call, Reply, reply
from copilot.agent.events import ModelEvent, ModelStopped, TextDelta, ToolCallArguments, ToolCallStarted
from copilot.agent.language_model import ModelRequest

FIRST_PAUSE = 0.4


class DemoModel:
    """Deterministic: the same brief gets the same answer."""

    name = "demo"
    is_demo = True

    def __init__(self, words_a_second: float, first_pause: float = FIRST_PAUSE) -> None:
        self._pause = 1 / words_a_second if words_a_second > 0 else 0.0
        self._first_pause = first_pause

    @asynccontextmanager
    async def stream(self, request: ModelRequest) -> AsyncIterator[AsyncIterator[ModelEvent]]:
        yield self._events(reply(request.brief), request.brief.kept)

    async def _events(self, said: Reply, kept: Kept) -> AsyncIterator[ModelEvent]:
        await asyncio.sleep(self._first_pause)
        count = 0
        for word in _after(said.text, kept.text.lstrip()):
            yield TextDelta(word)
            count += 1
            await asyncio.sleep(self._pause)
        for position, call in enumerate(said.calls):
            yield ToolCallStarted(position, f"call_{position}", call.name)
            for fragment in _fragments(call, kept):
                yield ToolCallArguments(position, fragment)
                count += 1
                await asyncio.sleep(self._pause)
        yield ModelStopped("tool_calls" if said.calls else "stop", 0, count)


def _after(text: str, kept: str) -> list[str]:
    """The words still to be said; all of them, where what was said before is another text."""
    return words(text[len(kept) :] if text.startswith(kept) else text)


def _fragments(call: Call, kept: Kept) -> list[str]:
    """The call's arguments as JSON in pieces of a word; what had been shown of an edit comes in one piece."""
    text = json.dumps(dict(call.arguments), ensure_ascii=False)
    shown = json.dumps(kept.edit.text, ensure_ascii=False)[:-1] if kept.edit else ""
    at = text.find(shown) + len(shown) if shown and shown in text else 0
    return ([text[:at]] if at else []) + words(text[at:])


def words(text: str) -> list[str]:
    """The text in pieces of a word with the blanks before it; joined they are the text."""
    return re.findall(r"\s*\S+(?:\s+$)?|\s+", text)
