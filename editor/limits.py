"""The one token bucket: so many at once, and as many again in so many seconds.

Who counts at one place (a socket) holds a `Bucket` and calls `take`; who counts by key across requests or processes
uses a `Store`.
"""

from __future__ import annotations

import re
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple, Protocol


@dataclass(frozen=True, slots=True)
class Rate:
    """`tokens` at once, and as many again in `seconds`."""

    tokens: float
    seconds: float

    @property
    def a_second(self) -> float:
        return self.tokens / self.seconds

    @classmethod
    def parse(cls, text: str) -> Rate | None:
        """ "30/600" is 30 at once and 30 again in 600 seconds; "0" is no limit. Raises ValueError."""
        if text == "0":
            return None
        found = re.fullmatch(r"([1-9]\d{0,8})/([1-9]\d{0,8})", text)
        if found is None:
            raise ValueError(f"no rate: {text!r}")
        return cls(float(found[1]), float(found[2]))


class Bucket(NamedTuple):
    """What was in it at a time, in seconds of any clock that does not go back."""

    tokens: float
    at: float


def take(bucket: Bucket | None, rate: Rate, now: float, cost: float = 1) -> tuple[Bucket, float]:
    """The bucket afterwards, and after how many seconds to come again: 0 where the tokens were taken.

    None is a bucket nobody has taken from. What costs more than the bucket holds takes it all.
    """
    tokens = most = rate.tokens
    if bucket is not None:
        tokens, at = bucket
        if now > at:
            tokens += (now - at) * most / rate.seconds
        if tokens > most:
            tokens = most
    if cost > most:
        cost = most
    if tokens >= cost:
        return Bucket(tokens - cost, now), 0.0
    return Bucket(tokens, now), (cost - tokens) / rate.a_second


class Store(Protocol):
    """Buckets by key. May be called from any thread."""

    def take(self, key: str, rate: Rate, cost: float = 1) -> float:
        """As `take`: after how many seconds to come again."""

    def refill(self, key: str) -> None:
        """Whoever has the key starts afresh."""


class InProcess:
    """The buckets of one process; of the too many, those that nobody used for longest are full again."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, most: int = 100_000) -> None:
        self._clock = clock
        self._most = most
        self._buckets: OrderedDict[str, Bucket] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, key: str, rate: Rate, cost: float = 1) -> float:
        with self._lock:
            self._buckets[key], wait = take(self._buckets.get(key), rate, self._clock(), cost)
            self._buckets.move_to_end(key)
            if len(self._buckets) > self._most:
                self._buckets.popitem(last=False)
        return wait

    def refill(self, key: str) -> None:
        with self._lock:
            self._buckets.pop(key, None)
