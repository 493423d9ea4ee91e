"""Hostile frames over many sockets at once. A frame counts when the server has looked at it."""

from __future__ import annotations

import asyncio
import json
from collections import Counter, deque
from random import Random
from uuid import UUID

from tests.live.hostile import CORPUS, EVE, WIRE, awareness_frame, block, update_frame
from tests.running.mutations import mutated
from tests.running.raw_socket import RawSocket

AT_ONCE = 32
IN_A_ROW = 4
A_SOCKET = 100
"""Frames after which one that nobody has closed goes by itself."""
STILL_OPEN = 1000
HELLO = b"\x64" + json.dumps({"type": "hello", "schema": 1}).encode()
MARK = b"\x64" + json.dumps({"type": "mark", "id": "mark"}).encode()
"""A command that nobody knows: it is refused, behind every frame before it, and the socket stays."""


def honest_and_hostile() -> list[bytes]:
    """What is mutated: the corpus, what our page sends, an edit, a caret."""
    frames = [bytes.fromhex(entry["frame"]) for entry in [*CORPUS, *WIRE["up"]]]
    frames += [update_frame(block("paragraph", words="honest 😀", marks={"bold": {}})), awareness_frame(EVE, 1, {})]
    return [frame for frame in frames if len(frame) < 10_000]


def mutations(chance: Random, count: int) -> deque[bytes]:
    frames = honest_and_hostile()
    return deque(mutated(chance, chance.choice(frames)) for _ in range(count))


async def hammer(server: str, document: UUID, guest_pass: str, frames: deque[bytes]) -> Counter[int]:
    """Send them all, each socket until one of its frames ends it; the codes with which they were closed."""
    closed: Counter[int] = Counter()

    async def eve() -> None:
        while frames:
            socket = await RawSocket.connect(server, document, guest_pass)
            try:
                closed[await _send(socket, frames)] += 1
            finally:
                socket.cut()

    async with asyncio.TaskGroup() as group:
        for _ in range(AT_ONCE):
            group.create_task(eve())
    return closed


async def _send(socket: RawSocket, frames: deque[bytes]) -> int:
    """What one socket sends: a few in a row, a mark behind each. What nobody looked at is left for the next socket."""
    socket.send([HELLO])
    sent = 0
    while sent < A_SOCKET and frames:
        row = [frames.popleft() for _ in range(min(IN_A_ROW, len(frames)))]
        socket.send(part for frame in row for part in (frame, MARK))
        for number, _ in enumerate(row, 1):
            code = await _until_marked(socket)
            if code is not None:
                frames.extend(row[number:])
                return code
        sent += len(row)
    return STILL_OPEN


async def _until_marked(socket: RawSocket) -> int | None:
    while True:
        message = await socket.receive()
        if isinstance(message, int):
            return message
        if message[0] == MARK[0] and b'"mark"' in message:
            return None
