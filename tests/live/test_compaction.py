"""Rows become snapshots while people type, and whatever ends that leaves the same text."""

from __future__ import annotations

import html
import sys
import uuid
from functools import partial
from pathlib import Path

import pytest

from editor import documents, leases, people
from editor.live import compaction, rows
from editor.models import CrdtDocument, JournalRow, Lease, Snapshot
from editor.room.replica import Replica
from editor.wire.digest import digest
from tests.live.conftest import House, open_house
from tests.live.people import reads
from tests.operations.crowd import Crowd
from tests.running.ports import until
from tests.running.process import Process, bare_environment
from tests.running.seat import seat
from tests.running.server import Server

ROWS = 100
STEPS = [
    ("load", 1),
    ("write", 1),
    ("commit", 1),
    ("delete", 1),
    ("commit the deletion", 1),
    ("delete", 2),
    ("commit the deletion", 2),
    ("delete", 3),
    ("commit the end", 1),
]


def journal(count: int = ROWS) -> tuple[CrdtDocument, Replica]:
    """A text of so many rows, in which was typed and deleted, and what it should be."""
    document = documents.create("Long", people.make_person(f"{uuid.uuid4().hex}@example.com"))
    crdt = CrdtDocument.objects.get(document=document, kind="content")
    replica = Replica()
    text = replica.root().insert_element(0, "paragraph", {}).insert_text(0)
    for number in range(count):
        text.insert(len(str(text)), f"{number} ", {})
        if number % 7 == 6:
            text.delete(0, 1)
        rows.append({crdt.pk: rows.Batch([rows.Row(replica.take_edits() or b"")])})
    return crdt, replica


def loaded(crdt: CrdtDocument) -> tuple[str, int]:
    replica, seq = documents.load_replica(crdt.document_id, crdt.kind)
    return digest(replica.state()), seq


def compact(crdt: CrdtDocument, young_seconds: float = 0) -> compaction.Compacted | None:
    return compaction.compact(crdt.pk, young_seconds=young_seconds)


@pytest.mark.django_db
def test_a_snapshot_takes_the_place_of_its_rows_and_the_text_stays() -> None:
    crdt, replica = journal()
    assert compact(crdt) == compaction.Compacted(seq=ROWS, rows=ROWS)
    assert (JournalRow.objects.filter(crdt=crdt).count(), Snapshot.objects.filter(crdt=crdt).count()) == (0, 1)
    assert loaded(crdt) == (digest(replica.state()), ROWS)


@pytest.mark.django_db
def test_a_second_compaction_takes_the_first_ones_place() -> None:
    crdt, replica = journal()
    compact(crdt)
    text = replica.root().children()[0].children()[0]  # type: ignore[union-attr]
    text.insert(0, "more ", {})  # type: ignore[union-attr]
    rows.append({crdt.pk: rows.Batch([rows.Row(replica.take_edits() or b"")])})
    assert compact(crdt) == compaction.Compacted(seq=ROWS + 1, rows=1)
    assert list(Snapshot.objects.filter(crdt=crdt).values_list("seq", flat=True)) == [ROWS + 1]
    assert loaded(crdt) == (digest(replica.state()), ROWS + 1)


@pytest.mark.django_db
def test_young_rows_stay_for_those_who_lag_behind() -> None:
    crdt, replica = journal()
    assert compact(crdt, young_seconds=60) == compaction.Compacted(seq=0, rows=0)
    assert loaded(crdt) == (digest(replica.state()), ROWS)


@pytest.mark.django_db
def test_a_reader_that_lags_behind_takes_the_snapshot_and_the_rows_above() -> None:
    crdt, replica = journal()
    early = Replica()
    for _, update in rows.after(crdt.pk, 0, 30):
        early.apply(update)
    compact(crdt)
    text = replica.root().children()[0].children()[0]  # type: ignore[union-attr]
    text.insert(0, "more ", {})  # type: ignore[union-attr]
    rows.append({crdt.pk: rows.Batch([rows.Row(replica.take_edits() or b"")])})
    missed = rows.after(crdt.pk, 30)
    assert [seq for seq, _ in missed] == [ROWS, ROWS + 1]
    for _, update in missed:
        early.apply(update)
    assert digest(early.state()) == digest(replica.state())


@pytest.mark.django_db
@pytest.mark.parametrize("gone", [1, 50])
def test_a_journal_with_a_hole_stays_as_it_is(gone: int) -> None:
    crdt, _ = journal()
    JournalRow.objects.get(crdt=crdt, seq=gone).delete()
    with pytest.raises(compaction.NotWhole):
        compact(crdt)
    assert JournalRow.objects.filter(crdt=crdt).count() == ROWS - 1
    assert not Snapshot.objects.filter(crdt=crdt).exists()


def test_rows_that_wait_for_others_are_never_merged_away() -> None:
    writer = Replica()
    text = writer.root().insert_element(0, "paragraph", {}).insert_text(0)
    updates = [writer.take_edits() or b""]
    for word in ("one", "two", "three"):
        text.insert(0, word, {})
        updates.append(writer.take_edits() or b"")
    text.delete(0, 3)
    deletion = writer.take_edits() or b""
    assert digest(compaction.merged(None, [*updates, deletion])) == digest(writer.state())
    for lacking in (updates[1:], [*updates[:2], updates[3]], [*updates[:3], deletion]):
        with pytest.raises(compaction.NotWhole):
            compaction.merged(None, lacking)


