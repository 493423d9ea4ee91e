"""A caret waits for the text before it: nobody is shown a place in text that they do not have."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from editor.live.registry import Registry
from editor.wire import presence
from editor.wire.presence import Presence
from tests.live.desk import Socket, eventually, furnish, in_thread
from tests.live.gate import Gate
from tests.live.people import reads, types

pytestmark = pytest.mark.django_db(transaction=True)
BEFORE, AFTER = {"anchor": "before", "head": "before"}, {"anchor": "after", "head": "after"}
TYPIST, OTHER = 7, 8


@pytest.fixture
async def pair(registry: Registry) -> AsyncIterator[tuple[Socket, Socket]]:
    """Two tabs of one writer."""
    document, writer, _ = await in_thread(furnish)
    sockets = Socket(registry, document.pk, writer), Socket(registry, document.pk, writer)
    for socket in sockets:
        await socket.joined()
        await eventually(lambda socket=socket: socket.saved == 1)  # type: ignore[misc]
    yield sockets
    for socket in sockets:
        await socket.leave()


def cursor(seat: Socket, client: int = TYPIST) -> Any:
    entry = seat.present.get(client)
    return (entry.state or {}).get("cursor") if entry else None


async def others_have_gone_round(typist: Socket, reader: Socket) -> None:
    """What could have been shown was, by the time that the other's caret has gone there and back twice."""
    for turn in range(2):
        clock = reader.present[OTHER].clock + 1 if OTHER in reader.present else 1
        reader.send_presence(OTHER, clock, {"cursor": {"anchor": turn, "head": turn}})
        await eventually(lambda turn=turn: cursor(typist, OTHER) == {"anchor": turn, "head": turn})  # type: ignore[misc]


async def test_a_caret_waits_for_the_commit_of_the_text_before_it_and_others_go_on(
    pair: tuple[Socket, Socket], gate: Gate
) -> None:
    typist, reader = pair
    typist.send_presence(TYPIST, 1, {"cursor": BEFORE})
    await eventually(lambda: cursor(reader) == BEFORE)
    gate.shut()
    types(typist, "words")
    typist.send_presence(TYPIST, 2, {"cursor": AFTER})
    await asyncio.to_thread(gate.held.wait, 60)
    await others_have_gone_round(typist, reader)
    assert cursor(reader) == BEFORE
    shown = len(reader.down)
    gate.open()
    await eventually(lambda: cursor(reader) == AFTER)
    came = [frame[0] for frame in reader.down[shown:] if frame[:2] == b"\0\2" or frame[0] == 1]
    assert came[0] == 0, "the text first"
    assert "words" in reads(reader)


async def test_who_has_unsaved_text_stays_present_without_their_new_caret(
    pair: tuple[Socket, Socket], gate: Gate
) -> None:
    typist, reader = pair
    gate.shut()
    types(typist, "words")
    typist.send_presence(TYPIST, 1, {"cursor": AFTER})
    await eventually(lambda: TYPIST in reader.present)
    first = reader.present[TYPIST]
    assert first.state
    assert first.state["user"]["name"]
    assert "cursor" not in first.state
    typist.send_presence(TYPIST, 2, {"cursor": AFTER})
    await eventually(lambda: reader.present[TYPIST].clock > first.clock)
    assert cursor(reader) is None, "a browser forgets whom it has not heard of for 30 s: this was a renewal"
    gate.open()
    await eventually(lambda: cursor(reader) == AFTER)


async def test_a_caret_in_text_that_lacks_earlier_text_waits_until_that_has_come(
    pair: tuple[Socket, Socket], gate: Gate
) -> None:
    typist, reader = pair
    updates = []
    for word in ("one", "two"):
        with typist.content.edit():
            typist.content.root().insert_element(0, "paragraph", {}).insert_text(0).insert(0, word, {})
        updates.append(typist.content.take_edits() or b"")
    gate.shut()
    typist.send_update(updates[1])
    typist.send_presence(TYPIST, 1, {"cursor": AFTER})
    await asyncio.to_thread(gate.held.wait, 60)
    await others_have_gone_round(typist, reader)
    assert cursor(reader) is None, "what the typist answers, when asked for what is lacking, is on its way"
    gate.open()
    await eventually(lambda: cursor(reader) == AFTER)
    assert reads(reader) == "two\none"


async def test_a_caret_from_another_process_waits_for_the_text_that_was_shown_there(
    registry: Registry, pair: tuple[Socket, Socket]
) -> None:
    typist, reader = pair
    (host,) = registry.hosts.values()
    entries = presence.write([Presence(99, 1, {"user": {"name": "Far"}, "cursor": AFTER})])
    envelope = {"from": "another", "entries": entries, "seq": host.content.seq + 1}
    registry.presences.heard(host, envelope)
    await eventually(lambda: 99 in reader.present)
    await others_have_gone_round(typist, reader)
    assert cursor(reader, 99) is None
    types(typist, "words")
    await eventually(lambda: cursor(reader, 99) == AFTER)
