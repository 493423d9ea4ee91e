"""The jobs that begin: taking a run, and beginning a step of it; and those that let go of one.

A job may be run again if its transaction failed: it returns what it found and did, and changes nothing in memory.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from django.utils.dateparse import parse_datetime

from copilot import questions, runs
from copilot.agent import limits as run_limits
from copilot.agent.context import Brief, Kept, KeptEdit
from copilot.agent.errors import RightsLost
from copilot.agent.limits import Limits, Tally
from copilot.agent.run import ENDED, WAITING, RunEvent, RunState
from copilot.agent.tools import Tool
from copilot.identity import Copilot
from copilot.live import edits
from copilot.live.brief import Told, gather
from copilot.models import Run, Step, ToolCall
from copilot.models import RunEvent as RunEventRow
from editor import confirmations, selectors
from editor.models import Grant, Suggestion
from editor.room import session
from editor.room.job import Workspace
from editor.room.participant import ABILITIES, Ability, Role


@dataclass(frozen=True, slots=True)
class Shop:
    """What the jobs of every run share."""

    tools: Mapping[str, Tool]
    copilot: Copilot
    limits: Limits
    holder: str
    lease_seconds: float


def take(ws: Workspace, run_id: UUID, shop: Shop) -> Run | None:
    """Claim a run that can go on; None if it cannot: the room is idle or busy, or people have yet to decide."""
    run = Run.objects.filter(pk=run_id).first()
    if run is None or RunState(run.state) in ENDED or not runs.slot_is_free(run):
        return None
    state = RunState(run.state)
    if state in WAITING:
        return _take_up(ws, run, shop) if collect_answers(ws, run) else None
    if state not in (RunState.QUEUED, RunState.PAUSED) or not selectors.attended(ws.document_id, ws.now):
        return None
    if state is RunState.PAUSED:
        run = runs.change(ws, run_id, RunEvent.ROOM_ATTENDED, run.rev)
        runs.say(ws, run_id, note=_pause_note(run, ws))
    if not runs.next_in_line(run):
        return None
    return runs.claim(ws, run, RunEvent.SLOT_FREE, shop.holder, shop.lease_seconds)


def _take_up(ws: Workspace, run: Run, shop: Shop) -> Run:
    return runs.claim(ws, run, RunEvent.CALLS_RESOLVED, shop.holder, shop.lease_seconds)


def collect_answers(ws: Workspace, run: Run) -> bool:
    """Give each decided call its result; whether none is open any more."""
    confirmations.expire_due(ws)
    for call in ToolCall.objects.filter(step__run=run, state=ToolCall.State.PENDING):
        result = questions.answered(call.pk)
        if result is None:
            return False
        states = {"denied": ToolCall.State.DENIED}
        failed = ToolCall.State.FAILED if "error" in result else ToolCall.State.DONE
        runs.end_call(ws, call.pk, states.get(result.get("error", ""), failed), result)
        runs.record(ws, run.pk, "TOOL_CALL_RESULT", {"tool_call_id": call.pk, "result": result})
    return True


def _pause_note(run: Run, ws: Workspace) -> str:
    last = RunEventRow.objects.filter(run=run, type=RunEvent.ROOM_IDLE.upper()).order_by("-sequence").first()
    since = parse_datetime(last.payload["at"]) if last else None
    seconds = round((ws.now - since).total_seconds()) if since else 0
    length = f"{seconds} seconds" if seconds < 90 else f"{round(seconds / 60)} minutes"
    return f"It paused for {length} while nobody was here, then went on where it had stopped."


@dataclass(frozen=True, slots=True)
class Prepared:
    """A step about to be asked; `kept_call` and `kept_suggestion` are of a suggestion that a pause cut off."""

    number: int
    brief: Brief
    places: Mapping[int, Told]
    kept: Kept
    kept_call: str
    kept_suggestion: UUID | None
    follows: bool
    tokens_left: int
    asker: UUID | None


def prepare(ws: Workspace, run_id: UUID, rev: int, shop: Shop, seconds: float) -> Prepared:
    """Begin a step, or the interrupted one again with what it had said; raises LimitReached, RunMoved."""
    runs.hold(run_id, rev, RunState.THINKING)
    run = Run.objects.select_related("asker").get(pk=run_id)
    _check_asker(run)
    run_limits.check(_tally(run, seconds), shop.limits)
    answer = str((session.read(ws.session, "runs", str(run_id)) or {}).get("answer") or "")
    interrupted = Step.objects.filter(run=run, message=None).order_by("-number").first()
    kept_call = _kept_call(ws, run)
    if interrupted and _close_with_what_is_done(interrupted, answer[len(_said(run)) :], kept_call):
        interrupted = None
    said = _said(run)
    number = interrupted.number if interrupted else Step.objects.filter(run=run).count() + 1
    runs.begin_step(run, number)
    kept = Kept(text=answer[len(said) :])
    brief, places = gather(ws, run, kept)
    suggestion = UUID((kept_call.result or {})["suggestion"]) if kept_call else None
    if suggestion:
        kept = replace(kept, edit=_kept_edit(ws, suggestion, brief))
        brief = replace(brief, kept=kept)
    if suggestion and kept.edit is None:
        edits.withdraw_edit(ws, suggestion)
        suggestion = None
    left = shop.limits.output_tokens - run.output_tokens
    call = kept_call.pk if kept_call else ""
    return Prepared(number, brief, places, kept, call, suggestion, bool(said.strip()), left, run.asker_id)


def _check_asker(run: Run) -> None:
    """Tools run as the asker, who must still have the room."""
    grants = Grant.objects.filter(document_id=run.document_id).exclude(role="")
    grant = grants.filter(user_id=run.asker_id).first() if run.asker_id else None
    if grant is None or Ability.ASK not in ABILITIES[Role(grant.role)]:
        raise RightsLost


def _said(run: Run) -> str:
    """The text of the run's whole steps, as it stands at the beginning of the answer."""
    closed = Step.objects.filter(run=run).exclude(message=None).order_by("number")
    return "".join(str((step.message or {}).get("content") or "") for step in closed)


