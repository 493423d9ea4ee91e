"""What a job is: a change computed and decided under the document's lock, in one transaction.

The journal's writer thread opens the transaction, locks the document's two CRDT rows, brings its forks up to
date, runs the job, and commits the rows that the job wrote together with the updates that its edits made.
A job that raises changes nothing. It may use the ORM (it runs in the writer's thread and transaction) and it
must be quick: at most 200 ms.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from editor.room.replica import Replica


@dataclass(slots=True)
class Workspace:
    """The forks in which a job computes, and the time and ids that it may use.

    `content` and `session` hold the journal exactly up to `content_seq` and `session_seq`. What the job edits in them
    is journalled with `author` and `run_id`, as row `content_seq + 1` or `session_seq + 1`: at most one row each.
    """

    document_id: UUID
    content: Replica
    session: Replica
    content_seq: int
    session_seq: int
    now: datetime
    new_id: Callable[[], UUID]
    author: UUID | None = None
    run_id: UUID | None = None
    after_commit: list[Callable[[], None]] = field(default_factory=list)
    """Called on the event loop's thread once the transaction has committed and this process has applied it."""
