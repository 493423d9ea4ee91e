"""A WebSocket as bytes: nothing is checked and nothing kept, so that thousands come and go in seconds."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from urllib.parse import urlsplit

BINARY, CLOSE = 0x82, 0x88
MASKED = 0x80
NO_MASK = b"\0\0\0\0"
"""A mask of zeros leaves the bytes as they are."""


class RawSocket(asyncio.Protocol):
    """Made by `connect`; whoever made it ends it by `cut`."""

    _transport: asyncio.Transport

    def __init__(self) -> None:
        self._came = bytearray()
        self._over = False
        self._news = asyncio.Event()

    @classmethod
    async def begin(cls, server: str, document: object, guest_pass: str) -> RawSocket:
        """Ask to be let in, and do not wait for the answer. `server` is the server's http address."""
        place = urlsplit(server)
        assert place.hostname
        assert place.port
        transport, socket = await asyncio.get_running_loop().create_connection(cls, place.hostname, place.port)
        socket._transport = transport
        transport.write(
            f"GET /ws/documents/{document} HTTP/1.1\r\nHost: {place.netloc}\r\nUpgrade: websocket\r\n"
            "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
            f"Sec-WebSocket-Protocol: scriptorium, guest.{guest_pass}\r\n\r\n".encode()
        )
        return socket

    @classmethod
    async def connect(cls, server: str, document: object, guest_pass: str) -> RawSocket:
        """A socket that the server has accepted."""
        socket = await cls.begin(server, document, guest_pass)
        await socket.accepted()
        return socket

    def data_received(self, data: bytes) -> None:
        self._came += data
        self._news.set()

    def connection_lost(self, error: Exception | None) -> None:
        self._over = True
        self._news.set()

    async def accepted(self) -> None:
        while (end := self._came.find(b"\r\n\r\n")) < 0:
            await self._more()
        answer = await self._take(end + 4)
        assert answer.startswith(b"HTTP/1.1 101"), answer

    def send(self, frames: Iterable[bytes]) -> None:
        """All in one write."""
        self._transport.write(b"".join(bytes([BINARY]) + _length(len(frame)) + NO_MASK + frame for frame in frames))

    async def receive(self) -> bytes | int:
        """The next message, or the code with which the server has closed; what came before a reset is not lost."""
        kind, size = await self._take(2)
        if size > 125:
            size = int.from_bytes(await self._take(2 if size == 126 else 8), "big")
        payload = await self._take(size)
        return int.from_bytes(payload[:2], "big") if kind == CLOSE else payload

    async def _take(self, size: int) -> bytes:
        while len(self._came) < size:
            await self._more()
        taken = bytes(self._came[:size])
        del self._came[:size]
        return taken

    async def _more(self) -> None:
        if self._over:
            raise ConnectionResetError("the server has ended it without a word")
        self._news.clear()
        await self._news.wait()

    def close(self) -> None:
        """Say that it ends, as a client does that leaves."""
        self._transport.write(bytes([CLOSE]) + _length(0) + NO_MASK)

    def cut(self) -> None:
        """End it without a word."""
        self._transport.abort()


def _length(size: int) -> bytes:
    if size < 126:
        return bytes([MASKED | size])
    if size < 1 << 16:
        return bytes([MASKED | 126]) + size.to_bytes(2, "big")
    return bytes([MASKED | 127]) + size.to_bytes(8, "big")
