"""Requests to a language model, as the tests make them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import copilot
from copilot.agent.context import Brief, Prompts, Selected, TextBlock, messages
from copilot.agent.events import ModelEvent, ModelStopped, TextDelta, ToolCallArguments
from copilot.agent.language_model import LanguageModel, ModelRequest
from copilot.agent.tools import TOOLS

FOLDER = Path(copilot.__file__).parent / "prompts"
PROMPTS = Prompts((FOLDER / "system.md").read_text(), (FOLDER / "go_on.md").read_text())


def brief(request: str, texts: Sequence[str] = (), *, select: Sequence[int] = (), **more: Any) -> Brief:
    """A brief about a document of these paragraphs, of which those numbers are selected whole."""
    blocks = tuple(TextBlock(number, f"id-{number}", "paragraph", text) for number, text in enumerate(texts, 1))
    chosen = tuple(Selected(number, texts[number - 1], whole=True) for number in select)
    return Brief("A title", blocks, request, "Ada", chosen, **more)


def asking(asked: Brief) -> ModelRequest:
    return ModelRequest(messages(asked, PROMPTS, "Copilot"), asked, tuple(TOOLS.values()), 8000)


async def answer(model: LanguageModel, asked: Brief) -> list[ModelEvent]:
    async with model.stream(asking(asked)) as events:
        return [event async for event in events]


def text(events: Sequence[ModelEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, TextDelta))


def arguments(events: Sequence[ModelEvent], position: int = 0) -> str:
    ours = (event for event in events if isinstance(event, ToolCallArguments) and event.position == position)
    return "".join(event.fragment for event in ours)


def stopped(events: Sequence[ModelEvent]) -> ModelStopped:
    last = events[-1]
    assert isinstance(last, ModelStopped)
    return last
