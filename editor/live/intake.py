"""What the room knows of a CRDT document besides its replica, and what a new update may therefore do."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum

from editor.room.errors import BadFrame, MalformedUpdate
from editor.room.replica import Replica
from editor.wire.close_codes import CloseCode
from editor.wire.known import DeletedRanges, SurrogatePairs, decode_state_vector, encode_state_vector, has_gap
from editor.wire.update import DeleteRange, Id, Kind, Update, decode_update
from editor.wire.varint import MalformedFrame

SMALL = 400
Check = Callable[[Update], str | None]
"""Why an update's content is refused, in a sentence, or None."""


class Verdict(Enum):
    """What becomes of an update that brings nothing to write."""

    GAP = "gap"
    KNOWN = "known"


class Intake:
    """`known` counts what is queued as well as what is committed."""

    def __init__(self, replica: Replica, check: Check, max_structs: int) -> None:
        vector = replica.state_vector()
        self.known = decode_state_vector(vector)
        self._deleted = DeletedRanges(decode_update(replica.diff(vector)).deletes)
        self._pairs = SurrogatePairs()
        self._pairs.add_state(replica.state())
        self._check = check
        self._max_structs = max_structs
        self._replica = replica
        self._asked_replica = False
        self._last_known = b""
        self._types: set[Id] | None = None
        self._queued_types: set[Id] = set()

    def begin_again(self, replica: Replica) -> Intake:
        return Intake(replica, self._check, self._max_structs)

    def take(self, update: bytes, *, is_step_2: bool = False) -> bytes | Verdict:
        """The part to be journalled, which is then known, or why there is none. Raises BadFrame."""
        if update == self._last_known:  # those who come back together answer step 1 with the same
            return Verdict.KNOWN
        try:
            read = decode_update(update, max_structs=self._max_structs)
            if has_gap(read, self.known):
                return Verdict.GAP
            cut = self._cut(update, read)
            if cut is not update:
                read = decode_update(cut, max_structs=self._max_structs)
        except MalformedFrame as error:
            raise BadFrame(error.close_code, str(error)) from error
        except MalformedUpdate as error:
            raise BadFrame(CloseCode.MALFORMED, str(error)) from error
        if not read.structs and self._is_deleted(read, is_step_2):
            self._last_known = update
            return Verdict.KNOWN
        if not self._parents_are_types(read):
            raise BadFrame(CloseCode.MALFORMED, "something within what holds nothing")
        if self._pairs.split_by(read):
            raise BadFrame(CloseCode.MALFORMED, "an edit divides a character")
        if refused := self._check(read):
            raise BadFrame(CloseCode.MALFORMED, refused)
        self.learn(read)
        return cut

    def _is_deleted(self, read: Update, is_step_2: bool) -> bool:
        """The replica deletes more than updates say, and a step 2 names all of that: then it is asked too.

        Not for every deletion that somebody types: a long document's delete set takes milliseconds to read.
        """
        if self._deleted.covers(read.deletes):
            return True
        if self._asked_replica or not is_step_2:
            return False
        self._asked_replica = True
        self._deleted.add(decode_update(self._replica.diff(self._replica.state_vector())).deletes)
        return self._deleted.covers(read.deletes)

    def _parents_are_types(self, read: Update) -> bool:
        """Whether each parent is a node or its text, or was deleted: a replica that met another would be of no use.

        A key typed has a neighbour and names no parent, so that a long document is read for this once and seldom.
        """
        wanted = {struct.parent for struct in read.structs if isinstance(struct.parent, tuple)} - _types_of(read)
        if not wanted:
            return True
        if self._types is None:
            self._types = _types_of(decode_update(self._replica.state(), max_structs=None)) | self._queued_types
        for client, clock in wanted - self._types:
            if not self._is_deleted(Update((), (DeleteRange(client, clock, 1),)), True):
                return False
        return True

    def _cut(self, update: bytes, read: Update) -> bytes:
        """Without what is known already; a small update that overlaps nothing is itself."""
        first = read.first_clocks()
        if len(update) <= SMALL:
            if all(self.known.get(client, 0) == clock for client, clock in first.items()):
                return update
        elif not read.structs:
            return update
        vector = encode_state_vector({client: self.known[client] for client in first if client in self.known})
        return Replica.cut(update, vector)

    def learn(self, read: Update) -> None:
        if types := _types_of(read):
            (self._queued_types if self._types is None else self._types).update(types)
        for client, clock in read.end_clocks().items():
            if clock > self.known.get(client, 0):
                self.known[client] = clock
        self._deleted.add_update(read)
        self._pairs.add(read)

    def applied(self) -> None:
        """The replica has changed: it may hold deletions that no update says."""
        self._asked_replica = False

    def learn_bytes(self, update: bytes) -> None:
        """Take note of an update that came from the journal."""
        self.learn(decode_update(update, max_structs=None))

    def brings_structs(self, update: bytes) -> bool:
        """Whether an update is more than deletions; raises BadFrame where it is none."""
        try:
            return bool(decode_update(update, max_structs=self._max_structs).structs)
        except MalformedFrame as error:
            raise BadFrame(error.close_code, str(error)) from error


def _types_of(read: Update) -> set[Id]:
    return {(struct.client, struct.clock) for struct in read.structs if struct.kind is Kind.TYPE}
