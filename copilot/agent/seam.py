"""Joins a continued answer to the text that was kept, without saying anything twice."""

from __future__ import annotations

LOOK_BACK = 400
SHORTEST = 12


class Seam:
    """Trims what a model repeats of the kept text before it goes on.

    Models asked to continue begin again from the start, repeat the last sentence, or go on at once. The beginning is
    held back for as long as it may still be a repetition.
    """

    def __init__(self, kept: str) -> None:
        self._kept = kept
        self._held = ""
        first = max(0, len(kept) - LOOK_BACK)
        self._starts = [0, *range(max(1, first), len(kept))] if kept else []
        self._open = bool(kept)

    def feed(self, text: str) -> str:
        """What of `text` is new, and may be shown."""
        if not self._open:
            return text
        self._held += text
        self._starts = [start for start in self._starts if self._agrees(start)]
        if any(len(self._kept) - start > len(self._held) for start in self._starts):
            return ""
        return self._release()

    def finish(self) -> str:
        """What was still held back when the answer ended."""
        if not self._open or 0 in self._starts:
            return ""
        return self._release()

    def _agrees(self, start: int) -> bool:
        length = min(len(self._held), len(self._kept) - start)
        return self._kept.startswith(self._held[:length], start)

    def _release(self) -> str:
        self._open = False
        repeated = max((len(self._kept) - start for start in self._starts if self._counts(start)), default=0)
        return self._held[repeated:]

    def _counts(self, start: int) -> bool:
        """Whether the text was repeated from `start` to its end; a few letters are chance."""
        length = len(self._kept) - start
        return length <= len(self._held) and (start == 0 or length >= SHORTEST)
