"""PostgreSQL as Django's, with a bound on how long one waits for its answer."""

from __future__ import annotations

WHILE_SERVING = 10.0
_seconds: float | None = None


def answer_within(seconds: float) -> None:
    """From now on, in this process, a database that does not answer a statement for so long counts as away.

    What serves people calls this. A migration, a backup or a compaction may take longer.
    """
    global _seconds
    _seconds = seconds


def patience() -> float | None:
    """Seconds, or None for ever."""
    return _seconds
