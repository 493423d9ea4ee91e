"""Writes frames straight to uvicorn's transport, which tells when it is full, also where it ends TLS."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from editor.wire import close_codes

Send = Callable[[Any], Awaitable[None]]
NEEDED = ("transport", "handshake_complete", "close_sent", "pause_writing", "resume_writing")


def uvicorn_protocol(send: Send) -> Any | None:
    """The WebSocket protocol behind uvicorn's `send`, where frames may be written past it."""
    protocol = getattr(send, "__self__", None)
    if protocol is None:
        return None
    ours = type(protocol).__module__.startswith("uvicorn.") and all(hasattr(protocol, name) for name in NEEDED)
    return protocol if ours and isinstance(protocol.transport, asyncio.Transport) else None


class UvicornFlow:
    """Stands between asyncio's transport and uvicorn's protocol where the transport says that it is full."""

    def __init__(self, protocol: Any, send: Send) -> None:
        self._protocol = protocol
        self._transport = protocol.transport
        self._send = send
        self.writable = True
        self._closing: asyncio.Future[None] | None = None
        self._pause_uvicorn, self._resume_uvicorn = protocol.pause_writing, protocol.resume_writing
        protocol.pause_writing, protocol.resume_writing = self._pause, self._resume
        self.on_drained: Callable[[], None] = _nothing

    def write(self, payload: bytes, framed: bytes) -> None:
        if self._closing is None and not self._protocol.close_sent and not self._transport.is_closing():
            self._transport.write(framed)

    def listen(self, on: bool) -> None:
        """Uvicorn reads no more than is received."""

    def straight_to(self, take: Callable[[bytes], None]) -> None:
        """All of them come through ASGI."""

    def close(self, code: int) -> None:
        """A socket that is full would never come to hear of it."""
        if not self.writable:
            self.abort()
        elif self._closing is None and not self._transport.is_closing():
            self._closing = asyncio.ensure_future(self._say_close(code))

    async def _say_close(self, code: int) -> None:
        try:
            await self._send({"type": "websocket.close", "code": int(code), "reason": close_codes.reason(code)})
        except Exception:
            self.abort()

    def abort(self) -> None:
        self._transport.abort()

    def _pause(self) -> None:
        self.writable = False
        self._pause_uvicorn()

    def _resume(self) -> None:
        self.writable = True
        self._resume_uvicorn()
        self.on_drained()


def _nothing() -> None:
    """Until somebody listens."""
