"""What the copilot needs of the process that holds the rooms; `editor.live.registry.Registry` is it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar
from uuid import UUID

from copilot.identity import Copilot
from editor.room.job import Workspace

T = TypeVar("T")


class Rooms(Protocol):
    async def run_job(
        self,
        document_id: UUID,
        job: Callable[[Workspace], T],
        *,
        author: UUID | None = None,
        run_id: UUID | None = None,
    ) -> T:
        """Run the job in the writer's queue; returns once it is committed and applied, raises what it raised."""
        ...

    async def read(self, fn: Callable[[], T]) -> T:
        """Run a function that reads rows, off the loop."""
        ...


class Presence(Protocol):
    """Shows the copilot among a room's participants."""

    def show(self, document_id: UUID, copilot: Copilot, status: str) -> None: ...

    def hide(self, document_id: UUID, copilot: Copilot) -> None: ...
