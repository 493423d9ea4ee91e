"""What a run has put to people: its suggestions and confirmations, as the room keeps them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from editor import confirmations, suggestions
from editor.models import Confirmation, Suggestion
from editor.room.job import Workspace


def withdraw(ws: Workspace, run_id: UUID) -> None:
    """Take back the suggestions that are not whole, and the confirmations that nobody decided."""
    withdraw_streaming(ws, run_id)
    confirmations.withdraw_all(ws, run_id)


def withdraw_streaming(ws: Workspace, run_id: UUID) -> None:
    streaming = Suggestion.objects.filter(run_id=run_id, status=Suggestion.Status.STREAMING)
    for suggestion_id in list(streaming.values_list("pk", flat=True)):
        suggestions.withdraw(ws, suggestion_id)


def answered(tool_call_id: str) -> dict[str, Any] | None:
    """What came of a confirmation as the call's result, None while people have not decided."""
    question = Confirmation.objects.select_related("decision__by").get(tool_call_id=tool_call_id)
    state = Confirmation.State(question.state)
    decision = getattr(question, "decision", None)
    name = str(decision.by) if decision and decision.by else "somebody"
    match state:
        case Confirmation.State.DONE:
            return {"confirmed_by": name, **(question.result or {})}
        case Confirmation.State.FAILED:
            return {"error": "failed", "confirmed_by": name, **(question.result or {})}
        case Confirmation.State.DENIED:
            return {"error": "denied", "denied_by": name, "message": f"Denied by {name}."}
        case Confirmation.State.EXPIRED:
            return {"error": "expired", "message": "Nobody decided in time."}
        case Confirmation.State.WITHDRAWN:
            return {"error": "withdrawn", "message": "The question was taken back."}
        case Confirmation.State.OUTCOME_UNKNOWN:
            return {"error": "unknown", "message": "It is not known whether it was done."}
        case _:
            return None
