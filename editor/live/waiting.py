"""What of one room waits to be committed: at most so many bytes, and not for ever. Then the room is read-only."""

from __future__ import annotations

from collections.abc import Callable

from editor.wire.messages import Notice

MOST_BYTES = 16 * 2**20
ENTRY_BYTES = 1024
"""What an update takes that waits, besides its own bytes."""
LONGEST_HEARTBEATS = 3
NOT_SAVED = Notice("not_saved", "Changes are not being saved at the moment. They are kept here and tried again.")
READ_ONLY = Notice(
    "read_only",
    "Changes cannot be saved at the moment, so that this document can only be read."
    " Keep this page open: what you have typed is kept here and saved as soon as that works again.",
)
SAVED_AGAIN = Notice("saved_again", "Changes are being saved again.")


class Waiting:
    """`notice` is what a newcomer is to be told. What was taken is never dropped; what comes while `shut` is not taken.

    `reopen` is called when everything that waited is committed after the room was shut.
    """

    def __init__(self, say: Callable[[Notice], None], reopen: Callable[[], None]) -> None:
        self._say = say
        self._reopen = reopen
        self._away = False
        self.entries = 0
        self.bytes = 0
        self.shut = False

    @property
    def notice(self) -> Notice | None:
        if self.shut:
            return READ_ONLY
        return NOT_SAVED if self._away else None

    def add(self, size: int) -> None:
        self.entries += 1
        self.bytes += size

    def settled(self, size: int) -> None:
        self.entries -= 1
        self.bytes -= size
        self._open_if_settled()

    def takes(self, size: int) -> bool:
        """Whether there is room for an update of so many bytes; one that finds none shuts the room."""
        if self.bytes + self.entries * ENTRY_BYTES + size > MOST_BYTES:
            self.shut_now()
        return not self.shut

    def shut_now(self) -> None:
        if not self.shut:
            self.shut = True
            self._say(READ_ONLY)

    def database_away(self, away: bool) -> None:
        self._away = away
        if away:
            self._say(NOT_SAVED)
        elif not self.shut:
            self._say(SAVED_AGAIN)
        self._open_if_settled()

    def _open_if_settled(self) -> None:
        if self.shut and not self._away and not self.entries:
            self.shut = False
            self._say(SAVED_AGAIN)
            self._reopen()
