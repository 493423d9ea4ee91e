"""Which content a client's update may bring: what the schema has, and marks of suggestions that there are."""

from __future__ import annotations

from editor.live.copy import Copy
from editor.live.intake import Check
from editor.room import schema
from editor.room.session import read


class KnownSuggestions:
    """The ids that a mark may carry: those of the session, decided ones too, since undo re-creates them."""

    def __init__(self, session: Copy) -> None:
        self._session = session

    def __contains__(self, suggestion: object) -> bool:
        return isinstance(suggestion, str) and read(self._session.replica, "suggestions", suggestion) is not None


def check_for(session: Copy) -> Check:
    """Why an update's content is refused, in words, or None."""
    known = KnownSuggestions(session)
    return lambda update, places: schema.check(update, places, known)
