"""A host's copy of one CRDT document: the journal applied in order up to `seq`, and what this tick brought."""

from __future__ import annotations

from dataclasses import dataclass, field

from editor.live.journal import Numbered
from editor.room.replica import Replica


@dataclass(slots=True)
class Copy:
    kind: str
    crdt_id: int
    epoch: int
    schema: int
    replica: Replica
    seq: int
    grown: int = 0
    """Bytes of its state when last measured, and of the updates since."""
    tick: list[bytes] = field(default_factory=list)
    _diff: tuple[int, bytes, bytes] | None = None

    def apply(self, rows: list[Numbered], since: int | None) -> bool:
        """Apply the rows above `seq`; False where rows before them are missing.

        Rows that are complete from `since` may begin with a snapshot, which leaps over numbers.
        """
        complete = since is not None and since <= self.seq
        for number, update in rows:
            if number <= self.seq:
                continue
            if number != self.seq + 1 and not complete:
                return False
            self.replica.apply(update)
            self.tick.append(update)
            self.grown += len(update)
            self.seq = number
        return True

    def take_tick(self) -> bytes | None:
        """This tick's updates, merged once for all participants."""
        updates, self.tick = self.tick, []
        if not updates:
            return None
        return updates[0] if len(updates) == 1 else Replica.merge(updates)

    def diff(self, state_vector: bytes) -> bytes:
        """Those who ask for the same, at the same `seq`, share one encoding."""
        if self._diff is None or self._diff[:2] != (self.seq, state_vector):
            self._diff = (self.seq, state_vector, self.replica.diff(state_vector))
        return self._diff[2]
