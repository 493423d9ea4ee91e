"""The jobs that write: what arrives of a step, and what a whole step comes to.

A job may be run again if its transaction failed: it returns what it found and did, and changes nothing in memory.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from copilot import questions, runs
from copilot.agent import limits as run_limits
from copilot.agent.errors import ToolRefused
from copilot.agent.loop import CallBegun, EditBegun, EditText, Effect, ModelCall, Say, StepOutcome
from copilot.agent.run import RunEvent, RunState
from copilot.agent.tools import Tool, Working
from copilot.live import edits
from copilot.live.begin import Prepared, Shop
from copilot.models import Run, Step, ToolCall
from editor import confirmations
from editor.models import Suggestion
from editor.room import session
from editor.room.job import Workspace

CONFIRMATION_HOURS = 24


@dataclass(frozen=True, slots=True)
class Progress:
    """What a step has in the room so far: `opened` has each call's suggestion, or why it was refused."""

    rev: int
    streaming: bool = False
    opened: Mapping[str, UUID | dict[str, Any]] = field(default_factory=dict)
    finished: frozenset[str] = frozenset()


def write(
    ws: Workspace, run_id: UUID, prepared: Prepared, progress: Progress, effects: Sequence[Effect], shop: Shop
) -> Progress:
    """Write what arrived, if the run is still ours; the first time it makes the run `streaming`."""
    if progress.streaming:
        runs.hold(run_id, progress.rev, RunState.STREAMING)
    else:
        rev = runs.change(ws, run_id, RunEvent.FIRST_TOKEN, progress.rev).rev
        progress = replace(progress, rev=rev, streaming=True)
    said = "".join(effect.text for effect in effects if isinstance(effect, Say))
    if said:
        runs.append(ws, run_id, said)
        runs.record(ws, run_id, "TEXT_MESSAGE_CONTENT", {"text": said})
    for effect in effects:
        progress = _write_one(ws, run_id, prepared, progress, effect, shop)
    return progress


def _write_one(
    ws: Workspace, run_id: UUID, prepared: Prepared, progress: Progress, effect: Effect, shop: Shop
) -> Progress:
    match effect:
        case CallBegun(call, provider_id, name):
            progress = _finish_open_edits(ws, progress)
            runs.open_call(Step.objects.get(run_id=run_id, number=prepared.number), call, provider_id, name)
            runs.record(ws, run_id, "TOOL_CALL_START", {"tool_call_id": call, "name": name})
        case EditBegun(call, arguments, resumed):
            opened = _open(ws, run_id, prepared, call, arguments, resumed, shop)
            return replace(progress, opened={**progress.opened, call: opened})
        case EditText(call, text):
            suggestion = progress.opened.get(call)
            if isinstance(suggestion, UUID):
                edits.append_edit(ws, suggestion, text)
                runs.record(ws, run_id, "SUGGESTION_CONTENT", {"tool_call_id": call, "text": text})
        case Say():
            pass
    return progress


def _open(
    ws: Workspace,
    run_id: UUID,
    prepared: Prepared,
    call: str,
    arguments: Mapping[str, Any],
    resumed: bool,
    shop: Shop,
) -> UUID | dict[str, Any]:
    if resumed and prepared.kept_suggestion:
        runs.end_call(ws, prepared.kept_call, ToolCall.State.CANCELLED, {"continued_by": call})
        suggestion = prepared.kept_suggestion
    else:
        told = prepared.places.get(arguments.get("block", 0))
        try:
            suggestion = edits.open_edit(
                ws, run_id, told, copilot_name=shop.copilot.name, asker_name=prepared.brief.asker
            )
        except ToolRefused as refused:
            return refused.result()
        made = (session.read(ws.session, "runs", str(run_id)) or {}).get("suggestions") or []
        runs.say(ws, run_id, suggestions=[*(made if isinstance(made, list) else []), str(suggestion)])
    runs.say(ws, run_id, phase="writing a suggestion")
    runs.set_call(call, state=ToolCall.State.EXECUTING, result={"suggestion": str(suggestion)})
    return suggestion


def _finish_open_edits(ws: Workspace, progress: Progress) -> Progress:
    for call, opened in progress.opened.items():
        if call not in progress.finished:
            if isinstance(opened, UUID):
                runs.end_call(ws, call, ToolCall.State.DONE, edits.finish_edit(ws, opened))
            else:
                runs.end_call(ws, call, ToolCall.State.FAILED, opened)
    return replace(progress, finished=frozenset(progress.opened))


@dataclass(frozen=True, slots=True)
class Settled:
    """A step that is whole: `left` are the calls to execute now; the run has ended if `rev` is 0."""

    rev: int
    left: tuple[ModelCall, ...] = ()


