"""Frames that are read past Autobahn are what Autobahn would have read, in the order in which they came."""

from __future__ import annotations

import asyncio
from itertools import pairwise
from typing import Any

import pytest
from autobahn.twisted.websocket import WebSocketServerFactory, WebSocketServerProtocol
from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.testing import StringTransport

from editor.live.daphne_reading import read_straight

HANDSHAKE = (
    b"GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AQIDBAUGBwgJCgsMDQ4PEA==\r\n\r\n"
)
TEXT, BINARY, CONTINUATION, PING, PONG = 1, 2, 0, 9, 10


class Socket(WebSocketServerProtocol):
    """An open socket as Daphne has it: its queue is emptied when the application's task has its turn."""

    def __init__(self) -> None:
        super().__init__()
        self.application_queue: asyncio.Queue[bytes] = asyncio.Queue()
        self.straight = 0
        self.taken: list[bytes] = []

    def onMessage(self, payload: bytes, isBinary: bool) -> None:  # noqa: N802, N803
        self.application_queue.put_nowait(payload)

    def read_past_autobahn(self) -> None:
        read_straight(self, self.take)

    def written(self) -> bytes:
        transport: Any = self.transport
        written: bytes = transport.value()
        return written

    def take(self, payload: bytes) -> None:
        self.straight += 1
        self.taken.append(payload)

    def turn(self) -> None:
        while not self.application_queue.empty():
            self.taken.append(self.application_queue.get_nowait())


class Transport(StringTransport):
    def unregisterProducer(self) -> None:  # noqa: N802
        """As TCP's, which minds no producer that is not there."""


def _untyped(call: Any) -> Any:
    return call


def opened() -> Socket:
    factory: Any = _untyped(WebSocketServerFactory)()
    factory.protocol = Socket
    socket: Socket = factory.buildProtocol(None)
    _untyped(socket.makeConnection)(_untyped(Transport)())
    socket.dataReceived(HANDSHAKE)
    assert socket.state == socket.STATE_OPEN
    return socket


def frame(payload: bytes, opcode: int = BINARY, *, fin: bool = True, mask: bytes = b"\x01\xfe\x80\x7f") -> bytes:
    size = len(payload)
    length = bytes([0x80 | size]) if size < 126 else b"\xfe" + size.to_bytes(2, "big")
    masked = bytes(byte ^ mask[at % 4] for at, byte in enumerate(payload))
    return bytes([(0x80 if fin else 0) | opcode]) + length + mask + masked


def feed(data: bytes, cuts: list[int], *, straight: bool, turns: list[bool]) -> Socket:
    socket = opened()
    if straight:
        socket.read_past_autobahn()
    edges = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    for number, (begin, end) in enumerate(pairwise(edges)):
        if begin < end:
            socket.dataReceived(data[begin:end])
        if turns[number % len(turns)]:
            socket.turn()
    socket.turn()
    return socket


payloads = st.one_of(st.binary(max_size=40), st.integers(120, 300).map(lambda size: b"x" * size))
frames = st.one_of(
    st.builds(frame, payloads, mask=st.binary(min_size=4, max_size=4)),
    st.builds(frame, st.binary(max_size=20), st.sampled_from([PING, PONG])),
    st.builds(lambda text: frame(text.encode(), TEXT), st.text(max_size=10)),
    st.builds(
        lambda one, other: frame(one, fin=False) + frame(other, CONTINUATION), st.binary(max_size=9), st.binary()
    ),
    st.sampled_from([b"\x82\x05plain", b"\x82\xfe\x00\x05\x01\x02\x03\x04", b"\xc2\x81\x00\x00\x00\x00x", b"\x83\x80"]),
)


@given(st.lists(frames, max_size=8), st.lists(st.integers(0, 10_000), max_size=6), st.lists(st.booleans(), min_size=1))
def test_whatever_comes_in_whatever_pieces_is_read_alike(sent: list[bytes], cuts: list[int], turns: list[bool]) -> None:
    data = b"".join(sent)
    ours, theirs = (feed(data, cuts, straight=straight, turns=turns) for straight in (True, False))
    assert ours.taken == theirs.taken
    assert ours.state == theirs.state
    assert ours.written() == theirs.written()


@pytest.mark.parametrize("size", [0, 1, 125, 126, 4000])
def test_a_short_whole_frame_passes_by_autobahn(size: int) -> None:
    socket = feed(frame(b"k" * size), [], straight=True, turns=[True])
    assert (socket.taken, socket.straight) == ([b"k" * size], 1)


def test_what_waits_for_the_application_is_not_overtaken() -> None:
    socket = opened()
    socket.read_past_autobahn()
    socket.dataReceived(frame(b"first", fin=False) + frame(b"", CONTINUATION))
    socket.dataReceived(frame(b"second"))
    socket.turn()
    assert (socket.taken, socket.straight) == ([b"first", b"second"], 0)


def test_a_socket_that_closes_has_the_rest_read_by_autobahn() -> None:
    socket = opened()

    def take(payload: bytes) -> None:
        socket.take(payload)
        socket.sendCloseFrame(code=1000, isReply=False)

    read_straight(socket, take)
    socket.dataReceived(frame(b"last") + frame(b"too late"))
    assert socket.taken == [b"last"]


def test_a_socket_that_waits_for_a_pong_hears_of_every_frame_from_autobahn() -> None:
    socket = opened()
    socket.read_past_autobahn()
    waiting: Any = type("Call", (), {"cancel": lambda self: None})()
    socket.autoPingTimeoutCall = waiting
    setattr(socket, "autoPingRestartOnAnyTraffic", True)  # noqa: B010
    socket.dataReceived(frame(b"alive"))
    assert socket.autoPingTimeoutCall is None
    socket.turn()
    assert (socket.taken, socket.straight) == ([b"alive"], 0)
