"""A crowd that types, joins, leaves and loses its network while the copilot streams: all the same, all there, flat."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from editor.room.session import read_all
from tests.live.conftest import House, house_in
from tests.live.crowd import Asker, crowd
from tests.live.test_order import state_of
from tests.running.visitor import Visitor
from tests.sizes import share

SEED = int(os.environ.get("CROWD_SEED", "20261123"))
MEGABYTE = 2**20
PAUSE = 30
"""Milliseconds between two things that somebody in the crowd does."""
GROWTH = 24 * MEGABYTE
"""What the server may grow by while the crowd goes on as before, beyond what the documents themselves grow."""
IN_MEMORY = 40
"""Bytes of memory for each byte of a document's state: two replicas, each character run an item with its links."""


@pytest.fixture
def own_house(tmp_path: Path) -> Iterator[House]:
    with house_in(tmp_path, COPILOT_DEMO_WORDS_A_SECOND="10") as house:
        yield house


def test_a_crowd_that_comes_and_goes_beside_the_copilot_ends_alike_and_the_server_stays_as_it_was(
    own_house: House,
) -> None:
    house = own_house
    document = house.owner.new_document()
    link = house.owner.link(document, "editor")
    print(f"CROWD_SEED={SEED}")  # noqa: T201
    passes = [Visitor(house.server.url).guest(link)["pass"] for _ in range(share("people", test=20, soak=200))]
    seconds = share("seconds of a crowd", test=20, soak=1800)

    def size() -> int:
        return sum(len(house.journal(document, kind).state()) for kind in ("content", "session"))

    with crowd(house, document, passes, SEED, PAUSE) as people, Asker(house, document) as asker:
        people.act(seconds / 3)
        before, small = house.server.resident(), size()
        people.act(seconds * 2 / 3)
        grown, larger = house.server.resident() - before, size() - small
        asker.stop()
        end = people.act(0)
    stored = house.journal(document)
    assert state_of(stored.state()) == state_of(bytes.fromhex(end["state"]))
    paragraphs = house.text(document).split("\n")
    theirs = sorted(words for words in paragraphs if words.startswith("p"))
    wrote = {name: " ".join(map(str, range(count))) for name, count in end["typed"].items() if count}
    assert theirs == sorted(f"{name}: {numbers}" for name, numbers in wrote.items())
    session = house.journal(document, "session")
    assert asker.session == {name: read_all(session, name) for name in asker.session}
    told = f"{end['edits']} edits, {end['lost']} networks lost, {end['left']} left, {len(asker.decided)} decided"
    print(f"{told}; grown by {grown / MEGABYTE:.1f} MB, the documents by {larger / 1024:.0f} KB")  # noqa: T201
    assert grown < GROWTH + IN_MEMORY * larger
