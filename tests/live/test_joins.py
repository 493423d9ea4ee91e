"""Joins and leaves of every kind leave nothing behind: not in the rooms of a process, not in a server's memory."""

from __future__ import annotations

import asyncio
import gc
import os
import time
from collections import Counter, deque
from collections.abc import AsyncIterator
from random import Random
from typing import Any

import pytest

from editor.live.connection import Connection
from editor.live.consumers import RoomConsumer
from editor.live.copy import Copy
from editor.live.host import Host
from editor.live.intake import Intake
from editor.live.outbox import Outbox
from editor.live.registry import Registry
from editor.wire.close_codes import CloseCode
from tests.live.conftest import House
from tests.live.desk import Socket, eventually, furnish, in_thread, running
from tests.live.hammer import HELLO, MARK
from tests.live.people import types
from tests.running.raw_socket import RawSocket
from tests.running.visitor import Visitor
from tests.sizes import share

SEED = int(os.environ.get("JOINS_SEED", "20261123"))
MEGABYTE = 2**20
ROOMS = 5
A_ROOM = 25
"""Joins of one room, which is then left alone and leaves memory."""
EVICTED = 10.0
"""Seconds after which a room that was left is certainly forgotten."""
GROWTH = 16 * MEGABYTE
OF_ROOMS = (Host, Connection, RoomConsumer, Outbox, Copy, Intake)


def contents(registry: Registry) -> dict[str, int]:
    """How much each container of the registry's and of its parts holds, but for the readers' connections."""
    parts: list[Any] = [registry, registry.journal, registry.backplane, registry.presences, registry.seating]
    parts += [registry.sockets, registry._following]
    kinds = (dict, set, list, deque, Counter)
    return {
        f"{type(part).__name__}.{name}": len(value)
        for part in parts
        for name, value in vars(part).items()
        if isinstance(value, kinds) and name != "_reading"
    }


def alive() -> dict[str, int]:
    gc.collect()
    found = Counter(type(thing).__name__ for thing in gc.get_objects() if isinstance(thing, OF_ROOMS))
    return dict(found)


@pytest.fixture
async def registry() -> AsyncIterator[Registry]:
    async with running(Registry()) as made:
        yield made


async def _life(registry: Registry) -> None:
    """A room's: people come, write and go; others say nothing, are cut off while they join, or are thrown out."""
    document, writer, readers = await in_thread(lambda: furnish(readers=3))
    people = [Socket(registry, document.pk, user) for user in [writer, *readers]]
    for person in people:
        await person.joined()
    types(people[0], "words")
    people[0].send_presence(7, 1, {"cursor": None})
    people[0].command("rename_document", title="Another")
    await eventually(lambda: all(7 in person.present for person in people))
    silent, cut, hostile = (Socket(registry, document.pk, writer) for _ in range(3))
    for person in (silent, cut, hostile):
        person.connect()
    await cut.leave()
    await eventually(lambda: registry.sockets.of_person[writer.pk] == 3)
    hostile.send(b"\xff")
    await eventually(lambda: hostile.close_code == CloseCode.MALFORMED)
    for person in (*people, silent, hostile):
        await person.leave()


@pytest.mark.django_db(transaction=True)
async def test_a_room_that_everybody_has_left_is_freed_with_all_that_belonged_to_it(registry: Registry) -> None:
    before, empty = contents(registry), alive()
    for _ in range(ROOMS):
        await _life(registry)
    assert len(registry.hosts) == ROOMS
    await eventually(lambda: not registry.hosts and contents(registry) == before)
    assert registry.sockets.open == 0
    await eventually(lambda: alive() == empty)


async def _visit(kind: str, server: str, document: object, guest_pass: str) -> None:
    """One join, and its end."""
    socket = await RawSocket.begin(server, document, guest_pass)
    try:
        if kind == "is cut in mid handshake":
            return
        await socket.accepted()
        if kind == "says nothing":
            await asyncio.sleep(0.2)
            return
        socket.send([HELLO, MARK])
        while not isinstance(message := await socket.receive(), int) and b'"mark"' not in message:
            pass
        if kind == "closes":
            socket.close()
            while not isinstance(await socket.receive(), int):
                pass
    finally:
        socket.cut()


KINDS = ("is cut", "closes", "says nothing", "is cut in mid handshake")


async def _visits(chance: Random, server: str, document: object, guest_pass: str) -> None:
    async with asyncio.TaskGroup() as group:
        for _ in range(A_ROOM - 1):
            group.create_task(_visit(chance.choice(KINDS), server, document, guest_pass))
        group.create_task(_visit("is cut", server, document, "of nobody"))


def test_joins_and_leaves_do_not_grow_the_server(own_house: House) -> None:
    house, server = own_house, own_house.server
    print(f"JOINS_SEED={SEED}")  # noqa: T201
    chance = Random(SEED)
    rooms = share("joins and leaves", test=500, soak=10_000) // A_ROOM
    rests: list[int] = []
    for _ in range(2):
        for _ in range(rooms // 2):
            document = house.owner.new_document()
            shown = Visitor(server.url).guest(house.owner.link(document, "editor"))["pass"]
            asyncio.run(_visits(chance, server.url, document, shown))
        time.sleep(EVICTED)
        rests.append(server.resident())
    grown = rests[1] - rests[0]
    print(f"the second half grew the server by {grown / MEGABYTE:.1f} MB")  # noqa: T201
    assert grown < GROWTH
