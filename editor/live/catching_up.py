"""Gives a participant what its replicas lack: at once, or in one diff when its socket, which is full, has drained."""

from __future__ import annotations

from collections.abc import Iterable

from editor.live.connection import Connection
from editor.live.copy import Copy
from editor.live.outbox import Frame
from editor.room.errors import BadFrame, MalformedUpdate
from editor.wire import messages
from editor.wire.close_codes import CloseCode
from editor.wire.known import decode_state_vector
from editor.wire.varint import MalformedFrame


def clocks(state_vector: bytes) -> dict[int, int]:
    """A state vector that a participant sent; raises BadFrame."""
    try:
        return decode_state_vector(state_vector)
    except MalformedFrame as error:
        raise BadFrame(CloseCode.MALFORMED, str(error)) from error


class CatchingUp:
    """One room's answers to step 1, and what follows for those who could not be answered."""

    def __init__(self, content: Copy, session: Copy) -> None:
        self._content = content
        self._session = session

    def answer(self, connection: Connection, state_vector: bytes) -> None:
        """Send what of the content is not in a state vector that `clocks` has read; raises BadFrame."""
        self._answer(connection, self._content, state_vector)

    def answer_session(self, connection: Connection, channel: int, epoch: int, state_vector: bytes) -> None:
        """Send what of the session is not in it; raises BadFrame."""
        if channel != 0:
            raise BadFrame(CloseCode.MALFORMED, "there is no such session document")
        if epoch != self._session.epoch:
            raise BadFrame(CloseCode.EPOCH_OR_SCHEMA, "the session document has another epoch")
        clocks(state_vector)
        self._answer(connection, self._session, state_vector)

    def _answer(self, connection: Connection, copy: Copy, state_vector: bytes) -> None:
        if not connection.outbox.may_answer(copy.kind, state_vector):
            return
        try:
            diff = copy.diff(state_vector)
        except MalformedUpdate as error:
            raise BadFrame(CloseCode.MALFORMED, str(error)) from error
        connection.pace.weigh(len(diff), connection.heard)
        connection.outbox.now(self._step_2(copy, diff))

    def ask(self, connection: Connection) -> None:
        """Ask for what the room lacks: once, where the socket is full."""
        if connection.outbox.may_answer("gap", b""):
            connection.outbox.now(self.question())

    def question(self) -> Frame:
        """What the room has of the content, which asks for the rest."""
        return Frame(messages.SyncStep1(self._content.replica.state_vector()))

    @staticmethod
    def leave_behind(copy: Copy, connections: Iterable[Connection]) -> None:
        """Before rows are applied: note where those stand whose socket is full."""
        full = [
            connection
            for connection in connections
            if not connection.outbox.writable and copy.kind not in connection.outbox.behind
        ]
        if full:
            vector = copy.replica.state_vector()
            for connection in full:
                connection.outbox.mark_behind(copy.kind, vector)

    def drained(self, connection: Connection) -> None:
        """Send what it missed, then what it asked for while its socket was full, as it asked last."""
        outbox = connection.outbox
        behind, outbox.behind = outbox.behind, {}
        if (vector := behind.get("content")) is not None:
            outbox.now(Frame(messages.SyncUpdate(self._content.replica.diff(vector))))
        if (vector := behind.get("session")) is not None and connection.greeted:
            diff = self._session.replica.diff(vector)
            outbox.now(Frame(messages.SessionUpdate(0, self._session.epoch, diff)))
        asked, outbox.asked = outbox.asked, {}
        for kind, vector in asked.items():
            match kind:
                case "content":
                    outbox.now(self._step_2(self._content, self._content.diff(vector)))
                case "session":
                    outbox.now(self._step_2(self._session, self._session.diff(vector)))
                case _:
                    outbox.now(self.question())

    def _step_2(self, copy: Copy, diff: bytes) -> Frame:
        if copy is self._content:
            return Frame(messages.SyncStep2(diff))
        return Frame(messages.SessionStep2(0, copy.epoch, diff))
