"""Who is where in a room: the states that go to everybody, under clocks of the server's own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from editor.live.outbox import Frame
from editor.wire import messages, presence
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
    """Clocks only rise, also when a client comes back with a lower one; nobody may speak for another's client id.

    `stir` is called when there is something to take again.
    """

    def __init__(self, stir: Callable[[], None] = lambda: None) -> None:
        self._stir = stir
        self._seen: dict[int, Seen] = {}
        self._clocks: dict[int, int] = {}
        self._changed: dict[int, None] = {}
        self._written: dict[int, bytes] = {}

    def owner_of(self, client: int) -> object | None:
        seen = self._seen.get(client)
        return seen.owner if seen else None

    def person_of(self, client: int) -> str | None:
        """Whose client id it is, as the server has stamped its state."""
        seen = self._seen.get(client)
        return str((seen.state.get("user") or {}).get("id", "")) if seen else None

    def cursor_of(self, client: int) -> object | None:
        """Where it is shown to be."""
        seen = self._seen.get(client)
        return seen.state.get("cursor") if seen else None

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

    def remembers(self, client: int) -> bool:
        """Whether it was here before, or is."""
        return client in self._clocks

    def raise_clocks(self) -> None:
        """Who is shown everybody from now on finds each entry newer than what they were shown before."""
        for client, seen in self._seen.items():
            seen.ours += 1
            self._clocks[client] = seen.ours

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
        self._written.pop(client, None)
        while len(self._clocks) > REMEMBERED_CLOCKS:
            del self._clocks[next(iter(self._clocks))]
        if not self._changed:
            self._stir()
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

    def piece(self, entry: Presence) -> bytes:
        """A current entry as frames carry it; its state is written once."""
        return presence.piece(entry.client, entry.clock, self._state(entry.client))

    def own_piece(self, owner: object, client: int) -> bytes | None:
        """The owner's own entry under its own clock, or it would take ours for newer; None where they are the same."""
        seen = self._seen.get(client)
        if seen is None or seen.owner != owner or seen.ours == seen.theirs:
            return None
        return presence.piece(client, seen.theirs, self._state(client))

    def _state(self, client: int) -> bytes:
        seen = self._seen.get(client)
        if seen is None:
            return presence.write_state(None)
        if client not in self._written:
            self._written[client] = presence.write_state(seen.state)
        return self._written[client]


class Shown:
    """Entries of a room's presence as one frame for all; whoever announced one of them gets it under its own clock."""

    def __init__(self, table: AwarenessTable, entries: list[Presence]) -> None:
        self._table = table
        self._pieces = {entry.client: table.piece(entry) for entry in entries}
        self.frame = self._frame(self._pieces)

    def to(self, owner: object, client: int | None) -> Frame:
        own = self._table.own_piece(owner, client) if client is not None and client in self._pieces else None
        return self.frame if own is None or client is None else self._frame({**self._pieces, client: own})

    @staticmethod
    def _frame(pieces: Mapping[int, bytes]) -> Frame:
        return Frame.of(messages.encode_awareness(presence.joined(list(pieces.values()))))


def agent_client(identifier: UUID | str) -> int:
    """The client id under which an agent shows: the same in every process."""
    return UUID(str(identifier)).int % 2**31
