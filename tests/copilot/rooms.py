"""Rooms without sockets: jobs in one writer thread and real transactions, the documents in memory."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeVar
from uuid import UUID, uuid4

from django.db import connection, transaction
from django.utils import timezone

from copilot.identity import Copilot
from editor.models import Document, Grant, Seat, User
from editor.room import blocks, markdown, session
from editor.room.commands import CommandHandler
from editor.room.job import Workspace
from editor.room.participant import Kind, Participant, Role
from editor.room.replica import Replica

T = TypeVar("T")


@dataclass
class Stored:
    content: bytes
    session: bytes
    content_seq: int = 0
    session_seq: int = 0
    runs_text: list[tuple[int, UUID | None]] = field(default_factory=list)
    """The session's rows: their seq, and the run that wrote them."""


class MemoryRooms:
    """Keeps to the contract of `copilot.live.ports.Rooms`; `after_commit` is called on the loop."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1)
        self.stored: dict[UUID, Stored] = {}

    async def run_job(
        self,
        document_id: UUID,
        job: Callable[[Workspace], T],
        *,
        author: UUID | None = None,
        run_id: UUID | None = None,
    ) -> T:
        loop = asyncio.get_running_loop()
        value, hooks = await loop.run_in_executor(self._thread, self._run, document_id, job, author, run_id)
        for hook in hooks:
            hook()
        return value

    async def read(self, fn: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, fn)

    def _run(
        self, document_id: UUID, job: Callable[[Workspace], T], author: UUID | None, run_id: UUID | None
    ) -> tuple[T, list[Callable[[], None]]]:
        stored = self.stored[document_id]
        with _replicas(stored) as (content, notes), transaction.atomic():
            ws = Workspace(
                document_id,
                content,
                notes,
                stored.content_seq,
                stored.session_seq,
                timezone.now(),
                uuid4,
                author,
                run_id,
            )
            value = job(ws)
            changed, said = content.take_edits(), notes.take_edits()
            state = content.state(), notes.state()
        stored.content, stored.session = state
        stored.content_seq += changed is not None
        if said is not None:
            stored.session_seq += 1
            stored.runs_text.append((stored.session_seq, run_id))
        return value, ws.after_commit

    async def open(self, *paragraphs: str) -> UUID:
        """A document of these paragraphs, Markdown."""

        def make() -> UUID:
            replica = Replica()
            with replica.edit():
                markdown.write(replica, markdown.parse("\n\n".join(paragraphs)), lambda: str(uuid4()))
            document = Document.objects.create(title="A document")
            self.stored[document.pk] = Stored(replica.state(), Replica().state())
            return document.pk

        return await self.read(make)

    async def person(self, document_id: UUID, name: str, role: Role = Role.EDITOR) -> Participant:
        """Somebody with a role and an active seat."""

        def make() -> Participant:
            user = User.objects.create_user(f"{uuid4().hex}@example.org", name=name, colour="#123456")
            Grant.objects.create(document_id=document_id, user=user, role=role)
            return Participant(uuid4(), user.pk, name, "#123456", Kind.PERSON, role, 1)

        person = await self.read(make)
        await self.seat(document_id, person, Seat.Attention.ACTIVE)
        return person

    async def seat(self, document_id: UUID, person: Participant, attention: Seat.Attention) -> None:
        now = timezone.now()
        since = now - timedelta(hours=1) if attention is Seat.Attention.GONE else now
        values = {
            "process": "tests",
            "document_id": document_id,
            "user_id": person.user,
            "attention": attention,
            "since": since,
            "expires": now + timedelta(hours=1),
        }
        await self.read(lambda: Seat.objects.update_or_create(id=person.connection, defaults=values))

    async def command(
        self, document_id: UUID, handler: CommandHandler, by: Participant, message: Mapping[str, Any]
    ) -> dict[str, Any]:
        """What the host does with a command; raises Refusal."""
        parsed = handler.parse(message)
        return await self.run_job(document_id, lambda ws: handler.job(ws, by, parsed), author=by.user)

    def entries(self, document_id: UUID, section: str) -> dict[str, dict[str, Any]]:
        """A section of the session as everyone sees it now."""
        return dict(session.read_all(Replica(self.stored[document_id].session), section))

    def texts(self, document_id: UUID) -> list[str]:
        return [block.text() for block in blocks.blocks(Replica(self.stored[document_id].content))]

    async def edit(self, document_id: UUID, index: int, text: str) -> None:
        """A person types at the beginning of a block."""

        def job(ws: Workspace) -> None:
            blocks.insert(blocks.blocks(ws.content)[index].element, 0, markdown.inline(text)[0])

        await self.run_job(document_id, job)

    async def close(self) -> None:
        await self.read(lambda: connection.close())
        self._thread.shutdown()


@contextmanager
def _replicas(stored: Stored) -> Iterator[tuple[Replica, Replica]]:
    content, notes = Replica(stored.content), Replica(stored.session)
    try:
        yield content, notes
    finally:
        content.close()
        notes.close()


class Shown:
    """Presence that remembers what was shown, in order; "" is hidden."""

    def __init__(self) -> None:
        self.statuses: list[str] = []

    def show(self, document_id: UUID, copilot: Copilot, status: str) -> None:
        self.statuses.append(status)

    def hide(self, document_id: UUID, copilot: Copilot) -> None:
        self.statuses.append("")
