"""Many rows of every history, for the admin's lists."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import TypeVar

from django.db.models import Model
from django.utils import timezone

from copilot.models import Run, RunEvent, Step, Thread, ToolCall
from editor.models import Confirmation, Decision, Document, Grant, Invitation, ShareLink, Suggestion, User

Row = TypeVar("Row", bound=Model)


def make_histories(number: int) -> None:
    """`number` rows of each kind, each of a person, a document and a run of its own."""
    now = timezone.now()
    people = _make(User, [User(name=f"Person {n}", email=f"p{n}@x.org", colour="#15803d") for n in range(number)])
    documents = _make(Document, [Document(title=f"Document {n}") for n in range(number)])
    pairs = list(zip(people, documents, strict=True))
    links = _make(ShareLink, [ShareLink(document=d, role="editor", token=d.pk.hex, created_by=p) for p, d in pairs])
    _make(
        Grant, [Grant(document=d, user=p, role="owner", link=link) for (p, d), link in zip(pairs, links, strict=True)]
    )
    _make(Invitation, [Invitation(document=d, email="ada@x.org", role="editor", invited_by=p) for p, d in pairs])
    threads = _make(Thread, [Thread(document=d) for d in documents])
    runs = _make(
        Run,
        [
            Run(document=d, thread=t, asker=p, request=f"Ask {d}", state="completed", cost_microusd=4200)
            for (p, d), t in zip(pairs, threads, strict=True)
        ],
    )
    steps = _make(Step, [Step(run=run, number=1, message={"content": "Said."}) for run in runs])
    _make(
        ToolCall,
        [ToolCall(id=uuid.uuid4().hex, step=s, provider_id="p", name="invite", arguments={"n": 1}) for s in steps],
    )
    _make(RunEvent, [RunEvent(run=run, sequence=1, ms=1500, type="RUN_STARTED", payload={"k": "v"}) for run in runs])
    suggestions = _make(
        Suggestion,
        [
            Suggestion(document=d, author=p, block_id="b", base=[], run_id=run.pk, status="pending")
            for (p, d), run in zip(pairs, runs, strict=True)
        ],
    )
    confirmations = _make(
        Confirmation,
        [
            Confirmation(
                document=d,
                run_id=run.pk,
                tool_call_id=uuid.uuid4().hex,
                tool="invite",
                arguments={},
                sentence="Invite",
                asked_by=p,
                expires=now,
            )
            for (p, d), run in zip(pairs, runs, strict=True)
        ],
    )
    _make(Decision, [Decision(document=s.document, verdict="accepted", by=s.author, suggestion=s) for s in suggestions])
    _make(
        Decision,
        [Decision(document=c.document, verdict="approved", by=c.asked_by, confirmation=c) for c in confirmations],
    )


def _make(model: type[Row], rows: Sequence[Row]) -> list[Row]:
    return model._default_manager.bulk_create(rows)
