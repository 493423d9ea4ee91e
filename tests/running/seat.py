"""A seat in a room without a browser: frames over one WebSocket, sent and read when the test says so."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

from editor.room import session
from editor.room.replica import Replica
from editor.wire import presence
from editor.wire.presence import Presence

SYNC, AWARENESS, MESSAGE, SESSION, SAVED = 0, 1, 100, 101, 102
STEP_1, STEP_2, UPDATE = 0, 1, 2

Message = dict[str, Any]


def varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])


def read_varint(frame: bytes, at: int) -> tuple[int, int]:
    number = shift = 0
    while True:
        byte = frame[at]
        number |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return number, at


def read_bytes(frame: bytes, at: int) -> bytes:
    length, at = read_varint(frame, at)
    return frame[at : at + length]


class Seat:
    """One connection. It keeps a replica of the content and one of the session from the frames that it reads."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self.content = Replica()
        self.session = Replica()
        self.messages: list[Message] = []
        self.saved = 0
        self.sent = 0
        """Content frames that count towards `saved`."""
        self.steps: set[int] = set()
        """Of which documents a step 2 has come: SYNC, SESSION."""
        self.close_code: int | None = None
        self.close_reason = ""
        self.present: dict[int, Presence] = {}
        """Everybody's awareness that came, by client id; `state` is None of who has left."""

    def say(self, message: Message) -> None:
        self._socket.send(varint(MESSAGE) + json.dumps(message).encode())

    def command(self, kind: str, **fields: Any) -> str:
        """Send a command and read nothing; its id."""
        command_id = str(uuid.uuid4())
        self.say({"type": kind, "id": command_id, **fields})
        return command_id

    def ask(self, kind: str, **fields: Any) -> Message:
        """Send a command and read until its answer."""
        return self.answer(self.command(kind, **fields))

    def answer(self, command_id: str) -> Message:
        return self.until(lambda message: message.get("id") == command_id)

    def until(self, wanted: Callable[[Message], bool]) -> Message:
        """Read until a message that `wanted` takes, which may have come already; fails when the server closes first."""
        seen = 0
        while True:
            for message in self.messages[seen:]:
                if wanted(message):
                    return message
            seen = len(self.messages)
            assert self.read(), f"closed with {self.close_code} after {self.messages}"

    def send_update(self, update: bytes) -> None:
        self.sent += 1
        self._socket.send(varint(SYNC) + varint(UPDATE) + varint(len(update)) + update)

    def send_step_2(self, update: bytes) -> None:
        self.sent += 1
        self._socket.send(varint(SYNC) + varint(STEP_2) + varint(len(update)) + update)

    def send_presence(self, client: int, clock: int, state: Message | None) -> None:
        raw = json.dumps(state).encode()
        entry = varint(client) + varint(clock) + varint(len(raw)) + raw
        self._socket.send(varint(AWARENESS) + varint(len(entry) + 1) + varint(1) + entry)

    def send_frame(self, frame: bytes) -> None:
        self._socket.send(frame)

    def send_text(self, text: str) -> None:
        self._socket.send(text)

    def read(self, patience: float = 30) -> bool:
        """Take in one frame; False when the server has closed."""
        try:
            frame = self._socket.recv(timeout=patience)
        except ConnectionClosed as closed:
            self.close_code = closed.rcvd.code if closed.rcvd else 1006
            self.close_reason = closed.rcvd.reason if closed.rcvd else ""
            return False
        assert isinstance(frame, bytes), "never a text frame"
        self._take(frame)
        return True

    def read_session(self) -> dict[str, dict[str, dict[str, Any]]]:
        """The session's three sections, their Texts as strings."""
        return {name: session.read_all(self.session, name) for name in ("runs", "suggestions", "confirmations")}

    def until_session(self, wanted: Callable[[dict[str, dict[str, dict[str, Any]]]], bool]) -> None:
        """Read until the session is as `wanted`."""
        while not wanted(self.read_session()):
            assert self.read(), f"closed with {self.close_code}"

    def catch_up(self) -> None:
        """Read until both documents have come, each by its step 2."""
        while self.steps < {SYNC, SESSION}:
            assert self.read(), f"closed with {self.close_code}"

    def until_closed(self) -> int:
        while self.read():
            pass
        assert self.close_code is not None
        return self.close_code

    def _take(self, frame: bytes) -> None:
        kind, at = read_varint(frame, 0)
        match kind:
            case 0:
                self._sync(frame, at, self.content)
            case 1:
                self.present |= {entry.client: entry for entry in presence.read(read_bytes(frame, at))}
            case 100:
                self.messages.append(json.loads(frame[at:]))
            case 101:
                _channel, at = read_varint(frame, at)
                _epoch, at = read_varint(frame, at)
                self._sync(frame, at, self.session)
            case 102:
                self.saved, _ = read_varint(frame, at)

    def _sync(self, frame: bytes, at: int, replica: Replica) -> None:
        step, at = read_varint(frame, at)
        if step != STEP_1:
            replica.apply(read_bytes(frame, at))
            if step == STEP_2:
                self.steps.add(SYNC if replica is self.content else SESSION)
        elif replica is self.content:
            diff = replica.diff(read_bytes(frame, at))
            self.sent += 1
            with suppress(ConnectionClosed):
                self._socket.send(varint(SYNC) + varint(STEP_2) + varint(len(diff)) + diff)

    def ask_for_content(self) -> None:
        vector = self.content.state_vector()
        self._socket.send(varint(SYNC) + varint(STEP_1) + varint(len(vector)) + vector)

    def greet(self) -> Message:
        """Say hello, ask for both documents, and read until welcomed and in step with the content."""
        self.say({"type": "hello", "schema": 1})
        self.ask_for_content()
        welcome = self.until(lambda message: message["type"] == "welcome")
        vector = self.session.state_vector()
        head = varint(SESSION) + varint(0) + varint(int(welcome["session_epoch"]))
        self._socket.send(head + varint(STEP_1) + varint(len(vector)) + vector)
        return welcome


@contextmanager
def seat(
    server: str, document: uuid.UUID | str, *, guest_pass: str = "", cookie: str = "", origin: str = "", query: str = ""
) -> Iterator[Seat]:
    """A connected seat that has not said hello. `server` is the server's http address, `query` begins with "?"."""
    protocols = [Subprotocol("scriptorium"), Subprotocol(f"guest.{guest_pass}")] if guest_pass else None
    with connect(
        f"{server.replace('http', 'ws', 1)}/ws/documents/{document}{query}",
        subprotocols=protocols,
        additional_headers={"Cookie": cookie} if cookie else None,
        origin=Origin(origin or server),
        max_size=None,
        proxy=None,
    ) as socket:
        yield Seat(socket)
