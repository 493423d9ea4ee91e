"""A journal whose commits a test holds back."""

from __future__ import annotations

import threading


class Gate:
    """Holds a commit back while it is shut."""

    def __init__(self) -> None:
        self._open = threading.Event()
        self._open.set()
        self.held = threading.Event()

    def shut(self) -> None:
        self.held.clear()
        self._open.clear()

    def open(self) -> None:
        self._open.set()

    def __call__(self) -> None:
        if not self._open.is_set():
            self.held.set()
            assert self._open.wait(60)
