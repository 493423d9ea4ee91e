"""A person's and a room's sockets are counted across processes."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import ExitStack, suppress

import pytest
from websockets.exceptions import ConnectionClosed

from tests.live.pairs import Pair, two_servers
from tests.running.ports import until
from tests.running.seat import Seat, seat
from tests.running.visitor import Visitor


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    with two_servers(tmp_path_factory.mktemp("pair"), LIMIT_SOCKETS_A_PERSON="3", LIMIT_SOCKETS_A_ROOM="4") as pair:
        yield pair


def comes(doors: ExitStack, server: str, document: uuid.UUID, **shown: str) -> Seat:
    one = doors.enter_context(seat(server, document, **shown))
    with suppress(ConnectionClosed):  # who is not let in may hear of it before they have said hello
        one.say({"type": "hello", "schema": 1})
    while not one.messages and one.read():
        pass
    return one


def sitting(pair: Pair, document: uuid.UUID, number: int) -> None:
    """Wait until the rows say that so many are there."""
    where = "document_id = ? AND attention <> 'gone'"
    until("the seats to be written", lambda: pair.one.server.database.count("editor_seat", where, document) == number)


def as_many_as_may(doors: ExitStack, pair: Pair, document: uuid.UUID, shown: dict[str, str]) -> None:
    """All in the other process."""
    for _ in range(3):
        assert comes(doors, pair.other.url, document, **shown).close_code is None
    sitting(pair, document, 3)


def test_a_person_has_only_so_many_in_all_processes(pair: Pair) -> None:
    document = pair.one.owner.new_document()
    guest = {"guest_pass": str(Visitor(pair.one.server.url).guest(pair.one.owner.link(document, "editor"))["pass"])}
    with ExitStack() as doors:
        for server in (pair.one.server.url, pair.one.server.url, pair.other.url):
            assert comes(doors, server, document, **guest).close_code is None
        sitting(pair, document, 3)
        for server in (pair.one.server.url, pair.other.url):
            assert comes(doors, server, document, **guest).close_code == 1013, "the others may be a dead process's"
    sitting(pair, document, 0)
    with ExitStack() as doors:
        assert comes(doors, pair.other.url, document, **guest).close_code is None, "who has left does not count"


def test_a_room_has_only_so_many_in_all_processes(pair: Pair) -> None:
    document = pair.one.owner.new_document()
    link = pair.one.owner.link(document, "editor")
    guests = [{"guest_pass": str(Visitor(pair.one.server.url).guest(link)["pass"])} for _ in range(4)]
    with ExitStack() as doors:
        for guest, server in zip(guests, [pair.one.server.url, pair.other.url] * 2, strict=True):
            assert comes(doors, server, document, **guest).close_code is None
        sitting(pair, document, 4)
        for server in (pair.one.server.url, pair.other.url):
            assert comes(doors, server, document, **guests[0]).close_code == 1013
        owner = {"cookie": pair.one.owner.cookie}
        assert comes(doors, pair.other.url, document, **owner).close_code == 1013


def test_those_of_a_process_that_was_stopped_do_not_count(pair: Pair) -> None:
    document = pair.one.owner.new_document()
    owner = {"cookie": pair.one.owner.cookie}
    with ExitStack() as doors:
        as_many_as_may(doors, pair, document, owner)
        pair.other.stop()
        sitting(pair, document, 0)
        assert comes(doors, pair.one.server.url, document, **owner).close_code is None
    pair.other.start()


def test_those_of_a_process_that_was_killed_keep_nobody_out_for_good(pair: Pair) -> None:
    document = pair.one.owner.new_document()
    owner = {"cookie": pair.one.owner.cookie}
    with ExitStack() as doors:
        as_many_as_may(doors, pair, document, owner)
        pair.other.kill_9()
        assert comes(doors, pair.one.server.url, document, **owner).close_code == 1013, "it comes again by itself"
    pair.other.start()
