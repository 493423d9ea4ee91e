"""Runs from asking to their end: the rows, what everyone sees, and the provider's connection."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from django.test import override_settings

from copilot.agent.errors import WrongKey
from copilot.agent.events import TextDelta
from copilot.agent.language_model import LanguageModel, ModelRequest
from copilot.agent.limits import Limits
from copilot.live.compose import Composition, compose
from copilot.live.drive import Timing
from copilot.live.openai_model import OpenAIModel
from copilot.live.worker import Rhythm
from copilot.models import Run, RunEvent, Step, ToolCall
from editor import confirmations, people
from editor.limits import Rate
from editor.models import Grant, Invitation, Seat, Suggestion, User
from editor.room.errors import Refusal
from editor.room.participant import Participant, Role
from tests.copilot.provider import Provider, at_length, improved
from tests.copilot.rooms import MemoryRooms, Shown
from tests.copilot.scripted import CALLS, STOP, Line, ScriptedModel, call, words

pytestmark = pytest.mark.django_db(transaction=True)

PARAGRAPHS = ("The first paragraph stands here.", "the second  one is sloppy", "A third one ends it.")
QUICK = Timing(flush=0.005, watch=0.01)


@dataclass
class Room:
    """A document, its people and its copilot."""

    rooms: MemoryRooms
    document: UUID
    ada: Participant
    copilot: Composition
    shown: Shown

    async def ask(self, text: str, *, select: int | None = None, by: Participant | None = None) -> UUID:
        message: dict[str, Any] = {"type": "ask", "id": "1", "text": text}
        if select is not None:
            quote = self.rooms.texts(self.document)[select]
            place = {"block": None, "index": select, "start": 0, "end": len(quote), "quote": quote}
            message["target"] = {"ranges": [place]}
        answer = await self.rooms.command(self.document, self.copilot.handlers[0], by or self.ada, message)
        return UUID(answer["run"])

    async def stop(self, run: UUID) -> dict[str, Any]:
        message = {"type": "stop", "id": "2", "run": str(run)}
        return await self.rooms.command(self.document, self.copilot.handlers[1], self.ada, message)

    async def decide(self, verdict: str, by: Participant) -> None:
        ((identifier, _),) = self.entries("confirmations").items()
        handler = confirmations.handler(self.copilot.effects, [self.copilot.decided])
        message = {"type": "decide_confirmation", "id": "3", "confirmation": identifier, "verdict": verdict}
        await self.rooms.command(self.document, handler, by, message)

    def entries(self, section: str) -> dict[str, dict[str, Any]]:
        return self.rooms.entries(self.document, section)

    def run(self, run: UUID) -> dict[str, Any]:
        return self.entries("runs")[str(run)]

    async def until(self, true: Callable[[], bool]) -> None:
        async with asyncio.timeout(10):
            while not true():  # noqa: ASYNC110
                await asyncio.sleep(0.005)

    async def state(self, run: UUID, *states: str) -> dict[str, Any]:
        """Wait until everyone sees the run in one of these states."""
        await self.until(lambda: self.run(run)["state"] in states)
        return self.run(run)

    async def row(self, run: UUID) -> Run:
        return await self.rooms.read(lambda: Run.objects.get(pk=run))

    def restart(self, model: LanguageModel) -> None:
        """Another process takes over."""
        self.copilot = compose(model, timing=QUICK, rhythm=Rhythm(sweep=0.02, renew=0.05))
        self.copilot.start(self.rooms, self.shown)


Make = Callable[..., Any]


@pytest.fixture
async def make() -> AsyncIterator[Make]:
    rooms = MemoryRooms()
    made: list[Room] = []

    async def one(model: LanguageModel, *, limits: Limits | None = None, sweep: float = 0.02) -> Room:
        document = await rooms.open(*PARAGRAPHS)
        ada = await rooms.person(document, "Ada")
        copilot = compose(model, limits=limits, timing=QUICK, rhythm=Rhythm(sweep=sweep, renew=0.05))
        room = Room(rooms, document, ada, copilot, Shown())
        copilot.start(rooms, room.shown)
        made.append(room)
        return room

    yield one
    for room in made:
        await room.copilot.close()
    await rooms.close()


def says(*steps: list[Line]) -> ScriptedModel:
    """A model that says one of these a step, the last one for ever."""
    return ScriptedModel(lambda request: steps[min(len(request.brief.steps), len(steps) - 1)])


async def test_an_answer_streams_into_the_session_and_ends_as_a_row(make: Make) -> None:
    text = "It is about three paragraphs. 😀 Nothing more."
    room = await make(says([*words(text), STOP]))
    run = await room.ask("What is this?")
    entry = await room.state(run, "completed")
    assert entry["answer"] == text
    assert (entry["asker_name"], entry["request"], entry["phase"], entry["place"]) == ("Ada", "What is this?", "", 0)
    row = await room.row(run)
    assert (row.answer, row.finish_reason, row.input_tokens, row.output_tokens) == (text, "stop", 3, 4)
    assert row.started
    assert row.ended
    assert row.lease_holder == ""
    types = await room.rooms.read(
        lambda: [event.type for event in RunEvent.objects.filter(run=run).order_by("sequence")]
    )
    assert types[:3] == ["RUN_QUEUED", "SLOT_FREE", "FIRST_TOKEN"]
    assert types[-1] == "MODEL_STOPPED"
    await room.until(lambda: room.shown.statuses == ["thinking", "writing", ""])


async def test_a_suggestion_streams_beside_its_paragraph_and_waits_for_people(make: Make) -> None:
    new = "The second one is *tidy*."
    gate = asyncio.Event()
    edit = call("propose_edit", block=2, replacement=new)
    room = await make(says([*words("Look:"), *edit[:-3], gate, *edit[-3:], CALLS], [*words("Done."), STOP]))
    run = await room.ask("Improve it", select=1)
    await room.until(lambda: any(entry["body"] for entry in room.entries("suggestions").values()))
    ((key, entry),) = room.entries("suggestions").items()
    assert entry["status"] == "streaming"
    assert new.startswith(entry["body"])
    assert room.run(run)["phase"] == "writing a suggestion"
    gate.set()
    entry = await room.state(run, "completed")
    assert entry["answer"] == "Look:\n\nDone."
    assert entry["suggestions"] == [key]
    assert room.entries("suggestions")[key]["body"] == new
    assert room.entries("suggestions")[key]["status"] == "pending"
    assert room.rooms.texts(room.document) == list(PARAGRAPHS)
    made = await room.rooms.read(lambda: ToolCall.objects.get(step__run=run))
    assert (made.state, made.name, made.arguments) == ("done", "propose_edit", {"block": 2, "replacement": new})
    assert await room.rooms.read(lambda: Step.objects.filter(run=run).count()) == 2


async def test_a_paragraph_that_people_changed_meanwhile_is_looked_at_again(make: Make) -> None:
    gate = asyncio.Event()
    lines = [gate, *call("propose_edit", block=2, replacement="New."), CALLS]

    def script(request: ModelRequest) -> list[Line]:
        if not request.brief.steps:
            return lines
        if len(request.brief.steps) == 1:
            said = request.brief.blocks[1].text
            return [*call("propose_edit", block=2, replacement=said.upper()), CALLS]
        return [*words("Done."), STOP]

    model = ScriptedModel(script)
    room = await make(model)
    run = await room.ask("Improve the second paragraph")
    await room.until(lambda: bool(model.requests))
    await room.rooms.edit(room.document, 1, "Truly, ")
    gate.set()
    await room.state(run, "completed")
    assert model.requests[1].brief.steps[0].calls[0].result["error"] == "selection_changed"
    bodies = [entry["body"] for entry in room.entries("suggestions").values()]
    assert bodies == ["TRULY, THE SECOND  ONE IS SLOPPY"]


@pytest.mark.parametrize("verdict", ["approve", "deny"])
async def test_a_call_that_needs_people_waits_without_a_stream_and_goes_on_with_their_decision(
    make: Make, verdict: str
) -> None:
    def script(request: ModelRequest) -> list[Line]:
        if not request.brief.steps:
            return [*call("invite_person", email="k@l.example", role="viewer"), CALLS]
        result = request.brief.steps[0].calls[0].result
        return [TextDelta(str(result.get("denied_by") or result["confirmed_by"])), STOP]

    model = ScriptedModel(script)
    room = await make(model)
    grace = await room.rooms.person(room.document, "Grace")
    run = await room.ask("invite k@l.example")
    entry = await room.state(run, "awaiting_confirmation")
    assert entry["phase"] == "waiting for you"
    assert model.open == 0
    assert (await room.row(run)).lease_holder == ""
    await room.until(lambda: room.shown.statuses[-1] == "waiting for you")
    await room.decide(verdict, grace)
    entry = await room.state(run, "completed")
    assert entry["answer"] == "Grace"
    invited = await room.rooms.read(lambda: list(Invitation.objects.values_list("email", "role")))
    assert invited == ([("k@l.example", "viewer")] if verdict == "approve" else [])


async def test_a_wrong_address_is_never_put_to_people(make: Make) -> None:
    room = await make(says([*call("invite_person", email="nobody"), CALLS], [*words("Sorry."), STOP]))
    run = await room.ask("invite nobody")
    await room.state(run, "completed")
    assert room.entries("confirmations") == {}


async def test_stop_closes_the_stream_and_nothing_of_the_run_comes_after_its_ack(make: Make) -> None:
    never = asyncio.Event()
    model = says([*words("One two three"), *call("propose_edit", block=2, replacement="Some new words")[:-2], never])
    room = await make(model)
    run = await room.ask("Write", select=1)
    await room.until(lambda: any(entry["body"] for entry in room.entries("suggestions").values()))
    ack = await room.stop(run)
    await room.until(lambda: model.open == 0)
    await asyncio.sleep(0.05)
    entry = room.run(run)
    assert (entry["state"], entry["stopped_by"], entry["answer"]) == ("cancelled", "Ada", "One two three")
    assert [entry["status"] for entry in room.entries("suggestions").values()] == ["withdrawn"]
    stored = room.rooms.stored[room.document]
    assert not [seq for seq, author in stored.runs_text if author == run and seq > ack["seq"]]
    with pytest.raises(Refusal, match="ended already"):
        await room.stop(run)


async def test_stop_while_it_waits_for_people_takes_the_question_back(make: Make) -> None:
    room = await make(says([*call("invite_person", email="k@l.example"), CALLS]))
    run = await room.ask("invite k@l.example")
    await room.state(run, "awaiting_confirmation")
    await room.stop(run)
    assert [entry["state"] for entry in room.entries("confirmations").values()] == ["withdrawn"]
    with pytest.raises(Refusal) as refused:
        await room.decide("approve", room.ada)
    assert refused.value.code == "not_pending"
    assert room.run(run)["state"] == "cancelled"


LONG = " ".join(f"word{number}" for number in range(40)) + "."


@pytest.mark.parametrize("how", ["from the start", "at the seam"])
async def test_it_pauses_when_nobody_is_there_and_goes_on_exactly_when_somebody_returns(make: Make, how: str) -> None:
    never = asyncio.Event()
    model = says([*words(LONG)[:17], never])
    room = await make(model)
    run = await room.ask("Write much")
    await room.until(lambda: "word16" in room.run(run)["answer"])
    await room.rooms.seat(room.document, room.ada, Seat.Attention.GONE)
    await room.state(run, "paused")
    assert model.open == 0
    await room.until(lambda: room.shown.statuses[-1] == "paused")
    rest = words(LONG) if how == "from the start" else [TextDelta(LONG[len(room.run(run)["answer"]) :])]
    model.script = lambda request: [*rest, STOP]
    await room.rooms.seat(room.document, room.ada, Seat.Attention.ACTIVE)
    entry = await room.state(run, "completed")
    assert entry["answer"] == LONG
    assert "paused" in entry["note"]
    assert model.requests[-1].brief.kept.text


async def test_a_suggestion_that_a_pause_cut_off_goes_on_as_the_same_suggestion(make: Make) -> None:
    new = "A new text of the second paragraph, with many words in it."
    never = asyncio.Event()
    edit = call("propose_edit", block=2, replacement=new)
    model = says([*words("Here:"), *edit[:8], never])
    room = await make(model)
    run = await room.ask("Improve it", select=1)
    await room.until(lambda: any(entry["body"] for entry in room.entries("suggestions").values()))
    await room.rooms.seat(room.document, room.ada, Seat.Attention.GONE)
    await room.state(run, "paused")
    model.script = lambda request: [*words("Done."), STOP] if request.brief.steps else [*edit, CALLS]
    await room.rooms.seat(room.document, room.ada, Seat.Attention.ACTIVE)
    await room.state(run, "completed")
    ((_, entry),) = room.entries("suggestions").items()
    assert (entry["body"], entry["status"]) == (new, "pending")
    assert room.run(run)["answer"].startswith("Here:")
    states = await room.rooms.read(lambda: sorted(ToolCall.objects.values_list("state", flat=True)))
    assert states == ["cancelled", "done"]


async def test_an_idle_room_starts_nothing(make: Make) -> None:
    model = says([*words("Hello."), STOP])
    room = await make(model)
    await room.rooms.seat(room.document, room.ada, Seat.Attention.GONE)
    run = await room.ask("Hello?")
    await asyncio.sleep(0.1)
    assert room.run(run)["state"] == "queued"
    assert model.requests == []
    await room.rooms.seat(room.document, room.ada, Seat.Attention.ACTIVE)
    await room.state(run, "completed")


async def test_one_run_works_at_a_time_and_the_others_have_their_place(make: Make) -> None:
    gate = asyncio.Event()
    model = ScriptedModel(lambda request: [*words("A word"), gate, *words(" more."), STOP])
    room = await make(model, limits=Limits(queued=2))
    first = await room.ask("Request 1")
    await room.state(first, "streaming")
    second, third = await room.ask("Request 2"), await room.ask("Request 3")
    assert [room.run(run)["place"] for run in (first, second, third)] == [0, 1, 2]
    assert model.open == 1
    with pytest.raises(Refusal) as refused:
        await room.ask("Request 4")
    assert refused.value.code == "queue_full"
    gate.set()
    for run in (first, second, third):
        await room.state(run, "completed")
    started = [(await room.row(run)).started for run in (first, second, third)]
    assert started == sorted(started, key=str)
    assert [turn.request for turn in model.requests[2].brief.turns] == ["Request 1", "Request 2"]
    assert model.requests[2].brief.turns[0].answer == "A word more."


@pytest.mark.parametrize("limit", ["LIMIT_ASKS", "LIMIT_ASKS_A_ROOM"])
async def test_who_asks_too_often_is_told_when_to_ask_again_and_nothing_runs(make: Make, limit: str) -> None:
    room = await make(says([*words("Done."), STOP]))
    bea = await room.rooms.person(room.document, "Bea")
    with override_settings(**{limit: Rate(2, 86_400)}):
        for text in ("One", "Two"):
            await room.state(await room.ask(text), "completed")
        with pytest.raises(Refusal, match=r"Ask again in 7\d\d minutes\.") as refused:
            await room.ask("Three")
        assert refused.value.code == "too_fast"
        assert "retry_after" in refused.value.details
        assert len(room.entries("runs")) == 2
        if limit == "LIMIT_ASKS":
            await room.state(await room.ask("Hers", by=bea), "completed")
        else:
            with pytest.raises(Refusal, match="very often"):
                await room.ask("Hers", by=bea)


async def test_an_error_of_the_model_ends_the_run_with_its_sentence_and_keeps_the_text(make: Make) -> None:
    room = await make(says([*words("Half a"), WrongKey()]))
    entry = await room.state(await room.ask("Go"), "failed")
    assert entry["answer"] == "Half a"
    assert (entry["error_code"], entry["retryable"]) == ("wrong_key", False)
    assert "OPENAI_API_KEY" in entry["error"]


async def test_a_bug_ends_the_run_with_a_sentence_and_not_with_a_trace(
    make: Make, caplog: pytest.LogCaptureFixture
) -> None:
    room = await make(says([*words("Half a"), ZeroDivisionError("a bug")]))
    entry = await room.state(await room.ask("Go"), "failed")
    assert entry["error_code"] == "internal"
    assert "Zero" not in entry["error"]
    assert "run broke" in caplog.text


async def test_a_run_whose_asker_has_lost_the_document_ends(make: Make) -> None:
    model = says([*call("read_document", first=1), CALLS])
    room = await make(model)
    grants = Grant.objects.filter(document_id=room.document)
    model.script = lambda request: [gate, *call("read_document", first=1), CALLS]
    gate = asyncio.Event()
    run = await room.ask("Go")
    await room.until(lambda: bool(model.requests))
    await room.rooms.read(lambda: grants.update(role=""))
    gate.set()
    assert (await room.state(run, "failed"))["error_code"] == "rights_lost"


async def test_the_run_of_somebody_who_is_switched_off_is_stopped_and_its_stream_closed(make: Make) -> None:
    model = says([*words("A b"), asyncio.Event()])
    room = await make(model)
    run = await room.ask("Go")
    await room.state(run, "streaming")
    await room.rooms.read(lambda: people.switch_off(User.objects.get(pk=room.ada.user)))
    await room.state(run, "cancelled")
    await room.until(lambda: model.closed == 1)


@override_settings(OPENAI_INPUT_PRICE=0.5, OPENAI_OUTPUT_PRICE=2.0)
async def test_tokens_have_a_price_where_the_settings_give_one(make: Make) -> None:
    room = await make(says([*words("Hello."), STOP]))
    run = await room.ask("Hello?")
    await room.state(run, "completed")
    assert (await room.row(run)).cost_microusd == round(3 * 0.5 + 4 * 2.0)


async def test_an_empty_answer_says_so(make: Make) -> None:
    room = await make(says([STOP]))
    assert (await room.state(await room.ask("Go"), "failed"))["error_code"] == "empty_answer"


async def test_the_same_call_three_times_ends_the_run(make: Make) -> None:
    model = says([*call("read_document", first=1, last=1), CALLS])
    room = await make(model)
    entry = await room.state(await room.ask("Go"), "failed")
    assert entry["error_code"] == "limit"
    assert len(model.requests) == 3
    assert model.requests[1].brief.steps[0].calls[0].result["blocks"][0]["text"] == PARAGRAPHS[0]


@pytest.mark.parametrize("arguments", [{}, {"block": "two", "replacement": "x"}, {"block": 99, "replacement": "x"}])
async def test_a_call_that_makes_no_sense_gets_a_result_that_says_so(make: Make, arguments: dict[str, Any]) -> None:
    model = says([*call("propose_edit", **arguments), *call("no_such", 1), CALLS], [*words("Well."), STOP])
    room = await make(model)
    await room.state(await room.ask("Go"), "completed")
    results = [each.result["error"] for each in model.requests[1].brief.steps[0].calls]
    assert results[0] in ("bad_arguments", "no_such_block")
    assert results[1] == "no_such_tool"
    assert room.entries("suggestions") == {}


async def kill(room: Room) -> None:
    """End the process's tasks as a power cut would: nothing is given back."""
    assert room.copilot._work
    room.copilot._work.cancel()
    tasks = list(room.copilot.runner._tasks)
    for task in tasks:
        task.cancel()
    await asyncio.gather(room.copilot._work, *tasks, return_exceptions=True)
    await room.rooms.read(lambda: Run.objects.filter(lease_holder__gt="").update(lease_expires="2020-01-01T00:00:00Z"))


