"""People decide about suggestions: accept, reject, undo. Each is one job: row, text and session together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from editor import suggestions
from editor.models import Decision, Suggestion
from editor.room import anchor, session
from editor.room.anchor import Anchor, Place, Span
from editor.room.blocks import Block, blocks
from editor.room.commands import Answer, CommandHandler
from editor.room.delta import from_json, plain, to_json
from editor.room.errors import AlreadyResolved, Refusal
from editor.room.job import Workspace
from editor.room.merge import Conflict, merge
from editor.room.participant import Ability, Participant
from editor.room.proposal import proposal
from editor.room.suggestion import OPEN, Event, Status


@dataclass(frozen=True, slots=True)
class Decide:
    """`now` is the text that the person was shown, where it is not the text that the suggestion was made for."""

    suggestion: UUID
    verdict: Event
    now: str | None


def parse_decide(message: Mapping[str, Any]) -> Decide:
    verdict, now = message.get("verdict"), message.get("now")
    if verdict not in ("accept", "reject"):
        raise ValueError("A verdict is accept or reject.")
    if now is not None and not isinstance(now, str):
        raise ValueError("What is there now is text.")
    return Decide(identifier(message, "suggestion"), Event(verdict), now)


def identifier(message: Mapping[str, Any], name: str) -> UUID:
    try:
        return UUID(str(message.get(name)))
    except ValueError:
        raise ValueError(f"{name} is not an id.") from None


def decide(ws: Workspace, by: Participant, command: Decide) -> Answer:
    """Settle a suggestion once; the loser of a race is told who was first."""
    suggestion = Suggestion.objects.filter(pk=command.suggestion, document_id=ws.document_id).first()
    if suggestion is None:
        raise Refusal("unknown", "There is no such suggestion in this document.")
    status = Status(suggestion.status)
    if status not in OPEN:
        raise _resolved(suggestion)
    if command.verdict is Event.REJECT:
        return _reject(ws, by, suggestion, status)
    if status is Status.STREAMING:
        raise Refusal("not_ready", "The suggestion is still being written.")
    return _accept(ws, by, suggestion, command.now)


def _resolved(suggestion: Suggestion) -> Refusal:
    decision = suggestion.decisions.exclude(verdict=Decision.Verdict.UNDONE).select_related("by").first()
    if decision is None:
        return Refusal("not_pending", "The suggestion was withdrawn.")
    return already(decision)


def already(decision: Decision) -> AlreadyResolved:
    name = decision.by.name if decision.by else "Somebody"
    return AlreadyResolved(by=name, decision=decision.verdict, at=decision.created.isoformat())


def _reject(ws: Workspace, by: Participant, suggestion: Suggestion, status: Status) -> Answer:
    if not suggestions.move(suggestion.pk, status, Event.REJECT):
        raise _resolved(suggestion)
    suggestions.clear_marks(ws, blocks(ws.content))
    return _record(ws, by, suggestion, Decision.Verdict.REJECTED, Status.REJECTED, None)


def _accept(ws: Workspace, by: Participant, suggestion: Suggestion, now: str | None) -> Answer:
    found = blocks(ws.content)
    place = suggestions.located(found, suggestion)
    _check_place(place, now)
    if not suggestions.move(suggestion.pk, Status.PENDING, Event.ACCEPT):
        raise _resolved(suggestion)
    assert place.span is not None
    base = from_json(suggestion.base)
    before = {block.index: to_json(anchor.whole(block).delta()) for block in place.span.blocks}
    wanted = proposal(base, suggestion.body, place.span.blocks[0].name)
    merged = merge(base, place.span.delta(), wanted)
    place.span.apply(merged.edits)
    suggestions.clear_marks(ws, found)
    effect = _effect(ws, place.span.blocks, before, merged.conflicts)
    return _record(ws, by, suggestion, Decision.Verdict.ACCEPTED, Status.ACCEPTED, effect)


def _check_place(place: Anchor, now: str | None) -> None:
    if place.span is None:
        raise Refusal("orphaned", "The text that this was proposed for is gone.")
    text = place.span.text()
    if now is not None and now != text:
        raise Refusal("changed_again", "The text has changed again. Look at it once more.", now=text)
    if now is None and place.place is Place.STALE:
        raise Refusal("stale", "The text has changed since this was proposed.", now=text)


def _effect(
    ws: Workspace, touched: Sequence[Block], before: Mapping[int, Any], conflicts: Sequence[Conflict]
) -> dict[str, Any]:
    """What undo needs: each block's id and its text before and after."""
    rows = [
        {
            "id": suggestions.ensure_id(ws, block),
            "before": before[block.index],
            "after": to_json(anchor.whole(block).delta()),
        }
        for block in touched
    ]
    return {"blocks": rows, "conflicts": _listed(conflicts)}


