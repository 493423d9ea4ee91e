"""Keeps the seats' rows in step with the connections: what gathers goes in one transaction, of each one at a time."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from functools import partial
from typing import Any

from editor.live import seats
from editor.live.connection import Connection, SeatRow
from editor.live.host import Host

log = logging.getLogger(__name__)
SEAT_SECONDS = 1.0
GATHER_SECONDS = 0.05


class Seating:
    """`journalled` runs a function in the writer's transaction, `later` one after some seconds while the loop lives."""

    def __init__(
        self,
        process: str,
        journalled: Callable[[Callable[[], None]], Future[None]],
        later: Callable[[float, Callable[[], None]], None],
    ) -> None:
        self._process = process
        self._journalled = journalled
        self._later = later
        self._gathered: list[seats.Sitting] = []
        self._written: Future[None] | None = None

    def attended(self, host: Host, connection: Connection) -> None:
        """Write the seat; of many changes one is on its way, and the next follows a second later with what is then."""
        if connection.seat is SeatRow.WRITTEN:
            connection.seat = SeatRow.ON_ITS_WAY
            self._gather(host, connection).add_done_callback(lambda _: self._seat_written(host, connection))
        else:
            connection.seat = SeatRow.CHANGED_AGAIN

    def _seat_written(self, host: Host, connection: Connection) -> None:
        again = connection.seat is SeatRow.CHANGED_AGAIN
        connection.seat = SeatRow.WRITTEN
        if again and connection.closed:
            self.attended(host, connection)
        elif again:
            connection.seat = SeatRow.ON_ITS_WAY
            self._later(SEAT_SECONDS, partial(self._write_again, host, connection))

    def _write_again(self, host: Host, connection: Connection) -> None:
        connection.seat = SeatRow.WRITTEN
        self.attended(host, connection)

    def _gather(self, host: Host, connection: Connection) -> Future[None]:
        attention = "gone" if connection.closed else connection.attention.value
        who = connection.participant
        if self._written is None:
            self._written = Future()
            self._later(GATHER_SECONDS, self.write)
        self._gathered.append(seats.Sitting(host.document_id, who.connection, who.user, attention))
        return self._written

    def write(self) -> None:
        """What has gathered, in one transaction: many come, and go, at once."""
        written, self._written = self._written, None
        if written is None:
            return
        sitting, self._gathered = self._gathered, []
        done = self._journalled(partial(seats.write, self._process, sitting))
        done.add_done_callback(lambda done: self._settled(done, sitting, written))

    def _settled(self, done: Future[None], sitting: list[seats.Sitting], written: Future[None]) -> None:
        """A seat that cannot be written, its document being gone, costs nobody else theirs."""
        if done.exception() is not None:
            for seat in sitting:
                self._logged(partial(seats.write, self._process, [seat]))
        written.set_result(None)

    def end(self) -> None:
        """The process ends, and everybody's seat in it."""
        self.write()
        self._logged(partial(seats.end, self._process))

    def renew(self, hosts: Iterable[Host]) -> None:
        sitting = {c.id: c.attention.value for host in hosts for c in host.connections.values()}
        if sitting:
            self._logged(partial(seats.renew, sitting))

    def _logged(self, write: Callable[[], None]) -> None:
        self._journalled(write).add_done_callback(_look)


def _look(done: Future[Any]) -> None:
    if (error := done.exception()) is not None:
        log.warning("a seat could not be written: %s", error)