async def test_after_a_crash_another_process_goes_on_where_the_text_stopped(make: Make) -> None:
    never = asyncio.Event()
    room = await make(says([*words(LONG)[:20], never]))
    run = await room.ask("Write much")
    await room.until(lambda: "word19" in room.run(run)["answer"])
    await kill(room)
    room.restart(says([*words(LONG), STOP]))
    entry = await room.state(run, "completed")
    assert entry["answer"] == LONG
    assert "restarted" in entry["note"]


async def test_a_crash_in_the_middle_of_a_call_that_may_not_be_repeated_fails_the_run(make: Make) -> None:
    never = asyncio.Event()
    room = await make(says([*words("One"), *call("invite_person", email="k@l.example")[:2], never]))
    run = await room.ask("Go")
    await room.until(lambda: room.run(run)["answer"] == "One")
    await asyncio.sleep(0.05)
    assert await room.rooms.read(lambda: ToolCall.objects.update(state="executing")) == 1
    await kill(room)
    room.restart(says([STOP]))
    assert (await room.state(run, "failed"))["error_code"] == "worker_lost"


async def test_a_process_that_ends_in_order_gives_its_runs_back_at_once(make: Make) -> None:
    never = asyncio.Event()
    room = await make(says([*words(LONG)[:20], never]))
    run = await room.ask("Write much")
    await room.until(lambda: "word19" in room.run(run)["answer"])
    await room.copilot.close()
    assert room.run(run)["state"] == "queued"
    room.restart(says([*words(LONG), STOP]))
    assert (await room.state(run, "completed"))["answer"] == LONG


