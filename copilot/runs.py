"""The one place that writes the copilot's rows and their mirror in the session document.

Every function works in a job (editor/room/job.py): under the document's lock, in one transaction with what it appends
to the session. A change of state is one conditional UPDATE, which a run that has moved on refuses.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import F, Max, Q
from django.db.models.functions import Now

from copilot import questions
from copilot.agent.errors import RunError
from copilot.agent.limits import Limits
from copilot.agent.run import ENDED, LIVE, WORKING, RunEvent, RunState, phase, sources, target
from copilot.identity import Copilot
from copilot.models import Run, Step, Thread, ToolCall
from copilot.models import RunEvent as RunEventRow
from editor.room import session
from editor.room.errors import Refusal
from editor.room.job import Workspace
from editor.room.participant import Participant


class RunMoved(Exception):
    """The run is no longer as its owner left it: stopped, ended, or taken by another process."""


def start(
    ws: Workspace, asker: Participant, request: str, target: dict[str, Any] | None, copilot: Copilot, limits: Limits
) -> UUID:
    """Queue a run; raises Refusal `queue_full`."""
    waiting = Run.objects.filter(document_id=ws.document_id, state=RunState.QUEUED).count()
    if waiting >= limits.queued:
        raise Refusal("queue_full", f"{waiting} requests are waiting already. Ask again when one of them is done.")
    thread, _ = Thread.objects.get_or_create(document_id=ws.document_id)
    run = Run.objects.create(
        id=ws.new_id(),
        document_id=ws.document_id,
        thread=thread,
        asker_id=asker.user,
        request=request,
        target=target,
        model=copilot.model,
        created=ws.now,
    )
    entry: dict[str, session.Value] = {
        "copilot": copilot.name,
        "asker": str(asker.user),
        "asker_name": asker.name,
        "request": request,
        "created": milliseconds(ws.now),
        "suggestions": [],
    }
    session.put(ws.session, "runs", str(run.id), entry)
    session.append(ws.session, "runs", str(run.id), "answer", "")
    mirror(ws, run)
    record(ws, run.id, "RUN_QUEUED", {"at": ws.now.isoformat()})
    renumber(ws)
    return run.id


def change(ws: Workspace, run_id: UUID, event: RunEvent, rev: int | None, **fields: Any) -> Run:
    """Let `event` happen to the run if it is at `rev` (any, if None) and in a state that allows it; else RunMoved."""
    rows = Run.objects.filter(pk=run_id, state__in=sources(event))
    if rev is not None:
        rows = rows.filter(rev=rev)
    to = target(event)
    if to in ENDED:
        fields = {**fields, "ended": ws.now, "lease_holder": "", "lease_expires": None}
    if not rows.update(state=to, rev=F("rev") + 1, **fields):
        raise RunMoved(run_id)
    run = Run.objects.get(pk=run_id)
    record(ws, run_id, event.upper(), {"state": run.state, "rev": run.rev, "at": ws.now.isoformat()})
    if to in ENDED:
        _settle(ws, run)
    mirror(ws, run)
    if to is RunState.QUEUED or RunState.QUEUED in sources(event):
        renumber(ws)
    return run


def hold(run_id: UUID, rev: int, state: RunState) -> None:
    """Fence a write: it counts only while the run is exactly there; else RunMoved."""
    if not Run.objects.filter(pk=run_id, rev=rev, state=state).update(rev=rev):
        raise RunMoved(run_id)


def claim(ws: Workspace, run: Run, event: RunEvent, holder: str, lease_seconds: float) -> Run:
    """Take a run that waits into THINKING, with a lease by the database's clock."""
    started = {} if run.started else {"started": ws.now}
    lease = {"lease_holder": holder, "lease_expires": Now() + timedelta(seconds=lease_seconds)}
    return change(ws, run.pk, event, run.rev, **lease, **started)


def slot_is_free(run: Run) -> bool:
    """Whether no other run works in this room."""
    return not Run.objects.filter(document_id=run.document_id, state__in=WORKING).exclude(pk=run.pk).exists()


def next_in_line(run: Run) -> bool:
    """Whether no older run waits for the room's slot."""
    older = Run.objects.filter(document_id=run.document_id, state=RunState.QUEUED, created__lt=run.created)
    return not older.exists()


def renew(run_ids: Collection[UUID], holder: str, lease_seconds: float) -> int:
    """Push the leases of these runs forward where this process holds them; returns how many it still holds."""
    mine = Run.objects.filter(pk__in=run_ids, lease_holder=holder, state__in=WORKING)
    return mine.update(lease_expires=Now() + timedelta(seconds=lease_seconds))


def lose(ws: Workspace, run_id: UUID, *, resumable: bool) -> Run | None:
    """Requeue or fail a run whose holder is gone; None if somebody renewed the lease meanwhile."""
    lapsed = Run.objects.filter(pk=run_id, state__in=WORKING)
    run = lapsed.filter(Q(lease_expires__lt=Now()) | Q(lease_expires=None)).first()
    if run is None:
        return None
    if resumable:
        run = change(ws, run_id, RunEvent.WORKER_LOST, run.rev, lease_holder="", lease_expires=None)
        say(ws, run_id, note="The server was restarted; it goes on where it stopped.")
        return run
    return fail(ws, run_id, run.rev, "worker_lost", "The server stopped in the middle of this. Ask again.")


def fail(ws: Workspace, run_id: UUID, rev: int | None, code: str, sentence: str, *, retryable: bool = True) -> Run:
    run = change(ws, run_id, RunEvent.FAILED, rev, error_code=code, error_message=sentence[:500])
    session.put(ws.session, "runs", str(run_id), {"error_code": code, "error": sentence, "retryable": retryable})
    return run


