"""Writes frames straight to Daphne's sockets, and hears when one is full: Daphne itself has neither.

Uvicorn has a flow of its own. For other servers, and where Daphne ends TLS, AsgiFlow sends through ASGI in one task.
"""

from __future__ import annotations

import asyncio
import functools
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any, Protocol

from editor.live.daphne_reading import read_straight
from editor.live.uvicorn_flow import UvicornFlow, uvicorn_protocol
from editor.wire import close_codes
from editor.wire.varint import TooLarge

Send = Callable[[Any], Awaitable[None]]
log = logging.getLogger(__name__)
HIGH_WATER = 256 * 1024


class Flow(Protocol):
    """The way out of one socket."""

    on_drained: Callable[[], None]
    """Called when a flow that was not writable is empty again."""

    writable: bool
    """An attribute, since it is asked of everybody at each tick."""

    def write(self, payload: bytes, framed: bytes) -> None:
        """Send one binary message; `framed` is the same with its WebSocket header, made once for all."""
        ...

    def listen(self, on: bool) -> None:
        """Whether what the client sends is read at all; what is not stays in its own buffers."""
        ...

    def straight_to(self, take: Callable[[bytes], None]) -> None:
        """Frames may be given to `take` past the server's own queue, where that changes nothing of their order."""
        ...

    def close(self, code: int) -> None: ...

    def abort(self) -> None: ...


def framed(payload: bytes) -> bytes:
    """The unmasked WebSocket frame of a binary message."""
    size = len(payload)
    if size < 126:
        return bytes((0x82, size)) + payload
    if size < 1 << 16:
        return b"\x82\x7e" + size.to_bytes(2, "big") + payload
    if size >= 1 << 32:
        raise TooLarge("a message of more than 4 GB")
    return b"\x82\x7f" + size.to_bytes(8, "big") + payload


def flow_for(send: Send) -> Flow:
    """The flow of an accepted socket."""
    if (daphne := _daphne_protocol(send)) is not None:
        return DaphneFlow(daphne)
    if (uvicorn := uvicorn_protocol(send)) is not None:
        return UvicornFlow(uvicorn, send)
    return AsgiFlow(send)


def _daphne_protocol(send: Send) -> Any | None:
    """The WebSocket protocol behind Daphne's `send`, where frames may be written past it."""
    if not isinstance(send, functools.partial) or not send.args:
        return None
    protocol = send.args[0]
    transport = getattr(protocol, "transport", None)
    plain = all(hasattr(transport, name) for name in ("socket", "registerProducer", "dataBuffer", "abortConnection"))
    encrypted = getattr(transport, "TLS", False)
    return protocol if plain and not encrypted and hasattr(protocol, "sendClose") else None


class DaphneFlow:
    """A Twisted push producer in front of a Twisted transport."""

    def __init__(self, protocol: Any) -> None:
        self._protocol = protocol
        self._transport = protocol.transport
        self._socket = self._transport.socket
        self.writable = True
        self.on_drained: Callable[[], None] = _nothing
        self._transport.unregisterProducer()
        self._transport.registerProducer(self, True)

    def write(self, payload: bytes, framed: bytes) -> None:
        if self._protocol.state != self._protocol.STATE_OPEN:
            return
        transport = self._transport
        if not transport.dataBuffer and not transport._tempDataBuffer:
            try:
                sent = self._socket.send(framed)
            except BlockingIOError:
                sent = 0
            except OSError:
                return
            if sent == len(framed):
                return
            framed = framed[sent:]
        transport.write(framed)

    def listen(self, on: bool) -> None:
        if on:
            self._transport.resumeProducing()
        else:
            self._transport.pauseProducing()

    def straight_to(self, take: Callable[[bytes], None]) -> None:
        read_straight(self._protocol, take)

    def close(self, code: int) -> None:
        if self._protocol.state == self._protocol.STATE_OPEN:
            # sendClose refuses 1012 and 1013, and every subclass of int.
            reason = close_codes.reason(code).encode() or None
            self._protocol.sendCloseFrame(code=int(code), reasonUtf8=reason, isReply=False)

    def abort(self) -> None:
        self._transport.abortConnection()

    # What Twisted calls

    def pauseProducing(self) -> None:  # noqa: N802
        self.writable = False

    def resumeProducing(self) -> None:  # noqa: N802
        if not self.writable:
            self.writable = True
            self.on_drained()

    def stopProducing(self) -> None:  # noqa: N802
        self.writable = False


class AsgiFlow:
    """Sends in the order of the writes, in one task that lives while something waits."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._waiting: deque[Mapping[str, Any]] = deque()
        self._bytes = 0
        self._task: asyncio.Task[None] | None = None
        self.writable = True
        self._closing = False
        self.on_drained: Callable[[], None] = _nothing

    def write(self, payload: bytes, framed: bytes) -> None:
        if not self._closing:
            self._put({"type": "websocket.send", "bytes": payload}, len(payload))

    def listen(self, on: bool) -> None:
        """A server with back-pressure of its own reads no more than is received."""

    def straight_to(self, take: Callable[[bytes], None]) -> None:
        """All of them come through ASGI."""

    def close(self, code: int) -> None:
        self._closing = True
        self._put({"type": "websocket.close", "code": int(code), "reason": close_codes.reason(code)}, 0)

    def abort(self) -> None:
        self._waiting.clear()
        if self._task is not None:
            self._task.cancel()
            self._task = None
        self.close(1013)

    def _put(self, message: Mapping[str, Any], size: int) -> None:
        self._waiting.append(message)
        self._bytes += size
        self.writable = self.writable and self._bytes <= HIGH_WATER
        if self._task is None or self._task.done():
            self._task = asyncio.ensure_future(self._drain())

    async def _drain(self) -> None:
        while self._waiting:
            with suppress(Exception):
                while self._waiting:
                    message = self._waiting.popleft()
                    self._bytes -= len(message.get("bytes", b""))
                    await self._send(message)
            if not self.writable:
                self.writable = True
                self.on_drained()


def _nothing() -> None:
    """Until somebody listens."""
