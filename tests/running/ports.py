"""Free ports, and waiting for what another process does."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
PATIENCE = 60.0
"""Seconds after which something that never happens fails a test; no test measures time by it."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def until(what: str, read: Callable[[], T | None], patience: float = PATIENCE) -> T:
    """The first true value of `read`; fails with `what` when there is none."""
    deadline = time.monotonic() + patience
    while True:
        value = read()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"Waited {patience:.0f} s for {what}; last seen: {value!r}")
        time.sleep(0.05)
