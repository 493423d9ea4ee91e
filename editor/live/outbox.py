"""What is on its way to one participant. While its socket is full, only where it stands is kept, not what it misses."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from functools import lru_cache

from editor.live.daphne_flow import Flow, framed
from editor.wire import messages
from editor.wire.close_codes import CloseCode

MOST_WAITING = 500


class Frame:
    """A message down, encoded and framed once for all who get it."""

    __slots__ = ("framed", "payload")

    def __init__(self, message: messages.ServerMessage) -> None:
        self.payload = messages.encode(message)
        self.framed = framed(self.payload)

    @classmethod
    def of(cls, payload: bytes) -> Frame:
        """The frame of a message that is encoded already."""
        frame = cls.__new__(cls)
        frame.payload, frame.framed = payload, framed(payload)
        return frame


@lru_cache(maxsize=4096)
def saved_frame(n: int) -> Frame:
    """Everybody counts from 1: who comes after them gets the same frames."""
    return Frame(messages.Saved(n))


class Outbox:
    """`behind` holds, for each CRDT document, the state vector of what was last sent while the socket was full."""

    def __init__(self, flow: Flow, caught_up: Callable[[Outbox], None]) -> None:
        self._flow = flow
        self._caught_up = caught_up
        self._waiting: deque[Frame] = deque()
        self._saved: int | None = None
        self.behind: dict[str, bytes] = {}
        self.asked: dict[str, bytes] = {}
        self.missed_awareness = False
        self.full_since: float | None = None
        self.last_write = 0.0
        flow.on_drained = self._drained

    @property
    def writable(self) -> bool:
        return self._flow.writable

    def mark_behind(self, kind: str, state_vector: bytes) -> None:
        """What comes after this state vector is not sent; one diff is, when the socket drains."""
        self.behind.setdefault(kind, state_vector)

    def may_answer(self, kind: str, state_vector: bytes) -> bool:
        """Whether to answer now; while the socket is full only what was asked for last is kept, for when it drains."""
        if self.writable:
            return True
        self.asked[kind] = state_vector
        return False

    def update(self, kind: str, frame: Frame) -> None:
        """Send a tick's update unless this participant is behind."""
        if kind not in self.behind:
            self._write(frame)

    def awareness(self, frame: Frame) -> None:
        if self.writable:
            self._write(frame)
        else:
            self.missed_awareness = True

    def saved(self, n: int) -> None:
        if self.writable:
            self._write(saved_frame(n))
        else:
            self._saved = n

    def message(self, frame: Frame) -> None:
        """Send what must arrive; a socket that leaves too many waiting is closed."""
        if self.writable and not self._waiting:
            self._write(frame)
            return
        self._waiting.append(frame)
        if len(self._waiting) > MOST_WAITING:
            self.close(CloseCode.OVERLOAD)

    def now(self, frame: Frame) -> None:
        """Send whatever the buffers hold: what is asked of a newcomer, or what `may_answer` has let through."""
        self._write(frame)

    def _write(self, frame: Frame) -> None:
        self._flow.write(frame.payload, frame.framed)

    def _drained(self) -> None:
        self._caught_up(self)
        if self._saved is not None:
            n, self._saved = self._saved, None
            self.saved(n)
        while self._waiting and self.writable:
            self._write(self._waiting.popleft())

    def close(self, code: int) -> None:
        self._flow.close(code)

    def abort(self) -> None:
        self._flow.abort()