def _listed(conflicts: Sequence[Conflict]) -> list[dict[str, str]]:
    return [{"kept": conflict.kept, "wanted": conflict.wanted} for conflict in conflicts]


def _record(
    ws: Workspace,
    by: Participant,
    suggestion: Suggestion,
    verdict: Decision.Verdict,
    status: Status,
    effect: dict[str, Any] | None,
) -> Answer:
    decision = Decision.objects.create(
        id=ws.new_id(),
        document_id=ws.document_id,
        verdict=verdict,
        by_id=by.user,
        suggestion=suggestion,
        effect=effect,
        seq=ws.content_seq + 1 if ws.content.edited else None,
        created=ws.now,
    )
    entry: dict[str, session.Value] = {
        "status": status.value,
        "decision": str(decision.pk),
        "verdict": verdict.value,
        "decided_by": by.name,
        "decided_at": suggestions.milliseconds(ws),
        "undone_by": "",
    }
    session.put(ws.session, suggestions.SECTION, str(suggestion.pk), entry)
    return answer(ws, by, decision, (effect or {}).get("conflicts", []))


def answer(ws: Workspace, by: Participant, decision: Decision, conflicts: Sequence[object] = ()) -> Answer:
    return {
        "decision": str(decision.pk),
        "verdict": decision.verdict,
        "by": by.name,
        "at": ws.now.isoformat(),
        "conflicts": list(conflicts),
    }


def parse_undo(message: Mapping[str, Any]) -> UUID:
    return identifier(message, "decision")


def undo(ws: Workspace, by: Participant, decision_id: UUID) -> Answer:
    """Bring back, block by block, the words that a decision took away; what was written since stays."""
    decision = Decision.objects.filter(pk=decision_id, document_id=ws.document_id).select_related("suggestion").first()
    if decision is None:
        raise Refusal("unknown", "There is no such decision in this document.")
    if decision.effect is None or decision.suggestion is None:
        raise Refusal("nothing_to_undo", "This changed nothing in the text.")
    earlier = Decision.objects.filter(undoes=decision).select_related("by").first()
    if earlier is not None:
        raise already(earlier)
    effect = _take_back(ws, decision.effect)
    undone = Decision.objects.create(
        id=ws.new_id(),
        document_id=ws.document_id,
        verdict=Decision.Verdict.UNDONE,
        by_id=by.user,
        suggestion=decision.suggestion,
        undoes=decision,
        effect=effect,
        seq=ws.content_seq + 1 if ws.content.edited else None,
        created=ws.now,
    )
    again = decision.verdict == Decision.Verdict.UNDONE
    session.put(ws.session, suggestions.SECTION, str(decision.suggestion.pk), {"undone_by": "" if again else by.name})
    return answer(ws, by, undone, effect["conflicts"])


def _take_back(ws: Workspace, effect: Mapping[str, Any]) -> dict[str, Any]:
    found = blocks(ws.content)
    standing = {block.id: block for block in found if block.id}
    touched: list[Block] = []
    before: dict[int, Any] = {}
    conflicts: list[Conflict] = []
    for row in effect["blocks"]:
        block = standing.get(row["id"])
        if block is None:
            conflicts.append(Conflict("", plain(from_json(row["before"]))))
            continue
        after = from_json(row["after"])
        span = _with_its_other_half(found, block, plain(after))
        for part in span.blocks:
            before.setdefault(part.index, to_json(anchor.whole(part).delta()))
        merged = merge(after, span.delta(), from_json(row["before"]))
        span.apply(merged.edits)
        touched += [part for part in span.blocks if part not in touched]
        conflicts += merged.conflicts
    if not touched:
        raise Refusal("nothing_to_undo", "The paragraph that this changed is gone.")
    return _effect(ws, touched, before, conflicts)


def _with_its_other_half(found: Sequence[Block], block: Block, after: str) -> Span:
    """The block, and the next one where that is the rest of a block that was divided since."""
    rest = found[block.index + 1].text() if block.index + 1 < len(found) else ""
    if len(rest) >= anchor.MIN_QUOTE and after.endswith(rest) and not block.text().endswith(rest):
        return Span((block, found[block.index + 1]), 0, len(rest))
    return anchor.whole(block)


HANDLERS = (
    CommandHandler("decide_suggestion", Ability.DECIDE, parse_decide, decide),
    CommandHandler("undo_decision", Ability.DECIDE, parse_undo, undo),
)
