"""One participant's connection to a room, as the host sees it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from uuid import UUID

from editor.live.daphne_flow import Flow
from editor.live.outbox import Frame, Outbox
from editor.live.pace import Pace
from editor.room.participant import ABILITIES, Ability, Participant, Role
from editor.wire import messages
from editor.wire.close_codes import CloseCode

MOST_GAPS = 20
DOWNGRADE_SECONDS = 10.0
"""So long after losing the right to write, what was under way before the page heard of it closes no socket."""


class SeatRow(Enum):
    """What the row of a connection's seat says of it."""

    WRITTEN = "written"
    ON_ITS_WAY = "on its way"
    CHANGED_AGAIN = "changed again"


class Connection:
    """Counts the content frames that came in and those that are committed."""

    def __init__(self, participant: Participant, flow: Flow, now: float, schema: int | None = None) -> None:
        self.participant = participant
        self.schema = schema
        """The number of the schema that its page knows, None of a client that names none."""
        self.outbox = Outbox(flow, lambda outbox: self.on_drained(self))
        self.greeted = False
        self.attention = messages.Attention.VISIBLE
        self.heard = now
        self.client: int | None = None
        self.closed = False
        self.received = 0
        self.committed = 0
        self.told_saved = 0
        self.gaps = 0
        self.missed = False
        self._queued = 0
        self._settled = 0
        self._filled = 0
        self.pace = Pace()
        self.seat = SeatRow.WRITTEN
        self.refused = False
        """The journal has refused what this connection wrote: its replica holds what the room will not."""
        self._downgraded: float | None = None
        self._gap = False

    @property
    def id(self) -> UUID:
        return self.participant.connection

    def may(self, ability: Ability) -> bool:
        return self.participant.may(ability)

    @staticmethod
    def on_drained(connection: Connection) -> None:
        """Set by the host: the socket was full and is empty again."""

    # Which of its frames are saved

    def found_gap(self) -> bool:
        """The frame just received cannot be applied yet; False when too many have come without what they lack."""
        self._gap = True
        self.gaps += 1
        return self.gaps <= MOST_GAPS

    def miss(self) -> None:
        """The frame just received was not taken; the server asks for it again when it takes frames."""
        self.missed = self._gap = True

    def place(self, fills_gap: bool) -> FramePlace:
        """The place of the frame just received, which is on its way into the journal."""
        self._queued += 1
        if fills_gap:
            self._filled = self._queued if self._gap else self._filled
            self._gap = False
            self.gaps = 0
        return FramePlace(self, None if self._gap else self.received)

    def count_settled(self) -> None:
        """The next frame that had a place went out to everybody, or was refused."""
        self._settled += 1

    def text_before_now(self) -> int | None:
        """The text that it sent until now, for `has_settled`; None where nobody waits for any of it."""
        if self.refused or not self.may(Ability.WRITE):
            return None
        return self._queued if self._gap or self._queued > self._settled else None

    def has_settled(self, text: int) -> bool:
        """Whether everybody has that text, or nobody will."""
        return self.refused or (not self._gap and self._settled >= max(text, self._filled))

    def take_saved(self) -> int | None:
        """The number to tell, where it has grown."""
        if self.committed == self.told_saved:
            return None
        self.told_saved = self.committed
        return self.committed

    # What goes down

    def tell(self, message: messages.ServerMessage) -> None:
        """Send one of our messages; a stock client, which has not said hello, gets none."""
        if self.greeted:
            self.outbox.message(Frame(message))

    def close(self, code: CloseCode) -> None:
        if not self.closed:
            self.closed = True
            self.outbox.close(code)

    def has_just_lost_the_right(self, now: float) -> bool:
        """Whether it may not know yet that it cannot write; a stock client is not told."""
        return self.greeted and self._downgraded is not None and now - self._downgraded < DOWNGRADE_SECONDS

    def change_role(self, role: Role, generation: int, now: float) -> None:
        self._downgraded = None if Ability.WRITE in ABILITIES[role] else now
        self.participant = replace(self.participant, role=role, generation=generation)
        self.tell(messages.AccessChanged(role.value))

    def change_looks(self, name: str, colour: str) -> None:
        self.participant = replace(self.participant, name=name, colour=colour)


@dataclass(frozen=True, slots=True)
class FramePlace:
    """`n` is None for a frame behind a gap: it does not count until the gap is filled."""

    connection: Connection
    n: int | None

    def settle(self, refused: CloseCode | None) -> None:
        if refused is not None:
            self.connection.close(refused)
        elif self.n is not None:
            self.connection.committed = max(self.connection.committed, self.n)
