"""How fast one socket may speak. What it sends and what it has sent to it count; beyond that it is closed with 4429."""

from __future__ import annotations

from django.conf import settings

from editor.limits import Bucket, Rate, take
from editor.room.errors import BadFrame
from editor.wire.close_codes import CloseCode

COMMANDS_AT_ONCE = 64
"""Commands of one socket that wait for their answers."""


class Pace:
    """The buckets of one socket, with the limits as it found them. `now` is of any clock that does not go back."""

    __slots__ = ("_bytes", "_bytes_rate", "_commands", "_frames", "_frames_rate", "_largest", "waiting")

    def __init__(self) -> None:
        self._largest: int = settings.MAX_FRAME_BYTES
        self._frames_rate: Rate | None = settings.LIMIT_FRAMES
        self._bytes_rate: Rate | None = settings.LIMIT_BYTES
        self._frames: Bucket | None = None
        self._bytes: Bucket | None = None
        self._commands: Bucket | None = None
        self.waiting = 0
        """Commands that were taken and not yet answered."""

    def frame(self, size: int, now: float) -> None:
        """Count a frame that came in; raises BadFrame when it is too large or came too fast."""
        if size > self._largest:
            raise BadFrame(CloseCode.TOO_LARGE, "a frame is too large")
        if self._frames_rate is not None:
            self._frames, wait = take(self._frames, self._frames_rate, now)
            if wait:
                raise BadFrame(CloseCode.TOO_FAST, "too many frames")
        self.weigh(size, now)

    def weigh(self, size: int, now: float) -> None:
        """Count bytes that came in, or that this socket asked for; raises BadFrame."""
        if self._bytes_rate is not None:
            self._bytes, wait = take(self._bytes, self._bytes_rate, now, size)
            if wait:
                raise BadFrame(CloseCode.TOO_FAST, "too many bytes")

    def command(self, now: float) -> float:
        """After how many seconds the next command may come; 0 where this one may be done."""
        if self.waiting >= COMMANDS_AT_ONCE:
            return 1.0
        rate: Rate | None = settings.LIMIT_COMMANDS
        if rate is None:
            return 0.0
        self._commands, wait = take(self._commands, rate, now)
        return wait
