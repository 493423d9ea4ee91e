"""What the room knows of a CRDT document besides its replica, and what a new update may therefore do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum

from editor.room.errors import BadFrame, MalformedUpdate
from editor.room.replica import Replica
from editor.wire.close_codes import CloseCode
from editor.wire.known import DeletedRanges, decode_state_vector, encode_state_vector, has_gap
from editor.wire.places import Place, Within
from editor.wire.survey import Survey
from editor.wire.update import DeleteRange, Update, decode_update
from editor.wire.varint import MalformedFrame

Check = Callable[[Update, Sequence[Place]], str | None]
"""Why an update's content is refused where it is to stand, in a sentence, or None."""


_ORPHAN = Within.ORPHAN


class Verdict(Enum):
    """What becomes of an update that brings nothing to write."""

    GAP = "gap"
    KNOWN = "known"


class Intake:
    """Begins with a survey of the replica's state. `known` counts what is queued as well as what is committed."""

    def __init__(self, replica: Replica, survey: Survey, check: Check, max_structs: int) -> None:
        self._places = survey.places
        self._deleted = survey.deleted
        self._pairs = survey.pairs
        self._check = check
        self._max_structs = max_structs
        self._replica = replica
        self._asked_replica = False
        self._last_known = b""

    @property
    def known(self) -> dict[int, int]:
        return self._places.ends

    def begin_again(self) -> None:
        """Know no more than the replica: something that was queued is not in the journal."""
        vector = self._replica.state_vector()
        ends = decode_state_vector(vector)
        self._places.forget_after({client: ends.get(client, 0) for client in self.known})
        self._pairs.forget_after(ends)
        self._deleted = DeletedRanges(decode_update(self._replica.diff(vector)).deletes)
        self._asked_replica = False
        self._last_known = b""

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
        places = self._places.add(read)
        if refused := self._problem(read, places):
            self._places.forget_after(read.first_clocks())
            raise BadFrame(CloseCode.MALFORMED, refused)
        self._learn_rest(read)
        return cut

    def _problem(self, read: Update, places: Sequence[Place]) -> str | None:
        if not self._orphans_died(read, places):
            return "something within what holds nothing"
        if self._pairs.split_by(read):
            return "an edit divides a character"
        return self._check(read, places)

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

    def _orphans_died(self, read: Update, places: Sequence[Place]) -> bool:
        """Whether each parent that is no type was deleted: a replica that met another would be of no use."""
        for struct, place in zip(read.structs, places, strict=True):
            if place.within is _ORPHAN and isinstance(struct.parent, tuple):
                parent = DeleteRange(*struct.parent, 1)
                if not self._is_deleted(Update((), (parent,)), True):
                    return False
        return True

    def _cut(self, update: bytes, read: Update) -> bytes:
        """Without what is known already; an update that overlaps nothing is itself, whole, whatever its size."""
        first, known = read.first_clocks(), self.known
        for client, clock in first.items():
            if known.get(client, 0) != clock:
                vector = encode_state_vector({client: known[client] for client in first if client in known})
                return Replica.cut(update, vector)
        return update

    def _learn_rest(self, read: Update) -> None:
        self._deleted.add_update(read)
        self._pairs.add(read)

    def applied(self) -> None:
        """The replica has changed: it may hold deletions that no update says."""
        self._asked_replica = False

    def learn_bytes(self, update: bytes) -> None:
        """Take note of an update that came from the journal."""
        read = decode_update(update, max_structs=None)
        self._places.add(read)
        self._learn_rest(read)

    def brings_structs(self, update: bytes) -> bool:
        """Whether an update is more than deletions; raises BadFrame where it is none."""
        try:
            return bool(decode_update(update, max_structs=self._max_structs).structs)
        except MalformedFrame as error:
            raise BadFrame(error.close_code, str(error)) from error
