"""Reads whole short frames straight from Daphne's sockets: a keystroke need not pass Autobahn's states, a queue and a
task's turn, which together take longer than all that the room asks of it.

What is anything else (longer, in pieces, text, control, malformed) goes Autobahn's way, and so does what comes after
it until that is taken: the order stays.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

BINARY = 0x82
"""A whole binary message without extensions."""
MASKED = 0x80
LENGTH_FOLLOWS = 126
HEADER = 6
"""Bytes of a short frame before its payload, its mask with them."""


def unmasked(mask: bytes, payload: bytes) -> bytes:
    """RFC 6455, section 5.3, for a payload of at most 64 KB."""
    size = len(payload)
    key = (mask * (size // 4 + 1))[:size]
    return (int.from_bytes(payload, "big") ^ int.from_bytes(key, "big")).to_bytes(size, "big")


def read_straight(protocol: Any, take: Callable[[bytes], None]) -> None:
    """From now on give the payloads of such frames of an open Daphne socket to `take`, which raises nothing."""
    through_autobahn = protocol.dataReceived

    def data_received(data: bytes) -> None:
        at = _take_whole(protocol, data, take) if _is_between_messages(protocol) else 0
        if at < len(data):
            through_autobahn(data[at:] if at else data)

    protocol.dataReceived = data_received


def _is_between_messages(protocol: Any) -> bool:
    """Whether Autobahn and the application have nothing left of what came before, and wait for no pong."""
    return (
        protocol.current_frame is None
        and not protocol.data
        and not protocol.inside_message
        and protocol.autoPingTimeoutCall is None
        and protocol.application_queue.empty()
    )


def _take_whole(protocol: Any, data: bytes, take: Callable[[bytes], None]) -> int:
    """How many bytes of `data` are taken."""
    at, end = 0, len(data)
    while end - at >= HEADER and data[at] == BINARY and protocol.state == protocol.STATE_OPEN:
        size = data[at + 1] - MASKED
        begin = at + HEADER
        if size == LENGTH_FOLLOWS:
            size = int.from_bytes(data[at + 2 : at + 4], "big")
            begin += 2
            if size < LENGTH_FOLLOWS:
                return at
        elif not 0 <= size < LENGTH_FOLLOWS:
            return at
        if begin + size > end:
            return at
        protocol.last_ping = time.time()
        take(unmasked(data[begin - 4 : begin], data[begin : begin + size]))
        at = begin + size
    return at
