"""How many sockets are open: in this process, of each person, in each room. Each number has a limit.

What is here is counted here. Sockets of other processes are counted by the rows of their seats, which say a moment
later who came and went.
"""

from __future__ import annotations

from collections import Counter
from uuid import UUID

from django.conf import settings

from editor.live.admission import Admitted, NotAdmitted
from editor.wire.close_codes import CloseCode


class Sockets:
    """A socket counts until it is gone, also while it is closing: that is how long it takes memory."""

    def __init__(self) -> None:
        self.open = 0
        self.of_person: Counter[UUID] = Counter()
        self.in_room: Counter[UUID] = Counter()

    def enter(self) -> None:
        """One more is open here, wanted or not."""
        self.open += 1

    def leave(self) -> None:
        self.open -= 1

    def room_for_one(self) -> None:
        """Raises NotAdmitted where the process has more than it takes, before anything is read for it."""
        if _over(self.open, settings.LIMIT_SOCKETS):
            raise NotAdmitted(CloseCode.OVERLOAD)

    def sit(self, admitted: Admitted, document: UUID) -> None:
        """It is this person's, in this room; raises NotAdmitted, and has then counted nothing.

        Seats elsewhere may be those of a process that was killed, until they run out: who has too many with them alone
        comes again, and is not sent away for good.
        """
        person, elsewhere = admitted.participant.user, admitted.elsewhere
        if _over(self.of_person[person] + 1, settings.LIMIT_SOCKETS_A_PERSON):
            raise NotAdmitted(CloseCode.TOO_FAST)
        if _over(self.of_person[person] + elsewhere.of_person + 1, settings.LIMIT_SOCKETS_A_PERSON):
            raise NotAdmitted(CloseCode.OVERLOAD)
        if _over(self.in_room[document] + elsewhere.in_room + 1, settings.LIMIT_SOCKETS_A_ROOM):
            raise NotAdmitted(CloseCode.OVERLOAD)
        self.of_person[person] += 1
        self.in_room[document] += 1

    def stand_up(self, person: UUID, document: UUID) -> None:
        for counted, key in ((self.of_person, person), (self.in_room, document)):
            counted[key] -= 1
            if not counted[key]:
                del counted[key]


def _over(number: int, limit: int | None) -> bool:
    return limit is not None and number > limit
