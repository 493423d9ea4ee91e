"""The room's errors.

RoomError
├── Refusal            theirs: what was asked cannot be done; becomes a `nack` with a stable code and a sentence
│   ├── AlreadyResolved  somebody else decided first; says who, what and when
│   ├── Forbidden        the participant's role does not allow it
│   └── Busy             it took too long under the document's lock; nothing was changed
├── BadFrame           theirs: bytes that the room cannot take; becomes a close code
├── IllegalTransition  ours or a race: a pair that a table of states does not have; nothing was changed
├── MalformedUpdate    theirs: bytes that are no update
└── ReplicaBroken      ours: the CRDT panicked; the replica is thrown away and loaded again
"""

from __future__ import annotations

from editor.wire.close_codes import CloseCode


class RoomError(Exception):
    """Root of what a room refuses. What is ours (a bug) is any other exception."""


class Refusal(RoomError):
    """A command cannot be done: `code` is stable, `message` a sentence that says what to do."""

    def __init__(self, code: str, message: str, **details: object) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.details = details


class AlreadyResolved(Refusal):
    """Somebody else's decision came first. `at` is ISO 8601 with a time zone."""

    def __init__(self, *, by: str, decision: str, at: str) -> None:
        super().__init__("already_resolved", f"{by} has already {decision} this.", by=by, decision=decision, at=at)


class Forbidden(Refusal):
    def __init__(self, message: str = "You may read this document, not change it.") -> None:
        super().__init__("forbidden", message)


class Busy(Refusal):
    def __init__(self) -> None:
        super().__init__("busy", "This document has too much to do just now. Try again in a moment.")


class BadFrame(RoomError):
    """A frame that ends its socket with `close_code` (4400 malformed, 4403 no right, 4413 too large, 4429 too fast)."""

    def __init__(self, close_code: CloseCode, reason: str) -> None:
        super().__init__(reason)
        self.close_code = close_code
        self.reason = reason


class IllegalTransition(RoomError):
    """This event cannot happen in this state."""

    def __init__(self, state: str, event: str) -> None:
        super().__init__(f"{event} cannot happen when {state}")
        self.state = state
        self.event = event


class MalformedUpdate(RoomError):
    """Bytes that pycrdt cannot read as an update or a state vector."""


class ReplicaBroken(RoomError):
    """pycrdt panicked: this replica may have been half changed and must not be used again."""
