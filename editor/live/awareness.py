"""Who is where in a room: the states that go to everybody, under clocks of the server's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from editor.wire.presence import Presence

State = Mapping[str, Any]
REMEMBERED_CLOCKS = 4096


@dataclass(slots=True)
class Seen:
    """One client as the others see it. `owner` is the connection or process that announced it."""

    owner: object
    theirs: int
    ours: int
    state: State


class AwarenessTable:
    """Clocks only rise, also when a client comes back with a lower one; nobody may speak for another's client id."""

    def __init__(self) -> None:
        self._seen: dict[int, Seen] = {}
        self._clocks: dict[int, int] = {}
        self._changed: dict[int, None] = {}

    def owner_of(self, client: int) -> object | None:
        seen = self._seen.get(client)
        return seen.owner if seen else None

    def person_of(self, client: int) -> str | None:
        """Whose client id it is, as the server has stamped its state."""
        seen = self._seen.get(client)
        return str((seen.state.get("user") or {}).get("id", "")) if seen else None

    def put(self, owner: object, client: int, clock: int, state: State) -> bool:
        """Take a stamped state in; False where the client id is somebody else's or the clock is an old one."""
        seen = self._seen.get(client)
        if seen is not None and (seen.owner != owner or clock < seen.theirs):
            return False
        if seen is not None and clock == seen.theirs and state == seen.state:
            return True
        ours = max(clock, self._clocks.get(client, -1) + 1)
        self._seen[client] = Seen(owner, clock, ours, state)
        self._note(client, ours)
        return True

    def restamp(self, owner: object, user: State) -> None:
        """Put another `user` in the states of that owner."""
        for client, seen in self._seen.items():
            if seen.owner == owner:
                seen.state = {**seen.state, "user": dict(user)}
                seen.ours += 1
                self._note(client, seen.ours)

    def renew(self, owner: object) -> None:
        """Say the owner's states again, so that they do not grow old."""
        for client, seen in self._seen.items():
            if seen.owner == owner:
                seen.ours += 1
                self._note(client, seen.ours)

    def remove(self, owner: object) -> list[int]:
        """Forget all that this owner announced."""
        gone = [client for client, seen in self._seen.items() if seen.owner == owner]
        for client in gone:
            self.remove_client(client)
        return gone

    def remove_client(self, client: int) -> None:
        seen = self._seen.pop(client, None)
        if seen is not None:
            self._note(client, seen.ours + 1)

    def _note(self, client: int, clock: int) -> None:
        self._clocks.pop(client, None)
        self._clocks[client] = clock
        while len(self._clocks) > REMEMBERED_CLOCKS:
            del self._clocks[next(iter(self._clocks))]
        self._changed[client] = None

    def take_changed(self) -> list[Presence]:
        """What changed since the last call; who left has no state."""
        changed, self._changed = self._changed, {}
        return [self._presence(client) for client in changed if client in self._clocks]

    def _presence(self, client: int) -> Presence:
        seen = self._seen.get(client)
        return Presence(client, self._clocks[client], seen.state if seen else None)

    def all(self) -> list[Presence]:
        return [self._presence(client) for client in self._seen]

    def for_owner(self, owner: object, entries: list[Presence]) -> list[Presence] | None:
        """The entries with the owner's own under its own clock (or it would take ours for newer); None if the same."""
        mine = {client: seen for client, seen in self._seen.items() if seen.owner == owner}
        if all(seen.ours == seen.theirs for seen in mine.values()):
            return None
        return [
            Presence(entry.client, mine[entry.client].theirs, entry.state) if entry.client in mine else entry
            for entry in entries
        ]


def agent_client(identifier: UUID | str) -> int:
    """The client id under which an agent shows: the same in every process."""
    return UUID(str(identifier)).int % 2**31
