"""How long the writer's commits take, a line each in `commits` in the data folder: the disk's share of a latency."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable

from django.conf import settings

from editor.live.journal import Entry, Journal, News


class TimedJournal(Journal):
    """Production's journal, which times the end of each transaction: what SQLite or PostgreSQL has to make durable."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        deliver: Callable[[News], None],
        trouble: Callable[[bool], None] = lambda away: None,
    ) -> None:
        self._file = os.open(settings.DATA_DIR / "commits", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self._written: float | None = None
        super().__init__(loop, deliver, trouble, before_commit=self._note_written)

    def _note_written(self) -> None:
        self._written = time.perf_counter()

    def _group(self, entries: list[Entry]) -> News:
        news = super()._group(entries)
        if self._written is not None:
            os.write(self._file, b"%.3f\n" % (1000 * (time.perf_counter() - self._written)))
            self._written = None
        return news