async def test_a_lease_is_renewed_while_the_run_works(make: Make) -> None:
    never = asyncio.Event()
    room = await make(says([*words("A b"), never]))
    run = await room.ask("Go")
    await room.state(run, "streaming")
    before = (await room.row(run)).lease_expires
    await asyncio.sleep(0.2)
    after = (await room.row(run)).lease_expires
    assert before
    assert after
    assert after > before


async def test_a_decision_made_in_another_process_is_found_by_the_sweep(make: Make) -> None:
    model = says([*call("invite_person", email="k@l.example"), CALLS], [*words("Well."), STOP])
    room = await make(model)
    run = await room.ask("invite k@l.example")
    await room.state(run, "awaiting_confirmation")
    ((identifier, _),) = room.entries("confirmations").items()
    elsewhere = confirmations.handler(room.copilot.effects, [])
    message = {"type": "decide_confirmation", "id": "3", "confirmation": identifier, "verdict": "approve"}
    await room.rooms.command(room.document, elsewhere, room.ada, message)
    await room.state(run, "completed")


async def test_a_commenter_may_ask_but_not_stop(make: Make) -> None:
    room = await make(says([*words("Hello."), STOP]))
    reader = await room.rooms.person(room.document, "Kim", Role.COMMENTER)
    assert reader.may(room.copilot.handlers[0].ability)
    assert not reader.may(room.copilot.handlers[1].ability)


