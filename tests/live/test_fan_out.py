"""What a tick brings is encoded once for everybody, however many there are."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable

import pytest

from editor.live.connection import Connection
from editor.live.host import Host
from editor.live.registry import Registry
from editor.room.participant import Kind, Participant, Role
from editor.wire.messages import Awareness
from editor.wire.presence import Presence
from tests.live.desk import Socket, eventually, furnish, in_thread, running
from tests.live.people import reads, types

pytestmark = pytest.mark.django_db(transaction=True)
READERS = 500
CONTENT_UPDATE = b"\x00\x02"
AWARENESS = b"\x01"


class CountingFlow:
    """Keeps the frames that come down, so that one that was built once can be told from its equals."""

    on_drained: Callable[[], None]
    writable = True

    def __init__(self) -> None:
        self.frames: list[tuple[bytes, bytes]] = []

    def write(self, payload: bytes, framed: bytes) -> None:
        self.frames.append((payload, framed))

    def listen(self, on: bool) -> None: ...

    def straight_to(self, take: Callable[[bytes], None]) -> None: ...

    def close(self, code: int) -> None: ...

    def abort(self) -> None: ...


def sit(host: Host, count: int) -> tuple[list[Connection], list[CountingFlow]]:
    """Seat readers, each with a caret of his own."""
    flows = [CountingFlow() for _ in range(count)]
    people = [
        Participant(uuid.uuid4(), uuid.uuid4(), f"Reader {n}", "#0f766e", Kind.GUEST, Role.VIEWER, 1)
        for n in range(count)
    ]
    seats = [Connection(person, flow, time.monotonic()) for person, flow in zip(people, flows, strict=True)]
    for seat in seats:
        host.connections[seat.id] = seat
    return seats, flows


def moves(host: Host, seats: list[Connection], clock: int) -> None:
    for client, seat in enumerate(seats, 1000):
        state = {"cursor": {"anchor": clock, "head": clock}}
        host.receive(seat, Awareness((Presence(client, clock, state),)), time.monotonic())


def built(flows: list[CountingFlow], kind: bytes) -> tuple[int, int]:
    """How many frames of a kind were built and how many were sent."""
    frames = [framed for flow in flows for payload, framed in flow.frames if payload.startswith(kind)]
    return len({id(frame) for frame in frames}), len(frames)


def updates(socket: Socket) -> list[bytes]:
    return [frame for frame in socket.down if frame.startswith(CONTENT_UPDATE)]


async def test_five_hundred_readers_get_one_frame_a_tick() -> None:
    document, writer, _ = await in_thread(furnish)
    async with running(Registry()) as registry:
        author = Socket(registry, document.pk, writer)
        await author.joined()
        host = registry.hosts[document.pk]
        _, flows = sit(host, READERS)
        types(author, "for everybody")
        await eventually(lambda: built(flows, CONTENT_UPDATE)[1] == READERS)
        assert built(flows, CONTENT_UPDATE) == (1, READERS)
        host.connections.clear()


async def test_who_typed_alone_is_told_that_it_is_saved_and_not_what_they_typed() -> None:
    document, writer, _ = await in_thread(furnish)
    async with running(Registry()) as registry:
        author, window = (Socket(registry, document.pk, writer) for _ in range(2))
        for socket in (author, window):
            await socket.joined()
        types(author, "alone")
        await eventually(lambda: author.saved == author.sent and "alone" in reads(window))
        assert updates(author) == []
        types(window, "both at once, ")
        types(author, "each gets ")
        await eventually(lambda: reads(author) == reads(window) and author.saved == author.sent)
        assert len(updates(author)) == 1


async def test_the_presence_of_five_hundred_is_written_once_a_tick() -> None:
    document, _, _ = await in_thread(furnish)
    async with running(Registry()) as registry:
        host = await registry.open(document.pk)
        seats, flows = sit(host, READERS)
        moves(host, seats, clock=1)
        host.presence.flush()
        assert built(flows, AWARENESS) == (1, READERS)
        for flow in flows:
            flow.frames.clear()
        moves(host, seats[:1], clock=2)
        moves(host, seats[:1], clock=3)
        host.presence.flush()
        assert built(flows, AWARENESS) == (1, READERS), "what is outdated within a tick is not sent"
        host.connections.clear()


async def test_who_came_back_has_a_frame_of_his_own_and_the_others_one_together() -> None:
    """The server's clock is above his, and he would take its echo for newer than what he has said since."""
    document, _, _ = await in_thread(furnish)
    async with running(Registry()) as registry:
        host = await registry.open(document.pk)
        seats, flows = sit(host, READERS)
        moves(host, seats[:1], clock=5)
        host.presence.flush()
        host.presence.table.remove(seats[0].id)
        host.presence.flush()
        for flow in flows:
            flow.frames.clear()
        moves(host, seats[:1], clock=5)
        host.presence.flush()
        assert built(flows, AWARENESS) == (2, READERS)
        host.connections.clear()
