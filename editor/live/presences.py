"""Who is here, across processes: each tells the others of its own people and copilots, and forgets the silent."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from editor.live.awareness import agent_client
from editor.live.backplane import Envelope
from editor.live.host import Host, guarded
from editor.room import presence
from editor.wire import presence as wire_presence

Publish = Callable[[UUID, bytes], None]
"""Tells the other processes of these awareness entries of a document."""


@dataclass(frozen=True, slots=True)
class Agent:
    """A copilot as participants see it; `status` is what it does, in words."""

    id: str
    name: str
    colour: str
    status: str


class Presences:
    """The presence of all rooms of one process. `hosts` are those that are open."""

    def __init__(self, hosts: Mapping[UUID, Host], publish: Publish) -> None:
        self._hosts = hosts
        self._publish_bytes = publish
        self._agents: dict[UUID, dict[str, Agent]] = {}
        self._foreign: dict[tuple[UUID, str], float] = {}
        self._stirring: set[UUID] = set()

    def stirred(self, document_id: UUID) -> None:
        """Something in this room's presence is to be flushed."""
        self._stirring.add(document_id)

    # Copilots

    def show_agent(self, document_id: UUID, agent: Agent) -> None:
        self._agents.setdefault(document_id, {})[agent.id] = agent
        if host := self._hosts.get(document_id):
            _put(host, agent)
        else:
            self._publish(document_id, [_entry(agent.id, _state(agent))])

    def hide_agent(self, document_id: UUID, agent_id: str) -> None:
        agents = self._agents.get(document_id, {})
        agents.pop(agent_id, None)
        if not agents:
            self._agents.pop(document_id, None)
        if host := self._hosts.get(document_id):
            host.presence.remove(("agent", agent_id))
        else:
            self._publish(document_id, [_entry(agent_id, None)])

    def opened(self, host: Host) -> None:
        """A room was opened: the copilots that work in it are there already."""
        for agent in self._agents.get(host.document_id, {}).values():
            _put(host, agent)

    def renew_agents(self) -> None:
        """Say again that the copilots are here: browsers forget who has said nothing for 30 s."""
        for document_id, agents in self._agents.items():
            for agent in agents.values():
                if host := self._hosts.get(document_id):
                    host.presence.table.renew(("agent", agent.id))
                else:
                    self.show_agent(document_id, agent)

    # Other processes

    def heard(self, host: Host, envelope: Envelope) -> None:
        """Another process told of its own."""
        owner = ("process", str(envelope["from"]))
        self._foreign[host.document_id, owner[1]] = time.monotonic()
        seq = int(envelope.get("seq", 0))
        for entry in wire_presence.read(bytes(envelope["entries"])):
            if entry.state is not None:
                host.presence.put(owner, entry.client, entry.clock, entry.state, lambda: host.content.seq >= seq)
            elif host.presence.table.owner_of(entry.client) == owner:
                host.presence.remove_client(entry.client)

    def forget_silent_processes(self, now: float, seconds: float) -> None:
        for (document_id, process), heard in list(self._foreign.items()):
            if now - heard > seconds:
                del self._foreign[document_id, process]
                if host := self._hosts.get(document_id):
                    host.presence.remove(("process", process))

    def flush(self) -> None:
        """Send the presence of rooms in which somebody moved, merged, and tell other processes what is of this one."""
        stirring, self._stirring = self._stirring, set()
        for document_id in stirring:
            if host := self._hosts.get(document_id):
                guarded(host, partial(self._flush, host))

    def _flush(self, host: Host) -> None:
        changed = host.presence.flush()
        if changed:
            self._publish(host.document_id, [entry for entry in changed if _is_local(host, entry)])

    def tell(self, host: Host) -> None:
        """Tell the other processes of everybody who is here."""
        self._publish(host.document_id, [entry for entry in host.presence.table.all() if _is_local(host, entry)])

    def tell_all(self) -> None:
        for host in self._hosts.values():
            self.tell(host)

    def _publish(self, document_id: UUID, entries: list[wire_presence.Presence]) -> None:
        if entries:
            self._publish_bytes(document_id, wire_presence.write(entries))


def _is_local(host: Host, entry: wire_presence.Presence) -> bool:
    owner = host.presence.table.owner_of(entry.client)
    return not (isinstance(owner, tuple) and owner[0] == "process")


def _put(host: Host, agent: Agent) -> None:
    host.presence.table.put(("agent", agent.id), agent_client(agent.id), int(time.time()), _state(agent))


def _entry(agent_id: str, state: dict[str, Any] | None) -> wire_presence.Presence:
    return wire_presence.Presence(agent_client(agent_id), int(time.time()), state)


def _state(agent: Agent) -> dict[str, Any]:
    return presence.agent_state(agent.id, agent.name, agent.colour, agent.status)