def fail_with(ws: Workspace, run_id: UUID, rev: int | None, error: RunError) -> Run:
    return fail(ws, run_id, rev, error.code, str(error), retryable=error.retryable)


def complete(ws: Workspace, run_id: UUID, rev: int, finish_reason: str) -> Run:
    run = change(ws, run_id, RunEvent.MODEL_STOPPED, rev, finish_reason=finish_reason[:24])
    session.put(ws.session, "runs", str(run_id), {"finish_reason": finish_reason})
    return run


def stop(ws: Workspace, by: Participant, run_id: UUID) -> Run:
    """End a run at once, whoever owns it; raises Refusal `not_running`."""
    if not Run.objects.filter(pk=run_id, document_id=ws.document_id).exists():
        raise Refusal("no_such_run", "There is no such request in this document.")
    try:
        run = change(ws, run_id, RunEvent.STOPPED, None, stopped_by_id=by.user, finish_reason="stopped")
    except RunMoved:
        raise Refusal("not_running", "It has ended already.") from None
    session.put(ws.session, "runs", str(run_id), {"stopped_by": by.name, "finish_reason": "stopped"})
    return run


def append(ws: Workspace, run_id: UUID, text: str) -> None:
    """Add to the answer; the caller holds the run in the same job."""
    session.append(ws.session, "runs", str(run_id), "answer", text)


def say(ws: Workspace, run_id: UUID, **values: session.Value) -> None:
    """Set values of the run's entry that everyone sees: `phase`, `note`."""
    session.put(ws.session, "runs", str(run_id), values)


def begin_step(run: Run, number: int) -> Step:
    """The row of a step, the same one where an interrupted step is tried again."""
    return Step.objects.get_or_create(run=run, number=number)[0]


def close_step(step: Step, message: dict[str, Any], finish_reason: str, input_tokens: int, output_tokens: int) -> None:
    """Keep what the model said in the step, and add its tokens and their price to the run's.

    Dollars a million tokens are microdollars a token.
    """
    step.message = message
    step.finish_reason = finish_reason[:24]
    step.input_tokens += input_tokens
    step.output_tokens += output_tokens
    step.save(update_fields=["message", "finish_reason", "input_tokens", "output_tokens"])
    cost = input_tokens * settings.OPENAI_INPUT_PRICE + output_tokens * settings.OPENAI_OUTPUT_PRICE
    Run.objects.filter(pk=step.run_id).update(
        input_tokens=F("input_tokens") + input_tokens,
        output_tokens=F("output_tokens") + output_tokens,
        cost_microusd=F("cost_microusd") + round(cost),
    )


def open_call(step: Step, call_id: str, provider_id: str, name: str) -> ToolCall:
    return ToolCall.objects.create(id=call_id, step=step, provider_id=provider_id[:100], name=name[:64], arguments={})


def set_call(call_id: str, **fields: Any) -> None:
    ToolCall.objects.filter(pk=call_id).update(**fields)


def end_call(ws: Workspace, call_id: str, state: ToolCall.State, result: dict[str, Any]) -> None:
    """Give a call its result, once."""
    still_open = ToolCall.objects.filter(pk=call_id, state__in=[ToolCall.State.PENDING, ToolCall.State.EXECUTING])
    still_open.update(state=state, result=result, ended=ws.now)


def record(ws: Workspace, run_id: UUID, type: str, payload: dict[str, Any]) -> None:
    """Write down what happened, in order; `ms` counts from when the run was asked for."""
    asked = Run.objects.values_list("created", flat=True).get(pk=run_id)
    events = RunEventRow.objects.filter(run_id=run_id)
    last = events.aggregate(last=Max("sequence"))["last"] or 0
    ms = max(0, round((ws.now - asked).total_seconds() * 1000))
    RunEventRow.objects.create(run_id=run_id, sequence=last + 1, ms=ms, type=type[:40], payload=payload)


def mirror(ws: Workspace, run: Run) -> None:
    """Show the run's row in the session document."""
    values: dict[str, session.Value] = {
        "state": run.state,
        "rev": run.rev,
        "phase": phase(RunState(run.state)),
    }
    if run.ended:
        values |= {"ended": milliseconds(run.ended), "place": 0}
    session.put(ws.session, "runs", str(run.pk), values)


def renumber(ws: Workspace) -> None:
    """Tell everyone the place of each waiting run in the room's queue; 0 is not waiting."""
    live = Run.objects.filter(document_id=ws.document_id, state__in=LIVE).order_by("created")
    place = 0
    for run in live:
        waits = run.state == RunState.QUEUED
        place += waits
        entry = session.read(ws.session, "runs", str(run.pk)) or {}
        if entry.get("place") != (place if waits else 0):
            session.put(ws.session, "runs", str(run.pk), {"place": place if waits else 0})


def milliseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def _settle(ws: Workspace, run: Run) -> None:
    """What an ended run leaves: its answer as a row, no half suggestion, no open question, no open call."""
    entry = session.read(ws.session, "runs", str(run.pk)) or {}
    run.answer = str(entry.get("answer") or "")
    run.save(update_fields=["answer"])
    still_open = [ToolCall.State.PENDING, ToolCall.State.EXECUTING]
    ToolCall.objects.filter(step__run=run, state__in=still_open).update(
        state=ToolCall.State.CANCELLED, result={"error": "cancelled"}, ended=ws.now
    )
    questions.withdraw(ws, run.pk)
