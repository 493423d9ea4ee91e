"""The adapter to OpenAI's chat completions, against a server that speaks them."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from copilot.agent.context import Brief
from copilot.agent.errors import BrokenOff, ModelError, NoFirstToken, ProviderFailed, Stalled, Unreachable, WrongKey
from copilot.agent.events import ModelEvent, TextDelta, ToolCallStarted
from copilot.live.openai_model import OpenAIModel, Patience
from tests.copilot.asking import answer, arguments, asking, brief, stopped, text
from tests.copilot.provider import Provider, at_length, improved

QUICK = Patience(connect=2, first_token=0.3, stall=0.3, tries=3, pause=0.01)
SLOPPY = 'the plan  is good. it needs <care> and a "quote" – über alles 😀.'


def model(provider: Provider, **more: Any) -> OpenAIModel:
    return OpenAIModel(key="right", base_url=provider.url, model="some-model", patience=more.pop("patience", QUICK))


def long_brief() -> Brief:
    return brief("Write about rivers at length, please")


async def closed(provider: Provider) -> str | None:
    for _ in range(200):
        if provider.requests[-1].closed_by:
            break
        await asyncio.sleep(0.01)
    return provider.requests[-1].closed_by


async def test_a_text_arrives_word_by_word_and_whole_with_its_tokens() -> None:
    async with Provider(words_a_second=5000, length=60) as provider:
        events = await answer(model(provider), long_brief())
        assert text(events) == at_length("Write about rivers at length, please", 60) == provider.requests[0].sent
        assert len([event for event in events if isinstance(event, TextDelta)]) == 60
        assert (stopped(events).finish_reason, stopped(events).output_tokens) == ("stop", 60)


@pytest.mark.parametrize("arguments_first", [False, True])
async def test_tool_calls_arrive_in_pieces_with_the_text_of_the_selected_block(arguments_first: bool) -> None:
    async with Provider(words_a_second=5000, arguments_first=arguments_first) as provider:
        events = await answer(model(provider), brief("Improve this", ["One.", SLOPPY], select=[2]))
        assert [event.name for event in events if isinstance(event, ToolCallStarted)] == ["propose_edit"]
        assert json.loads(arguments(events)) == {"block": 2, "replacement": improved(SLOPPY)}
        assert stopped(events).finish_reason == "tool_calls"
        assert "propose_edit" in provider.requests[0].tools


@pytest.mark.parametrize("leave", ["cancel", "break"])
async def test_leaving_the_stream_closes_the_providers_connection(leave: str) -> None:
    begun = asyncio.Event()

    async def listen(asked: Brief) -> None:
        async with model(provider).stream(asking(asked)) as events:
            async for _ in events:
                begun.set()
                if leave == "break":
                    break

    async with Provider(words_a_second=50, length=4000) as provider:
        task = asyncio.create_task(listen(long_brief()))
        await begun.wait()
        if leave == "cancel":
            task.cancel()
        await asyncio.wait({task})
        assert await closed(provider) == "client"


async def test_a_wrong_key_is_said_in_a_sentence_and_not_tried_again() -> None:
    async with Provider(key="other") as provider:
        with pytest.raises(WrongKey, match="OPENAI_API_KEY"):
            await answer(model(provider), long_brief())
        assert len(provider.requests) == 1


async def test_an_endpoint_where_nobody_listens_is_unreachable() -> None:
    async with Provider() as provider:
        gone = model(provider)
    with pytest.raises(Unreachable, match="OPENAI_BASE_URL"):
        await answer(gone, long_brief())


async def test_a_failure_before_the_first_token_is_tried_again() -> None:
    async with Provider(words_a_second=5000, length=5, fail=503, fail_times=2) as provider:
        assert text(await answer(model(provider), long_brief()))
        assert len(provider.requests) == 3


async def test_after_three_failures_it_gives_up() -> None:
    async with Provider(fail=500) as provider:
        with pytest.raises(ProviderFailed):
            await answer(model(provider), long_brief())
        assert len(provider.requests) == 3


async def hear(provider: Provider, heard: list[ModelEvent]) -> None:
    async with model(provider).stream(asking(long_brief())) as events:
        async for event in events:
            heard.append(event)


@pytest.mark.parametrize(
    ("behaviour", "error"),
    [({"hang": "start"}, NoFirstToken), ({"hang": "middle"}, Stalled), ({"cut_after": 4}, BrokenOff)],
    ids=["no first token", "stalls", "cut"],
)
async def test_a_provider_that_stops_gives_an_error_that_says_so(
    behaviour: dict[str, Any], error: type[ModelError]
) -> None:
    async with Provider(words_a_second=5000, **behaviour) as provider:
        heard: list[ModelEvent] = []
        with pytest.raises(error):
            await hear(provider, heard)
        assert len(heard) == {"start": 0, "middle": 5}.get(behaviour.get("hang", ""), 4)
        assert await closed(provider)
        assert len(provider.requests) == (3 if error is NoFirstToken else 1)
