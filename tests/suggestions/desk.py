"""A desk: one document with its rows, at which a plan is carried out job by job, as the journal's writer would.

desk = Desk("The quick brown fox.")
fox = desk.suggest("quick brown", "slow red")
desk.type("very ", before="brown")
desk.accept(fox, by=desk.ada)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, TypeVar
from uuid import UUID, uuid4

from django.db import transaction

from editor import confirmations, decisions, suggestions
from editor.models import Decision, Document, Grant, User
from editor.room import blocks, markdown, session
from editor.room.commands import Answer
from editor.room.delta import Run, cut
from editor.room.job import Workspace
from editor.room.participant import Kind, Participant, Role
from editor.room.replica import Replica
from editor.room.suggestion import Event
from editor.room.units import to_utf16

T = TypeVar("T")


class Desk:
    def __init__(self, text: str = "") -> None:
        self.document = Document.objects.create(title="Plans")
        self.ada, self.bob = self.person("Ada", Role.OWNER), self.person("Bob", Role.EDITOR)
        self.content, self.session = Replica(), Replica()
        self.content_seq = self.session_seq = 0
        self.now = datetime(2026, 11, 20, 12, tzinfo=UTC)
        self.run = uuid4()
        self.after_commit: list[Callable[[], None]] = []
        self._ids = count()
        names = (f"block{number}" for number in count())
        markdown.write(self.content, markdown.parse(text), lambda: next(names))
        self.content.take_edits()

    def person(self, name: str, role: Role) -> Participant:
        user = User.objects.create_user(None, name=name, colour="#0f766e")
        Grant.objects.create(document=self.document, user=user, role=role.value)
        return Participant(uuid4(), user.pk, name, user.colour, Kind.PERSON, role, 1)

    @contextmanager
    def workspace(self) -> Iterator[Workspace]:
        """A fork at the journal's end, in a transaction; what was edited is applied once it has committed."""
        forks = Replica(self.content.state()), Replica(self.session.state())
        ws = Workspace(self.document.pk, *forks, self.content_seq, self.session_seq, self.now, uuid4, run_id=self.run)
        with transaction.atomic():
            yield ws
        content, change = ws.content.take_edits(), ws.session.take_edits()
        if content is not None:
            self.content.apply(content)
            self.content_seq += 1
        if change is not None:
            self.session.apply(change)
            self.session_seq += 1
        self.now += timedelta(seconds=1)
        self.after_commit = ws.after_commit

    def job(self, work: Callable[[Workspace], T]) -> T:
        with self.workspace() as ws:
            return work(ws)

    # What the copilot does

    def range(self, quote: str) -> dict[str, Any]:
        block = self.block(quote)
        at = block.text().index(quote)
        start, end = (to_utf16(block.text(), offset) for offset in (at, at + len(quote)))
        return {"block": None, "index": block.index, "start": start, "end": end, "quote": quote}

    def open(self, quote: str, target: dict[str, Any] | None = None) -> UUID:
        return self.job(
            lambda ws: suggestions.open_suggestion(
                ws,
                run_id=self.run,
                target_range=target or self.range(quote),
                copilot_name="Copilot",
                asker_name="Ada",
            )
        )

    def suggest(self, quote: str, body: str) -> UUID:
        """A whole suggestion of `body` in place of `quote`, streamed in two pieces."""
        opened = self.open(quote)
        for piece in (body[:3], body[3:]):
            self.job(lambda ws, piece=piece: suggestions.append_body(ws, opened, piece))  # type: ignore[misc]
        assert self.job(lambda ws: suggestions.finish(ws, opened))
        return opened

    def ask(self, tool: str = "invite_person", **arguments: Any) -> UUID:
        call = f"call-{next(self._ids)}"
        return self.job(
            lambda ws: confirmations.ask(
                ws,
                run_id=self.run,
                tool_call_id=call,
                tool=tool,
                arguments=arguments,
                sentence="Shall I?",
                asked_by=self.ada.user,
                expires=self.now + timedelta(hours=24),
            )
        )

    # What people do

    def type(self, words: str, *, before: str = "", after: str = "") -> None:
        block = self.block(before or after)
        at = block.text().index(before or after) + len(after)
        inside = blocks.blocks(self.content)[block.index].delta()
        marks: dict[str, Any] = {}
        seen = 0
        for run in inside:
            if seen < at < seen + len(run.text):
                marks = dict(run.marks)
            seen += len(run.text)
        blocks.insert(block.element, at, Run(words, marks))

    def delete(self, words: str) -> None:
        block = self.block(words)
        at = block.text().index(words)
        blocks.delete(block.element, at, at + len(words))

    def split(self, *, before: str) -> None:
        """Press Enter: what follows stands in a new block, marks and all."""
        block = self.block(before)
        at, end = block.text().index(before), len(block.text())
        rest = cut(block.delta(), at, end)
        blocks.delete(block.element, at, end)
        blocks.write_runs(self.content.root().insert_element(block.index + 1, "paragraph", {}), 0, rest)

    def bold(self, words: str) -> None:
        block = self.block(words)
        at = block.text().index(words)
        blocks.set_marks(block.element, at, at + len(words), {"bold": {}})

    def block(self, quote: str) -> blocks.Block:
        return next(block for block in blocks.blocks(self.content) if quote in block.text())

    def accept(self, suggestion: UUID, by: Participant | None = None, now: str | None = None) -> Answer:
        command = decisions.Decide(suggestion, Event.ACCEPT, now)
        return self.job(lambda ws: decisions.decide(ws, by or self.bob, command))

    def reject(self, suggestion: UUID, by: Participant | None = None) -> Answer:
        command = decisions.Decide(suggestion, Event.REJECT, None)
        return self.job(lambda ws: decisions.decide(ws, by or self.bob, command))

    def undo(self, decision: str, by: Participant | None = None) -> Answer:
        return self.job(lambda ws: decisions.undo(ws, by or self.ada, UUID(decision)))

    # What there is

    @property
    def text(self) -> str:
        return "\n".join(block.text() for block in blocks.blocks(self.content))

    @property
    def markdown(self) -> str:
        return markdown.document(self.content)

    @property
    def marks(self) -> list[str]:
        """The texts that carry a suggestion mark."""
        return [run.text for block in blocks.blocks(self.content) for run in block.delta() if "suggestion" in run.marks]

    def card(self, suggestion: UUID) -> dict[str, Any]:
        return dict(session.read(self.session, "suggestions", str(suggestion)) or {})

    def question(self, confirmation: UUID) -> dict[str, Any]:
        return dict(session.read(self.session, "confirmations", str(confirmation)) or {})

    def decided(self) -> list[tuple[str, str]]:
        rows = Decision.objects.filter(document=self.document).order_by("created").select_related("by")
        return [(row.verdict, row.by.name if row.by else "") for row in rows]
