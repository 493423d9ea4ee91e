"""People who type in a document until told to stop, and note what they were told is saved."""

from __future__ import annotations

import threading
import uuid
from itertools import count

from tests.live.people import types, wait_for_saved
from tests.running.ports import until
from tests.running.seat import seat

TYPISTS = 4
_numbers = count()


class Crowd:
    def __init__(self, server: str, cookie: str, document: uuid.UUID) -> None:
        self.saved: list[str] = []
        self._seat = (server, cookie, document)
        self._enough = threading.Event()
        self._threads = [threading.Thread(target=self._type, args=(next(_numbers),)) for _ in range(TYPISTS)]

    def __enter__(self) -> Crowd:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._enough.set()
        for thread in self._threads:
            thread.join()

    def _type(self, name: int) -> None:
        server, cookie, document = self._seat
        with seat(server, document, cookie=cookie) as one:
            one.greet()
            number = 0
            while not self._enough.is_set():
                number += 1
                words = f"<{name} wrote {number}>"
                types(one, words)
                wait_for_saved(one, number + 1)
                self.saved.append(words)

    def has_saved(self, more: int) -> list[str]:
        """What is saved, once it is so many more than now."""
        enough = len(self.saved) + more
        until(f"{more} more edits to be saved", lambda: len(self.saved) >= enough)
        return list(self.saved)
