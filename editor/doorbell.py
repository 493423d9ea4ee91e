"""How a change of rows outside the journal (a grant, a title) reaches the hosts of open rooms.

`editor.live` listens; where nothing listens the rows still hold, since every message is checked against them.
"""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.db import transaction

Listener = Callable[[UUID], None]
_listeners: list[Listener] = []


def listen(listener: Listener) -> Callable[[], None]:
    """Have `listener` called with the document's id, in the thread that committed; gives what ends that."""
    _listeners.append(listener)
    return lambda: _listeners.remove(listener)


def room_changed(document_id: UUID) -> None:
    """Say, once the transaction has committed, that a document's grants or title are to be read again."""

    def ring() -> None:
        for listener in list(_listeners):
            listener(document_id)

    transaction.on_commit(ring)
