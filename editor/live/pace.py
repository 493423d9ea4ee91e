"""How fast one socket may speak. What it sends and what it has sent to it count; beyond that it is closed with 4429."""

from __future__ import annotations

from django.conf import settings

from editor.limits import Bucket, Rate, take
from editor.room.errors import BadFrame
from editor.wire.close_codes import CloseCode

COMMANDS_AT_ONCE = 64
"""Commands of one socket that wait for their answers."""


class Pace:
    """The buckets of one socket. `now` is of any clock that does not go back."""

    __slots__ = ("_bytes", "_commands", "_frames", "waiting")

    def __init__(self) -> None:
        self._frames: Bucket | None = None
        self._bytes: Bucket | None = None
        self._commands: Bucket | None = None
        self.waiting = 0
        """Commands that were taken and not yet answered."""

    def frame(self, size: int, now: float) -> None:
        """Count a frame that came in; raises BadFrame when it came too fast."""
        if (rate := settings.LIMIT_FRAMES) is not None:
            self._frames, wait = take(self._frames, rate, now)
            _refuse(wait, "too many frames")
        self.weigh(size, now)

    def weigh(self, size: int, now: float) -> None:
        """Count bytes that came in, or that this socket asked for; raises BadFrame."""
        if (rate := settings.LIMIT_BYTES) is not None:
            self._bytes, wait = take(self._bytes, rate, now, size)
            _refuse(wait, "too many bytes")

    def command(self, now: float) -> float:
        """After how many seconds the next command may come; 0 where this one may be done."""
        if self.waiting >= COMMANDS_AT_ONCE:
            return 1.0
        rate: Rate | None = settings.LIMIT_COMMANDS
        if rate is None:
            return 0.0
        self._commands, wait = take(self._commands, rate, now)
        return wait


def _refuse(wait: float, what: str) -> None:
    if wait:
        raise BadFrame(CloseCode.TOO_FAST, what)
