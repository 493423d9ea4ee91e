"""The protocol between the copilot and a language model."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from copilot.agent.context import Brief
from copilot.agent.events import ModelEvent
from copilot.agent.tools import Tool


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """One step's question. `messages` are OpenAI's chat messages, made from `brief`, which holds the same as values."""

    messages: tuple[dict[str, Any], ...]
    brief: Brief
    tools: tuple[Tool, ...]
    max_output_tokens: int


class LanguageModel(Protocol):
    """Answers a request as a stream of events, or raises ModelError.

    The stream is a context: leaving it, also by cancellation, closes the provider's connection.
    """

    @property
    def name(self) -> str:
        """The model's name, as people see it."""
        ...

    @property
    def is_demo(self) -> bool: ...

    def stream(self, request: ModelRequest) -> AbstractAsyncContextManager[AsyncIterator[ModelEvent]]: ...