def settle(
    ws: Workspace, run_id: UUID, prepared: Prepared, progress: Progress, outcome: StepOutcome, shop: Shop
) -> Settled:
    """Close a step whose answer is whole: finish its suggestions, ask its questions, name what is left to do."""
    runs.hold(run_id, progress.rev, RunState.STREAMING if progress.streaming else RunState.THINKING)
    step = Step.objects.get(run_id=run_id, number=prepared.number)
    left = tuple(call for call in outcome.calls if _settle_call(ws, run_id, progress, call, prepared, shop))
    questions.withdraw_streaming(ws, run_id)
    if prepared.kept_call:
        runs.end_call(ws, prepared.kept_call, ToolCall.State.CANCELLED, {"error": "cancelled"})
    spent = run_limits.estimated_tokens(outcome.text + "".join(str(call.arguments) for call in outcome.calls))
    runs.close_step(
        step, _message(outcome), outcome.finish_reason, outcome.input_tokens, outcome.output_tokens or spent
    )
    if not outcome.calls:
        return _end(ws, run_id, progress.rev, outcome)
    if left:
        return Settled(runs.change(ws, run_id, RunEvent.TOOLS_CALLED, progress.rev).rev, left)
    return after_calls(ws, run_id, progress.rev, shop)


def _end(ws: Workspace, run_id: UUID, rev: int, outcome: StepOutcome) -> Settled:
    answer = str((session.read(ws.session, "runs", str(run_id)) or {}).get("answer") or "")
    if answer.strip() or Suggestion.objects.filter(run_id=run_id).exists():
        runs.complete(ws, run_id, rev, outcome.finish_reason)
    else:
        sentence = "The language model gave an empty answer. Ask in other words."
        runs.fail(ws, run_id, rev, "empty_answer", sentence)
    return Settled(0)


def _settle_call(
    ws: Workspace, run_id: UUID, progress: Progress, call: ModelCall, prepared: Prepared, shop: Shop
) -> bool:
    """Finish what needs no execution; whether the call is left to execute."""
    runs.set_call(call.id, arguments=call.arguments or {})
    if call.id in progress.finished:
        return False
    tool = shop.tools.get(call.name)
    try:
        if call.arguments is None:
            raise ToolRefused("bad_json", "The arguments were cut off or are not JSON.")
        if tool is None:
            raise ToolRefused("no_such_tool", f"There is no tool {call.name}.")
        arguments = tool.check(call.arguments)
        sentence = tool.asks(arguments)
    except ToolRefused as refused:
        runs.end_call(ws, call.id, ToolCall.State.FAILED, refused.result())
        return False
    if tool.streams:
        opened = progress.opened.get(call.id)
        result = edits.finish_edit(ws, opened) if isinstance(opened, UUID) else opened
        state = ToolCall.State.DONE if isinstance(opened, UUID) else ToolCall.State.FAILED
        runs.end_call(ws, call.id, state, result or {"error": "failed"})
        return False
    if tool.confirm:
        _ask(ws, run_id, call, tool, arguments, sentence)
        return False
    return True


def _ask(ws: Workspace, run_id: UUID, call: ModelCall, tool: Tool, arguments: dict[str, Any], sentence: str) -> None:
    confirmations.ask(
        ws,
        run_id=run_id,
        tool_call_id=call.id,
        tool=tool.name,
        arguments=arguments,
        sentence=sentence[:500],
        asked_by=Run.objects.values_list("asker_id", flat=True).get(pk=run_id),
        expires=ws.now + timedelta(hours=CONFIRMATION_HOURS),
    )


def _message(outcome: StepOutcome) -> dict[str, Any]:
    calls = [{"id": call.provider_id, "name": call.name, "arguments": call.arguments or {}} for call in outcome.calls]
    return {"role": "assistant", "content": outcome.text, "tool_calls": calls}


def after_calls(ws: Workspace, run_id: UUID, rev: int, shop: Shop) -> Settled:
    """Go on when every call of the step has its result; else wait for people, without a lease. 0 is not ours now."""
    pending = ToolCall.objects.filter(step__run_id=run_id, state=ToolCall.State.PENDING).exists()
    if pending:
        event = RunEvent.CONFIRMATION_ASKED
        runs.change(ws, run_id, event, rev, lease_holder="", lease_expires=None)
        return Settled(0)
    if Run.objects.values_list("state", flat=True).get(pk=run_id) != RunState.EXECUTING_TOOL:
        rev = runs.change(ws, run_id, RunEvent.TOOLS_CALLED, rev).rev
    return Settled(runs.change(ws, run_id, RunEvent.CALLS_RESOLVED, rev).rev)


def execute(ws: Workspace, run_id: UUID, rev: int, call: ModelCall, tool: Tool) -> None:
    """Run a tool that changes the document or the site, in the same transaction as its result."""
    runs.hold(run_id, rev, RunState.EXECUTING_TOOL)
    asker = Run.objects.values_list("asker_id", flat=True).get(pk=run_id)
    try:
        result = tool.function(Working(ws, run_id, asker), **tool.check(call.arguments or {}))
        keep_result(ws, run_id, call.id, ToolCall.State.DONE, result)
    except ToolRefused as refused:
        keep_result(ws, run_id, call.id, ToolCall.State.FAILED, refused.result())


def keep_result(ws: Workspace, run_id: UUID, call: str, state: ToolCall.State, result: dict[str, Any]) -> None:
    runs.end_call(ws, call, state, result)
    runs.record(ws, run_id, "TOOL_CALL_RESULT", {"tool_call_id": call, "result": result})