@pytest.mark.django_db
def test_one_at_a_time_compacts_a_text() -> None:
    crdt, _ = journal()
    held = leases.acquire(f"compact:{crdt.pk}", "another", 60)
    assert held is not None
    assert compact(crdt) is None
    leases.release(held)
    assert compact(crdt) is not None


@pytest.mark.django_db
def test_who_has_lost_the_lease_writes_nothing() -> None:
    crdt, replica = journal()

    def taken_over(name: str) -> None:
        if name == "write":
            Lease.objects.update(holder="another")

    with pytest.raises(leases.LeaseLost):
        compaction.compact(crdt.pk, young_seconds=0, step=taken_over)
    assert not Snapshot.objects.filter(crdt=crdt).exists()
    assert loaded(crdt) == (digest(replica.state()), ROWS)


@pytest.mark.django_db
def test_a_lease_that_has_expired_goes_to_the_next_under_a_higher_epoch() -> None:
    first = leases.acquire("a", "one", seconds=-1)
    second = leases.acquire("a", "two", seconds=60)
    assert first is not None
    assert second is not None
    assert second.epoch > first.epoch
    with pytest.raises(leases.LeaseLost):
        leases.renew(first, 60)
    leases.release(first)
    leases.renew(second, 60)
    assert leases.acquire("a", "three", seconds=60) is None


@pytest.mark.django_db
def test_only_long_journals_and_left_rows_are_candidates() -> None:
    short, long = journal(3)[0], journal(30)[0]
    assert list(compaction.candidates(30)) == [long.pk]
    Snapshot.objects.create(crdt=short, seq=2, state=b"")
    assert list(compaction.candidates(31)) == [short.pk]


# In processes of their own


def compacting(server: Server, step: str, nth: int = 1) -> Process:
    command = [sys.executable, "-m", "tests.live.compacting", step, str(nth)]
    environment = {
        name: server.environment[name] for name in ("DATA_DIR", "DATABASE_URL") if name in server.environment
    }
    return Process(command, server.folder / "compacting.log", bare_environment(**environment))


def text_of(house: House, document: uuid.UUID) -> str:
    """What somebody reads who joins a server that has just started."""
    with seat(house.server.url, document, cookie=house.owner.cookie) as one:
        one.greet()
        while not reads(one):
            assert one.read(), f"closed with {one.close_code}"
        return reads(one)


def test_killed_at_any_step_it_leaves_the_text_and_the_next_one_ends_the_work(own_house: House) -> None:
    house = own_house
    document = house.owner.new_document()
    saved: list[str] = []
    for step, nth in STEPS:
        saved += typed(house, document)
        attempt = partial(killed_at, house.server, step, nth)
        until(f"a compaction to be killed at {step}", attempt)
        page = html.unescape(house.owner.get(f"/documents/{document}").text)
        assert [edit for edit in saved if page.count(edit) != 1] == [], (step, nth)
    saved += typed(house, document)
    until("the rest to be compacted", lambda: "rows up to" in run(house.server))
    assert house.server.database.count("editor_journalrow") == 1, "of the sample"
    assert house.server.database.count("editor_snapshot") == 1
    house.server.restart()
    text = text_of(house, document)
    assert [edit for edit in saved if text.count(edit) != 1] == []


def typed(house: House, document: uuid.UUID) -> list[str]:
    with Crowd(house.server.url, house.owner.cookie, document) as crowd:
        crowd.has_saved(ROWS)
    return crowd.saved


def killed_at(server: Server, step: str, nth: int) -> bool:
    """False where the lease of the one that was killed before was still in the way."""
    process = compacting(server, step, nth)
    process.start()
    until("the compaction to end", process.ended)
    return process.returned() == -9


def run(server: Server) -> str:
    """Compact once, where no lease of a killed process is in the way."""
    process = compacting(server, "nowhere")
    process.start()
    until("the compaction to end", process.ended)
    assert process.returned() == 0, process.printed()
    return process.printed()


def test_people_in_two_processes_type_while_it_goes_on(tmp_path: Path, postgres_url: str, redis_url: str) -> None:
    shared = {"REDIS_URL": redis_url, "SECRET_KEY": "shared by both"}
    servers = [Server(tmp_path, database_url=postgres_url, **shared) for _ in range(2)]
    always = compacting(servers[0], "never")
    try:
        for server in servers:
            server.start()
        house = open_house(servers[1])
        document = house.owner.new_document()
        always.start()
        with (
            Crowd(servers[0].url, house.owner.cookie, document) as first,
            Crowd(servers[1].url, house.owner.cookie, document) as second,
        ):
            first.has_saved(150)
            second.has_saved(150)
            until("some compactions", lambda: always.printed().count("rows up to") > 3 or always.ended())
        texts = [text_of(House(server, house.owner), document) for server in servers]
        assert texts[0] == texts[1]
        saved = [*first.saved, *second.saved]
        assert [edit for edit in saved if texts[0].count(edit) != 1] == []
        assert not always.ended(), always.printed()
    finally:
        always.stop()
        for server in servers:
            server.stop()


def test_a_server_has_its_journals_compacted_now_and_then(tmp_path: Path) -> None:
    server = Server(tmp_path, COMPACT_HOURS="0.0001")
    server.start()
    try:
        until("a compaction", lambda: "0 rows of 0 texts are in snapshots now." in server.printed())
    finally:
        server.stop()
    assert "Traceback" not in server.printed()
