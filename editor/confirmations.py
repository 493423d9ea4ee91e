"""Confirmations: asked, decided once, carried out in the same transaction. Each function is (part of) a job."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction

from editor.decisions import already, answer, identifier
from editor.models import Confirmation, Decision, Grant, User
from editor.room import session
from editor.room.commands import Answer, CommandHandler
from editor.room.confirmation import Event, State, advance
from editor.room.errors import Refusal
from editor.room.job import Workspace
from editor.room.participant import Ability, Participant
from editor.suggestions import milliseconds

SECTION = "confirmations"

Effect = Callable[[Workspace, Participant, Confirmation], dict[str, Any]]
"""What an approved call does in the database and the document: returns its result (JSON), or raises Refusal before it
has changed anything."""

Hook = Callable[[Confirmation], None]
"""Called on the event loop's thread with the decided row, once it is committed and applied."""


def ask(
    ws: Workspace,
    *,
    run_id: UUID,
    tool_call_id: str,
    tool: str,
    arguments: Mapping[str, Any],
    sentence: str,
    asked_by: UUID | None,
    expires: datetime,
) -> UUID:
    """Put a question to people, once a tool call."""
    confirmation, made = Confirmation.objects.get_or_create(
        tool_call_id=tool_call_id,
        defaults={
            "id": ws.new_id(),
            "document_id": ws.document_id,
            "run_id": run_id,
            "tool": tool,
            "arguments": dict(arguments),
            "sentence": sentence,
            "asked_by_id": asked_by,
            "expires": expires,
        },
    )
    if made:
        entry: dict[str, session.Value] = {
            "run": str(run_id),
            "tool": tool,
            "sentence": sentence,
            "arguments": json.dumps(dict(arguments), ensure_ascii=False),
            "state": State.PENDING.value,
            "asked_by": _name(asked_by),
            "result": "",
            "created": milliseconds(ws),
        }
        session.put(ws.session, SECTION, str(confirmation.pk), entry)
    return confirmation.pk


def _name(user: UUID | None) -> str:
    person = User.objects.filter(pk=user).first() if user else None
    return person.name if person else ""


def withdraw_all(ws: Workspace, run_id: UUID) -> None:
    """Take back what a run asked and nobody decided."""
    for pk in Confirmation.objects.filter(run_id=run_id, state=State.PENDING).values_list("pk", flat=True):
        _close(ws, pk, Event.WITHDRAW)


def expire_due(ws: Workspace) -> list[UUID]:
    """Close this document's questions whose time is over; returns their runs."""
    due = Confirmation.objects.filter(document_id=ws.document_id, state=State.PENDING, expires__lte=ws.now)
    return [run for pk, run in list(due.values_list("pk", "run_id")) if _close(ws, pk, Event.EXPIRE)]


def _close(ws: Workspace, confirmation_id: UUID, event: Event) -> bool:
    state = _move(confirmation_id, State.PENDING, event)
    if state is None:
        return False
    session.put(ws.session, SECTION, str(confirmation_id), {"state": state.value})
    return True


def _move(confirmation_id: UUID, state: State, event: Event, **values: Any) -> State | None:
    """One step of the table as one conditional update; None where somebody else was first."""
    to = advance(state, event)
    moved = Confirmation.objects.filter(pk=confirmation_id, state=state).update(state=to.value, **values)
    return to if moved else None


@dataclass(frozen=True, slots=True)
class Decide:
    confirmation: UUID
    verdict: Event


def parse_decide(message: Mapping[str, Any]) -> Decide:
    verdict = message.get("verdict")
    if verdict not in ("approve", "deny"):
        raise ValueError("A verdict is approve or deny.")
    return Decide(identifier(message, "confirmation"), Event(verdict))


def handler(effects: Mapping[str, Effect], hooks: Sequence[Hook] = ()) -> CommandHandler:
    """Takes `decide_confirmation`. `effects` are by tool name; each hook hears of every decision after its commit."""
    return CommandHandler("decide_confirmation", Ability.DECIDE, parse_decide, partial(_decide, effects, hooks))


def _decide(
    effects: Mapping[str, Effect], hooks: Sequence[Hook], ws: Workspace, by: Participant, command: Decide
) -> Answer:
    confirmation = Confirmation.objects.filter(pk=command.confirmation, document_id=ws.document_id).first()
    if confirmation is None:
        raise Refusal("unknown", "There is no such question in this document.")
    if confirmation.state == State.PENDING and confirmation.expires <= ws.now:
        raise Refusal("not_pending", "The time to decide is over.")
    if command.verdict is Event.APPROVE:
        _check_asker(confirmation)
    state = _move(confirmation.pk, State.PENDING, command.verdict) if confirmation.state == State.PENDING else None
    if state is None:
        raise _resolved(confirmation)
    approved = state is State.APPROVED
    decision = Decision.objects.create(
        id=ws.new_id(),
        document_id=ws.document_id,
        verdict=Decision.Verdict.APPROVED if approved else Decision.Verdict.DENIED,
        by_id=by.user,
        confirmation=confirmation,
        created=ws.now,
    )
    if approved:
        _carry_out(effects, ws, by, confirmation)
    confirmation.refresh_from_db()
    _show(ws, by, confirmation, decision)
    ws.after_commit += [partial(hook, confirmation) for hook in hooks]
    return answer(ws, by, decision)


def _resolved(confirmation: Confirmation) -> Refusal:
    decision = Decision.objects.filter(confirmation=confirmation).select_related("by").first()
    return already(decision) if decision else Refusal("not_pending", "This question is no longer open.")


def _check_asker(confirmation: Confirmation) -> None:
    """Who asked must still have the room."""
    asker = confirmation.asked_by_id
    if asker is None:
        return
    if not Grant.objects.filter(document_id=confirmation.document_id, user_id=asker).exclude(role="").exists():
        raise Refusal("asker_gone", "Who asked for this no longer has this document. Deny it, or ask anew.")


def _carry_out(effects: Mapping[str, Effect], ws: Workspace, by: Participant, confirmation: Confirmation) -> None:
    """Started at most once: the state was moved to `approved` in this very transaction."""
    _move(confirmation.pk, State.APPROVED, Event.START)
    try:
        effect = effects.get(confirmation.tool)
        if effect is None:
            raise Refusal("no_such_tool", f"There is no tool {confirmation.tool} here.")
        with transaction.atomic():
            result = effect(ws, by, confirmation)
        event = Event.SUCCEED
    except Refusal as refusal:
        result = {"error": refusal.code, "message": refusal.message}
        event = Event.FAIL
    _move(confirmation.pk, State.EXECUTING, event, result=result)


def _show(ws: Workspace, by: Participant, confirmation: Confirmation, decision: Decision) -> None:
    entry: dict[str, session.Value] = {
        "state": confirmation.state,
        "verdict": decision.verdict,
        "decided_by": by.name,
        "decided_at": milliseconds(ws),
        "result": _json(confirmation.result),
    }
    session.put(ws.session, SECTION, str(confirmation.pk), entry)


def _json(value: object) -> str:
    return "" if value is None else json.dumps(value, ensure_ascii=False)


def note_result(ws: Workspace, confirmation_id: UUID, **values: object) -> None:
    """Add to a result what became of its external part, such as whether a mail was sent."""
    confirmation = Confirmation.objects.get(pk=confirmation_id)
    confirmation.result = {**(confirmation.result or {}), **values}
    confirmation.save(update_fields=["result"])
    session.put(ws.session, SECTION, str(confirmation_id), {"result": _json(confirmation.result)})
