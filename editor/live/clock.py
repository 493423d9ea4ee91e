"""What happens in the rooms by time alone: presence is sent, silence is ended, lost doorbells are repaired."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from django.conf import settings

from editor.live.connection import Connection
from editor.live.host import QUERY, Host
from editor.wire.close_codes import CloseCode
from editor.wire.messages import Attention

if TYPE_CHECKING:
    from editor.live.registry import Registry

AWARENESS_SECONDS = 0.05
LOOK_SECONDS = 3.0
RENEW_AWARENESS_SECONDS = 15.0
EMPTY_SECONDS = 5.0
SILENT_PROCESS_SECONDS = 40.0


async def run(registry: Registry) -> None:
    """For as long as the process lives."""
    next_look = next_renewal = next_heartbeat = time.monotonic()
    while True:
        await asyncio.sleep(AWARENESS_SECONDS)
        now = time.monotonic()
        registry.presences.flush()
        if now >= next_look:
            next_look = now + min(LOOK_SECONDS, settings.HEARTBEAT_SECONDS / 4)
            _look(registry, now)
        if now >= next_renewal:
            next_renewal = now + RENEW_AWARENESS_SECONDS
            registry.presences.renew_agents()
            registry.presences.tell_all()
        if now >= next_heartbeat:
            next_heartbeat = now + settings.HEARTBEAT_SECONDS
            registry.seating.renew(registry.hosts.values())
            _query(registry)


def _look(registry: Registry, now: float) -> None:
    """Read the rows of open rooms again, and end what is stuck, silent or empty."""
    registry.presences.forget_silent_processes(now, SILENT_PROCESS_SECONDS)
    registry.journal.database.look(now)
    registry.shut_rooms(now)
    for host in list(registry.hosts.values()):
        if host.empty_since is not None and not host.connections and now - host.empty_since > EMPTY_SECONDS:
            if not host.waiting.entries:
                registry.forget(host)
            continue
        for connection in list(host.connections.values()):
            _end_if_lost(host, connection, now)
    if not registry.away:
        registry.refresh(*registry.hosts)


def _end_if_lost(host: Host, connection: Connection, now: float) -> None:
    outbox = connection.outbox
    if outbox.writable:
        outbox.full_since = None
    elif outbox.full_since is None:
        outbox.full_since = now
    elif now - outbox.full_since > 3 * settings.HEARTBEAT_SECONDS:
        outbox.abort()
    patience = 75.0 if connection.attention is Attention.HIDDEN else 2 * settings.HEARTBEAT_SECONDS
    if now - connection.heard > patience:
        connection.close(CloseCode.RESTART)
        host.leave(connection, now)


def _query(registry: Registry) -> None:
    """Say something to everybody: a client that hears nothing for 30 s takes the server for gone."""
    for host in registry.hosts.values():
        for connection in host.connections.values():
            connection.outbox.awareness(QUERY)
