"""What a client's update may bring into a room."""

from __future__ import annotations

from editor.live.content import check_for
from editor.live.copy import Copy
from editor.room import anchor, blocks, markdown, session
from editor.room.replica import Replica
from editor.room.schema import VOCABULARY
from editor.wire.places import Places
from editor.wire.update import decode_update

ID = "00000000-0000-4000-8000-000000000001"


def test_a_suggestion_mark_is_taken_only_where_the_room_knows_the_suggestion() -> None:
    mirror = Copy("session", 1, 1, 1, Replica(), 0)
    check = check_for(mirror)

    def refused(state: bytes) -> str | None:
        read = decode_update(state)
        return check(read, Places(VOCABULARY).add(read))

    text = Replica()
    markdown.write(text, markdown.parse("words"))
    assert refused(text.state()) is None
    anchor.put_mark(anchor.whole(blocks.blocks(text)[0]), ID)
    assert refused(text.state()) == "a mark of a suggestion that does not exist"
    session.put(mirror.replica, "suggestions", ID, {"status": "accepted"})
    assert refused(text.state()) is None
