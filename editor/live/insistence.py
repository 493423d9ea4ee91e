"""The writer's patience with its database: while that is away, everything is tried again, and people are told."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import TypeVar

from django.db import DatabaseError, InterfaceError, OperationalError, connection

T = TypeVar("T")
log = logging.getLogger(__name__)

RETRY_SECONDS = 0.5
LONGEST_RETRY_SECONDS = 2.0
NO_ANSWER_SECONDS = 3.0


class Insistence:
    """`say` hears when the database goes away and when it is back, from either thread."""

    def __init__(self, say: Callable[[bool], None]) -> None:
        self._say = say
        self._away = False
        self._trying_since: float | None = None
        self._attempts = threading.Lock()
        self.closing = False
        """Nothing is tried again any more."""

    def insist(self, attempt: Callable[[], T], tries: int | None = None) -> T:
        """In the writer's thread: try until the database answers, and drop nothing.

        Raises what the attempt raises of its own, and a database's error after so many tries if it answers otherwise.
        """
        failed = 0
        while True:
            try:
                return self._tried(attempt)
            except (OperationalError, InterfaceError) as error:
                failed += 1
                connection.close()
                if self.closing:
                    raise
                if tries is not None and failed >= tries and _answers():
                    self._say_away(False, None)
                    raise
                self._say_away(True, error)
                time.sleep(min(RETRY_SECONDS * failed, LONGEST_RETRY_SECONDS))

    def _tried(self, attempt: Callable[[], T]) -> T:
        """One attempt; whatever else comes of it, a database that was not away has answered."""
        self._trying_since = time.monotonic()
        away = False
        try:
            return attempt()
        except (OperationalError, InterfaceError):
            away = True
            raise
        finally:
            with self._attempts:
                self._trying_since = None
            if not away:
                self._say_away(False, None)

    def look(self, now: float) -> None:
        """On the loop, now and then: one that takes long to answer is away, before anybody gives up on it."""
        with self._attempts:
            if self._trying_since is not None and now - self._trying_since > NO_ANSWER_SECONDS:
                self._say_away(True, "it does not answer")

    def _say_away(self, away: bool, error: BaseException | str | None) -> None:
        if away != self._away:
            log.error("the database is away: %s", error) if away else log.warning("the database is back")
            self._away = away
            self._say(away)


def _answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True