def _tally(run: Run, seconds: float) -> Tally:
    calls = list(ToolCall.objects.filter(step__run=run).exclude(state=ToolCall.State.CANCELLED))
    same: dict[str, int] = {}
    for call in calls:
        key = f"{call.name} {sorted(call.arguments.items())!r}"
        same[key] = same.get(key, 0) + (2 if call.state == ToolCall.State.DENIED else 1)
    steps = Step.objects.filter(run=run).exclude(message=None).count()
    return Tally(steps, len(calls), run.output_tokens, seconds, max(same.values(), default=0))


def _kept_call(ws: Workspace, run: Run) -> ToolCall | None:
    """The call whose suggestion was cut off; calls of which nothing can be kept are cancelled."""
    kept = None
    cut_off = [ToolCall.State.PENDING, ToolCall.State.EXECUTING]
    for call in ToolCall.objects.filter(step__run=run, state__in=cut_off).order_by("created"):
        if kept is None and call.result and "suggestion" in call.result:
            kept = call
        else:
            runs.end_call(ws, call.pk, ToolCall.State.CANCELLED, {"error": "cancelled"})
    return kept


def _close_with_what_is_done(step: Step, text: str, kept_call: ToolCall | None) -> bool:
    """Close an interrupted step in which calls were done already, so that they are not done again."""
    done = step.tool_calls.filter(state__in=[ToolCall.State.DONE, ToolCall.State.FAILED]).exists()
    if done:
        runs.close_step(step, {"role": "assistant", "content": text}, "interrupted", 0, 0)
    return done


def _kept_edit(ws: Workspace, suggestion: UUID, brief: Brief) -> KeptEdit | None:
    """What had streamed into the suggestion; None if people have changed its place meanwhile."""
    row = Suggestion.objects.filter(pk=suggestion, status=Suggestion.Status.STREAMING).first()
    entry = session.read(ws.session, "suggestions", str(suggestion))
    block = next((block for block in brief.blocks if row and block.id == row.block_id), None)
    if block is None or entry is None or entry.get("place", "fresh") not in ("fresh", "moved", ""):
        return None
    return KeptEdit(block.number, str(entry.get("body") or ""))


def pause(ws: Workspace, run_id: UUID, rev: int) -> None:
    runs.change(ws, run_id, RunEvent.ROOM_IDLE, rev, lease_holder="", lease_expires=None)


def release(ws: Workspace, run_id: UUID, rev: int) -> None:
    """Give a run back to the queue, because this process ends."""
    runs.change(ws, run_id, RunEvent.WORKER_LOST, rev, lease_holder="", lease_expires=None)
    runs.say(ws, run_id, note="The server was restarted; it went on where it had stopped.")


def is_resumable(run: Run, tools: Mapping[str, Tool]) -> bool:
    """Whether trying the step again does nothing twice: its open calls are all idempotent."""
    executing = ToolCall.objects.filter(step__run=run, state=ToolCall.State.EXECUTING)
    return all((tool := tools.get(call.name)) is not None and tool.idempotent for call in executing)
