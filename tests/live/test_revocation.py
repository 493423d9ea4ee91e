"""A right that ends: nothing of the person's is written after the commit that ends it, in any process."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

import psycopg
import pytest

from tests.live.pairs import Pair, two_servers
from tests.live.people import reads, types, wait_for_saved, wait_for_text
from tests.running.seat import Seat, seat
from tests.running.visitor import Visitor
from tests.sizes import share

ENDINGS = {
    "the role is withdrawn": "UPDATE editor_grant SET role = '', generation = generation + 1 WHERE user_id = %(who)s",
    "the role may only read": "UPDATE editor_grant SET role = 'viewer', generation = generation + 1"
    " WHERE user_id = %(who)s",
    "the person is switched off": "UPDATE editor_user SET is_active = false WHERE id = %(who)s;"
    " UPDATE editor_grant SET generation = generation + 1 WHERE user_id = %(who)s",
}
WRITTEN = "SELECT count(*) FROM editor_journalrow WHERE author_id = %s"


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    with two_servers(tmp_path_factory.mktemp("revocation"), LIMIT_GUESTS="0", LIMIT_GUESTS_A_LINK="0") as pair:
        yield pair


@dataclass(frozen=True)
class Guest:
    user: uuid.UUID
    shown: str


def guest(pair: Pair, document: uuid.UUID, role: str = "editor") -> Guest:
    made = Visitor(pair.one.server.url).guest(pair.one.owner.link(document, role))
    return Guest(uuid.UUID(made["user"]["id"]), str(made["pass"]))


def change_role(pair: Pair, who: Guest, role: str) -> None:
    """As an administrator does, in the first process."""
    grant = pair.one.server.database.one("SELECT id FROM editor_grant WHERE user_id = ?", who.user)
    answer = pair.one.owner.post(f"/admin/editor/grant/{grant}/change/", {"role": role})
    assert answer.url.endswith("/admin/editor/grant/"), answer.text


def switch_off(pair: Pair, who: Guest) -> None:
    pair.one.owner.get("/admin/editor/user/")
    chosen = {"action": "switch_off", "_selected_action": str(who.user)}
    assert pair.one.owner.post("/admin/editor/user/", chosen).status == 200


class Typist(threading.Thread):
    """Types as fast as it goes, until the server closes or it is told to stop."""

    def __init__(self, one: Seat) -> None:
        super().__init__(daemon=True)
        self.seat = one
        self.enough = threading.Event()

    def run(self) -> None:
        number = 0
        while not self.enough.is_set():
            number += 1
            types(self.seat, f"{number}")
            while self.seat.saved < number:
                if self.enough.is_set() or not self.seat.read():
                    return
                if any(message["type"] in ("reset", "access") for message in self.seat.messages):
                    return


@pytest.mark.parametrize("ending", ENDINGS)
def test_from_the_commit_on_no_write_enters_the_journal(pair: Pair, ending: str) -> None:
    """Counted in the transaction that ends the right, once it holds the rows, and again when the writers are done."""
    document = pair.one.owner.new_document()
    who = guest(pair, document)
    with (
        seat(pair.one.server.url, document, guest_pass=who.shown) as here,
        seat(pair.other.url, document, guest_pass=who.shown) as there,
        psycopg.connect(str(pair.one.server.database.place)) as ends,
    ):
        typists = [Typist(one) for one in (here, there)]
        for typist in typists:
            typist.seat.greet()
            typist.start()
        while ends.execute(WRITTEN, [who.user]).fetchone() < (40,):  # type: ignore[operator]
            ends.rollback()
        ends.rollback()
        for statement in ENDINGS[ending].split("; "):
            ends.execute(statement, {"who": who.user})
        before = ends.execute(WRITTEN, [who.user]).fetchone()
        ends.commit()
        for typist in typists:
            typist.join(60)
            assert not typist.is_alive()
        with seat(pair.other.url, document, cookie=pair.one.owner.cookie) as owner:
            owner.greet()
            types(owner, "the writers have come past all that")
            wait_for_saved(owner, 2)
        assert ends.execute(WRITTEN, [who.user]).fetchone() == before


def test_open_sockets_are_closed_soon_in_the_other_process(pair: Pair) -> None:
    """How soon is printed, since it is the machine's as well."""
    took: list[float] = []
    for _ in range(share("revocations", test=10, soak=200)):
        who = guest(pair, pair.document)
        with seat(pair.other.url, pair.document, guest_pass=who.shown) as open_page:
            open_page.greet()
            began = time.perf_counter()
            change_role(pair, who, "")
            assert open_page.until_closed() == 4403
            took.append(time.perf_counter() - began)
            assert open_page.messages[-1] == {"type": "access", "role": ""}
    took.sort()
    p50, p99 = (1000 * took[int(len(took) * part)] for part in (0.5, 0.99))
    print(f"from the administrator's POST to the close in the other process: p50 {p50:.0f} ms, p99 {p99:.0f} ms")  # noqa: T201


def test_who_may_only_read_from_now_on_keeps_the_socket(pair: Pair) -> None:
    document = pair.one.owner.new_document()
    who = guest(pair, document)
    with (
        seat(pair.one.server.url, document, cookie=pair.one.owner.cookie) as owner,
        seat(pair.other.url, document, guest_pass=who.shown) as reader,
    ):
        owner.greet()
        reader.greet()
        types(reader, "while I may")
        wait_for_text(owner, "while I may")
        change_role(pair, who, "viewer")
        types(reader, "on its way when the right ended")
        assert reader.until(lambda message: message["type"] == "access")["role"] == "viewer"
        reader.until(lambda message: message["type"] == "reset")
        types(owner, "to be read")
        wait_for_text(reader, "to be read")
    assert sorted(pair.one.text(document).split("\n")) == ["to be read", "while I may"]


def test_who_is_switched_off_loses_every_page_everywhere(pair: Pair) -> None:
    documents = [pair.one.owner.new_document() for _ in range(2)]
    who = guest(pair, documents[0])
    with psycopg.connect(str(pair.one.server.database.place)) as rows:
        rows.execute(
            "INSERT INTO editor_grant (document_id, user_id, role, generation) VALUES (%s, %s, 'editor', 1)",
            [documents[1], who.user],
        )
    places = [(server, document) for server in (pair.one.server.url, pair.other.url) for document in documents]
    pages = [seat(server, document, guest_pass=who.shown) for server, document in places]
    seats = [page.__enter__() for page in pages]
    try:
        for one in seats:
            one.greet()
        switch_off(pair, who)
        assert [one.until_closed() for one in seats] == [4403] * 4
        for server, document in places:
            with seat(server, document, guest_pass=who.shown) as again:
                assert again.until_closed() == 4401
    finally:
        for page in pages:
            page.__exit__(None, None, None)


def test_others_in_the_room_notice_nothing(pair: Pair) -> None:
    document = pair.one.owner.new_document()
    who = guest(pair, document)
    with (
        seat(pair.one.server.url, document, cookie=pair.one.owner.cookie) as owner,
        seat(pair.other.url, document, guest_pass=who.shown) as goes,
    ):
        owner.greet()
        goes.greet()
        for number in range(10):
            types(owner, f"owner {number}")
        types(goes, "last words")
        wait_for_text(owner, "last words")
        change_role(pair, who, "")
        assert goes.until_closed() == 4403
        types(owner, "life goes on")
        wait_for_saved(owner, 12)
        assert pair.one.text(document) == reads(owner)
