"""Any endpoint that speaks OpenAI's chat completions. The only importer of openai."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, cast

import openai
from openai import AsyncOpenAI, AsyncStream
from openai.types.chat import ChatCompletionChunk

from copilot.agent.errors import (
    BrokenOff,
    ModelError,
    NoFirstToken,
    NoSuchModel,
    OutOfCredit,
    ProviderFailed,
    RequestRefused,
    Stalled,
    TooBusy,
    TooLong,
    Unreachable,
    UnreadableAnswer,
    WrongKey,
)
from copilot.agent.events import ModelEvent, ModelStopped, TextDelta, ToolCallArguments, ToolCallStarted
from copilot.agent.language_model import ModelRequest


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds for connecting, for the first token and between two; how often to try, and the pause between tries."""

    connect: float = 10.0
    first_token: float = 30.0
    stall: float = 20.0
    tries: int = 3
    pause: float = 0.5


class OpenAIModel:
    """A model behind `base_url`, OpenAI's own where that is empty."""

    is_demo = False

    def __init__(self, *, key: str, base_url: str, model: str, patience: Patience | None = None) -> None:
        self.name = model
        self._key = key or "none"
        self._base_url = base_url or None
        self._patience = patience or Patience()

    @asynccontextmanager
    async def stream(self, request: ModelRequest) -> AsyncIterator[AsyncIterator[ModelEvent]]:
        """The answer's events; leaving the context closes the connection. Tries again before the first token only."""
        timeout = openai.Timeout(None, connect=self._patience.connect)
        async with AsyncOpenAI(api_key=self._key, base_url=self._base_url, max_retries=0, timeout=timeout) as client:
            chunks, first = await self._begin(client, request)
            async with chunks:
                yield self._events(chunks, first)

    async def _begin(
        self, client: AsyncOpenAI, request: ModelRequest
    ) -> tuple[AsyncStream[ChatCompletionChunk], ChatCompletionChunk]:
        """The stream and its first chunk."""
        for attempt in range(1, self._patience.tries + 1):
            try:
                return await self._try(client, request)
            except ModelError as error:
                if not error.transient or attempt == self._patience.tries:
                    raise
            await asyncio.sleep(self._patience.pause * attempt * (0.5 + random.random()))
        raise ProviderFailed

    async def _try(
        self, client: AsyncOpenAI, request: ModelRequest
    ) -> tuple[AsyncStream[ChatCompletionChunk], ChatCompletionChunk]:
        chunks: AsyncStream[ChatCompletionChunk] | None = None
        try:
            async with asyncio.timeout(self._patience.connect + self._patience.first_token):
                chunks = await client.chat.completions.create(**self._arguments(request))
                return chunks, await anext(chunks)
        except StopAsyncIteration:
            raise UnreadableAnswer from None
        except BaseException as error:
            if chunks is not None:
                await chunks.close()
            if isinstance(error, TimeoutError):
                raise NoFirstToken from None
            if isinstance(error, Exception):
                raise _ours(error, begun=False) from error
            raise

    async def _events(
        self, chunks: AsyncStream[ChatCompletionChunk], first: ChatCompletionChunk
    ) -> AsyncIterator[ModelEvent]:
        reading = _Reading()
        chunk: ChatCompletionChunk | None = first
        while chunk is not None:
            for event in reading.events(chunk):
                yield event
            try:
                async with asyncio.timeout(self._patience.stall):
                    chunk = await anext(chunks, None)
            except TimeoutError:
                raise Stalled from None
            except Exception as error:
                raise _ours(error, begun=True) from error
        if not reading.finish_reason:
            raise BrokenOff
        yield reading.stopped()

    def _arguments(self, request: ModelRequest) -> dict[str, Any]:
        most = "max_tokens" if self._base_url else "max_completion_tokens"
        arguments: dict[str, Any] = {
            "model": self.name,
            "messages": cast(Any, list(request.messages)),
            "stream": True,
            "stream_options": {"include_usage": True},
            most: request.max_output_tokens,
        }
        if request.tools:
            arguments["tools"] = [tool.schema() for tool in request.tools]
        return arguments


class _Reading:
    """Turns chunks into events; some gateways leave out the index, the id or the usage."""

    def __init__(self) -> None:
        self.finish_reason = ""
        self._input_tokens = 0
        self._output_tokens = 0
        self._named: set[int] = set()

    def events(self, chunk: ChatCompletionChunk) -> list[ModelEvent]:
        if chunk.usage:
            self._input_tokens = chunk.usage.prompt_tokens or 0
            self._output_tokens = chunk.usage.completion_tokens or 0
        events: list[ModelEvent] = []
        for choice in chunk.choices or []:
            self.finish_reason = choice.finish_reason or self.finish_reason
            if choice.delta is None:
                continue
            if choice.delta.content:
                events.append(TextDelta(choice.delta.content))
            for position, call in enumerate(choice.delta.tool_calls or []):
                events += self._call(position if call.index is None else call.index, call)
        return events

    def _call(self, position: int, call: Any) -> list[ModelEvent]:
        events: list[ModelEvent] = []
        function = call.function
        if position not in self._named and function and function.name:
            self._named.add(position)
            events.append(ToolCallStarted(position, call.id or f"call_{position}", function.name))
        if function and function.arguments:
            events.append(ToolCallArguments(position, function.arguments))
        return events

    def stopped(self) -> ModelStopped:
        return ModelStopped(self.finish_reason, self._input_tokens, self._output_tokens)


def _ours(error: Exception, *, begun: bool) -> ModelError:
    """The provider's error as one with a sentence for people."""
    match error:
        case ModelError():
            return error
        case openai.AuthenticationError() | openai.PermissionDeniedError():
            return WrongKey()
        case openai.NotFoundError():
            return NoSuchModel()
        case openai.RateLimitError():
            return OutOfCredit() if error.code == "insufficient_quota" else TooBusy()
        case openai.BadRequestError() | openai.UnprocessableEntityError():
            return TooLong() if error.code == "context_length_exceeded" else RequestRefused()
        case openai.APIStatusError():
            return ProviderFailed()
        case openai.APIConnectionError():
            return BrokenOff() if begun else Unreachable()
        case json.JSONDecodeError() | UnicodeDecodeError():
            return UnreadableAnswer()
        case _:
            return BrokenOff() if begun else ProviderFailed()