@pytest.mark.parametrize(
    "message",
    [{}, {"text": "  "}, {"text": "x" * 9000}, {"text": "x", "target": {"ranges": [{}]}}, {"text": "x", "target": []}],
)
async def test_a_malformed_ask_is_refused_with_a_sentence(make: Make, message: dict[str, Any]) -> None:
    room = await make(says([STOP]))
    with pytest.raises(ValueError, match=r"\.$"):
        room.copilot.handlers[0].parse(message)


async def test_through_openai_the_same_path_runs_against_a_real_server(make: Make) -> None:
    async with Provider(words_a_second=2000, length=120) as provider:
        room = await make(OpenAIModel(key="k", base_url=provider.url, model="m"))
        first = await room.ask("Improve this", select=1)
        await room.state(first, "completed")
        ((_, entry),) = room.entries("suggestions").items()
        assert entry["body"] == improved(PARAGRAPHS[1])
        second = await room.ask("Tell me about boats at length")
        assert (await room.state(second, "completed"))["answer"] == at_length("Tell me about boats at length", 120)
        third = await room.ask("And what was that?")
        assert "Tell me about boats at length" in (await room.state(third, "completed"))["answer"]


async def test_stop_closes_the_real_providers_connection(make: Make) -> None:
    async with Provider(words_a_second=50, length=4000) as provider:
        room = await make(OpenAIModel(key="k", base_url=provider.url, model="m"), sweep=5)
        run = await room.ask("Tell me about boats at length")
        await room.until(lambda: len(room.run(run)["answer"]) > 20)
        await room.stop(run)
        await room.until(lambda: provider.requests[0].closed_by == "client")


async def test_suggestions_of_a_failed_run_that_were_whole_stay(make: Make) -> None:
    edit = call("propose_edit", block=1, replacement="One.")
    room = await make(says([*edit, *call("propose_edit", 1, block=2, replacement="Two and more")[:-1], WrongKey()]))
    await room.state(await room.ask("Go"), "failed")
    by_body = {entry["body"]: entry["status"] for entry in room.entries("suggestions").values()}
    assert by_body.pop("One.") == "pending"
    assert list(by_body.values()) == ["withdrawn"]
    assert await room.rooms.read(lambda: Suggestion.objects.filter(status="streaming").count()) == 0
