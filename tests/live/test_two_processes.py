"""Two servers on PostgreSQL and Redis are one room."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.live.pairs import Pair, two_servers
from tests.live.people import types, wait_for_saved, wait_for_text
from tests.running.seat import Seat, seat
from tests.running.visitor import Visitor


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    with two_servers(tmp_path_factory.mktemp("pair")) as pair:
        yield pair


def greeted(*seats: Seat) -> None:
    for one in seats:
        one.greet()


def test_what_is_typed_in_one_process_is_read_in_the_other(pair: Pair) -> None:
    guest = Visitor(pair.one.server.url).guest(pair.one.owner.link(pair.document, "editor"))
    with (
        seat(pair.one.server.url, pair.document, cookie=pair.one.owner.cookie) as here,
        seat(pair.other.url, pair.document, guest_pass=str(guest["pass"])) as there,
    ):
        greeted(here, there)
        types(here, "from here")
        wait_for_text(there, "from here")
        types(there, "from there")
        wait_for_text(here, "from there")
        wait_for_saved(here, 2)
    assert {"from here", "from there"} <= set(pair.one.text(pair.document).split("\n"))


def test_a_title_crosses_over(pair: Pair) -> None:
    guest = Visitor(pair.one.server.url).guest(pair.one.owner.link(pair.document, "editor"))
    with (
        seat(pair.one.server.url, pair.document, cookie=pair.one.owner.cookie) as here,
        seat(pair.other.url, pair.document, guest_pass=str(guest["pass"])) as there,
    ):
        greeted(here, there)
        here.ask("rename_document", title="Crossed over")
        assert there.until(lambda message: message["type"] == "title")["title"] == "Crossed over"


def test_the_copilot_s_answer_is_read_in_the_other_process(pair: Pair) -> None:
    guest = Visitor(pair.one.server.url).guest(pair.one.owner.link(pair.document, "editor"))
    with (
        seat(pair.one.server.url, pair.document, cookie=pair.one.owner.cookie) as here,
        seat(pair.other.url, pair.document, guest_pass=str(guest["pass"])) as there,
    ):
        greeted(here, there)
        run = str(here.ask("ask", text="What is this about?")["run"])
        while (there.session.section("runs").read(run) or {}).get("state") != "completed":
            assert there.read()
        assert there.session.section("runs").read(run)["answer"]  # type: ignore[index]
