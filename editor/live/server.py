"""Daphne as production runs it: limits above the room's own, a backlog for crowds, sockets of any age."""

from __future__ import annotations

import asyncio
import functools
import gc
import logging
import sys
from collections.abc import Awaitable, Callable
from typing import Any

from autobahn.websocket import protocol
from daphne.server import Server  # type: ignore[import-untyped]
from django.conf import settings
from twisted.internet import reactor
from twisted.internet.defer import Deferred

BACKLOG = 2048
NO_TIMEOUT = -1
STOP_SECONDS = 5
CLOSE_SECONDS = 3
"""Autobahn counts in whole seconds, and rounds down: its own 1 is none at all for who is refused at a second's end."""
SWITCH_SECONDS = 0.0005
"""By Python's own 5 ms the journal's thread would hold up the loop, and be held up by it."""
log = logging.getLogger(__name__)


def make_server(
    application: Any,
    host: str,
    port: int,
    *,
    listening: Callable[[str, int], None] | None = None,
    stop: Callable[[], Awaitable[None]] | None = None,
) -> Server:
    """A server that is run by `.run()`. Port 0 lets the system choose; `listening` is told the address.

    `stop` is called when the process is asked to end, and awaited for a few seconds.
    """
    address = host.replace(":", r"\:")
    server = _Server(
        application,
        endpoints=[f"tcp:port={port}:interface={address}:backlog={BACKLOG}"],
        websocket_timeout=NO_TIMEOUT,
        websocket_max_message_size=2 * settings.MAX_DOCUMENT_BYTES,
        websocket_max_frame_size=2 * settings.MAX_DOCUMENT_BYTES,
        application_close_timeout=10,
        server_name="scriptorium",
    )
    server.listening = listening
    server.stop_application = stop
    return server


class _Server(Server):  # type: ignore[misc]
    listening: Callable[[str, int], None] | None = None
    stop_application: Callable[[], Awaitable[None]] | None = None

    def run(self) -> None:
        _keep_pauses_short()
        if self.stop_application is not None:
            trigger: Any = reactor.addSystemEventTrigger
            trigger("before", "shutdown", self._stop_application)
        super().run()

    def _stop_application(self) -> Any:
        assert self.stop_application is not None
        stopped = asyncio.ensure_future(asyncio.wait_for(self.stop_application(), STOP_SECONDS))
        return Deferred.fromFuture(stopped).addErrback(lambda failure: log.warning("stopped hard: %s", failure))

    def listen_success(self, port: Any) -> None:
        super().listen_success(port)
        self.ws_factory.setProtocolOptions(closeHandshakeTimeout=CLOSE_SECONDS)
        if self.listening is not None:
            address = port.getHost()
            self.listening(address.host, address.port)

    # Daphne looks for sockets that are over once a second. By then they have aged, and the collector of what refers
    # to itself seldom looks at what is old: a crowd that comes and goes would fill the memory with its remains.

    def create_application(self, protocol: Any, scope: Any) -> Any:
        queue = super().create_application(protocol, scope)
        if queue is not None:
            task = self.connections[protocol]["application_instance"]
            task.add_done_callback(functools.partial(self._ended, protocol))
        return queue

    def protocol_disconnected(self, protocol: Any) -> None:
        if (timer := getattr(protocol, "closeHandshakeTimeoutCall", None)) is not None:
            timer.cancel()
            protocol.closeHandshakeTimeoutCall = None
        if protocol in self.connections:
            super().protocol_disconnected(protocol)
            if "application_instance" not in self.connections[protocol]:
                del self.connections[protocol]

    def _ended(self, protocol: Any, task: asyncio.Task[None]) -> None:
        """Forget what ended well behind a client that has gone; of the rest Daphne knows what to do."""
        gone = "disconnected" in self.connections.get(protocol, {})
        if gone and not task.cancelled() and task.exception() is None:
            del self.connections[protocol]

    def kill_all_applications(self) -> Any:
        """As Daphne's, which fails on a socket that has no application yet."""
        for details in self.connections.values():
            details.setdefault("application_instance", _NoApplication)
        return super().kill_all_applications()


# For each socket it lays out its whole configuration, for a log that nobody reads: a tenth of a reconnection.
setattr(protocol, "pformat", repr)  # noqa: B010


def _keep_pauses_short() -> None:
    """What is loaded stays: the collector need not look at it again, and may look often, each time at little: a crowd
    that comes and goes leaves 10 KB a socket for it to find. A thread that works yields to the loop at once."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(5_000, 5, 10)
    sys.setswitchinterval(SWITCH_SECONDS)


class _NoApplication:
    @staticmethod
    def done() -> bool:
        return True
