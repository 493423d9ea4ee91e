"""The journal's writer on a database of its own."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from django.db import OperationalError, connection

from editor import documents
from editor.live import rows
from editor.live.journal import GROUP_BYTES, LONGEST_PAUSE, Entry, Journal, News, Watch, run_job_now
from editor.models import CrdtDocument, Document, Grant, JournalRow, User
from editor.room import session
from editor.room.errors import Refusal
from editor.room.job import Workspace
from editor.room.replica import Replica
from editor.wire.close_codes import CloseCode
from tests.live.on_postgresql import run_again

pytestmark = pytest.mark.django_db(transaction=True)


class Desk:
    """A journal whose news is kept, and a document with its owner."""

    def __init__(self, journal: Journal, news: list[News], away: list[bool], owner: User, document: Document) -> None:
        self.journal = journal
        self.news = news
        self.away = away
        self.owner = owner
        self.document = document
        self.crdt = CrdtDocument.objects.get(document=document, kind="content")
        self.replica = Replica()

    def paragraph(self, text: str) -> bytes:
        with self.replica.edit():
            self.replica.root().insert_element(0, "paragraph", {}).insert_text(0).insert(0, text, {})
        update = self.replica.take_edits()
        assert update
        return update

    async def put(self, update: bytes | None, author: uuid.UUID | None = None) -> CloseCode | None:
        loop = asyncio.get_running_loop()
        done: asyncio.Future[CloseCode | None] = loop.create_future()
        entry = Entry(self.document.pk, self.crdt.pk, author or self.owner.pk, update, done.set_result)
        self.journal.put(entry)
        return await done

    async def run(self, job: Callable[[Workspace], Any]) -> Any:
        return await asyncio.wrap_future(self.journal.run_job(self.document.pk, job))


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    news: list[News] = []
    away: list[bool] = []

    def deliver(one: News) -> None:
        news.append(one)
        for call in one.told:
            call()

    def furnish() -> tuple[User, Document]:
        owner = User.objects.create_user(f"{uuid.uuid4()}@example.com", name="Owner", colour="#0f766e")
        return owner, documents.create("Test", owner)

    owner, document = await asyncio.to_thread(_closing(furnish))
    journal = Journal(asyncio.get_running_loop(), deliver, away.append)
    made = await asyncio.to_thread(_closing(lambda: Desk(journal, news, away, owner, document)))
    yield made
    await asyncio.to_thread(journal.close)


def _closing(fn: Callable[[], Any]) -> Callable[[], Any]:
    def run() -> Any:
        try:
            return fn()
        finally:
            connection.close()

    return run


async def stored(desk: Desk) -> list[tuple[int, bytes]]:
    return await asyncio.to_thread(_closing(lambda: rows.after(desk.crdt.pk, 0)))


async def test_rows_are_numbered_from_one_without_holes(desk: Desk) -> None:
    updates = [desk.paragraph(str(number)) for number in range(20)]
    assert await asyncio.gather(*[desk.put(update) for update in updates]) == [None] * 20
    assert await stored(desk) == list(enumerate(updates, 1))


async def test_an_entry_without_an_update_holds_its_place_and_writes_nothing(desk: Desk) -> None:
    assert await desk.put(None) is None
    assert await stored(desk) == []


async def test_whoever_lost_the_right_is_refused_in_the_transaction(desk: Desk) -> None:
    await asyncio.to_thread(_closing(lambda: Grant.objects.filter(document=desk.document).update(role="viewer")))
    assert await desk.put(desk.paragraph("too late")) is CloseCode.NO_RIGHT
    assert await stored(desk) == []


async def test_rows_of_other_processes_are_told_first(desk: Desk) -> None:
    desk.journal.put(Watch(desk.crdt.pk, 0))
    elsewhere = Replica()

    def other(workspace: Workspace) -> None:
        with workspace.content.edit():
            workspace.content.root().insert_element(0, "paragraph", {})

    await desk.put(None)
    await asyncio.to_thread(_closing(lambda: run_job_now(desk.document.pk, other)))
    await desk.put(desk.paragraph("mine"))
    told = [number for one in desk.news for number, _ in one.rows.get(desk.crdt.pk, [])]
    assert told == [1, 2]
    for one in desk.news:
        for _, update in one.rows.get(desk.crdt.pk, []):
            elsewhere.apply(update)
    assert elsewhere.state_vector() != Replica().state_vector()


async def test_rows_that_are_known_are_not_looked_for_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[int] = []
    after = rows.after

    def counted(crdt_id: int, seq: int, up_to: int | None = None) -> list[tuple[int, bytes]]:
        looks.append(seq)
        return after(crdt_id, seq, up_to)

    desk.journal.put(Watch(desk.crdt.pk, 0))
    await desk.put(desk.paragraph("mine"))
    monkeypatch.setattr(rows, "after", counted)
    desk.journal.put(Watch(desk.crdt.pk, None, announced=1))
    await desk.put(None)
    assert looks == []
    desk.journal.put(Watch(desk.crdt.pk, None, announced=2))
    await desk.put(None)
    assert looks == [1]


async def test_a_job_writes_its_rows_and_its_updates_in_one_transaction(desk: Desk) -> None:
    def rename(workspace: Workspace) -> int:
        Document.objects.filter(pk=workspace.document_id).update(title="Renamed")
        session.put(workspace.session, "runs", "one", {"state": "queued"})
        return workspace.session_seq + 1

    assert await desk.run(rename) == 1
    assert await desk.run(lambda workspace: session.read(workspace.session, "runs", "one")) == {"state": "queued"}


async def test_a_job_that_raises_changes_nothing(desk: Desk) -> None:
    def refuse(workspace: Workspace) -> None:
        Document.objects.filter(pk=workspace.document_id).update(title="Renamed")
        session.put(workspace.session, "runs", "one", {"state": "queued"})
        raise Refusal("no", "No.")

    with pytest.raises(Refusal):
        await desk.run(refuse)
    assert await desk.run(lambda workspace: session.read(workspace.session, "runs", "one")) is None
    title = await asyncio.to_thread(_closing(lambda: Document.objects.get(pk=desk.document.pk).title))
    assert title == "Test"


async def test_a_job_sees_every_row_up_to_the_lock(desk: Desk) -> None:
    await desk.run(lambda workspace: None)
    await desk.put(desk.paragraph("seen"))
    assert await desk.run(lambda workspace: len(workspace.content.root().children())) == 1


async def test_while_the_database_is_away_nothing_is_dropped(desk: Desk) -> None:
    failures = iter([OperationalError("away"), OperationalError("away")])

    def stumble() -> str:
        for failure in failures:
            raise failure
        return "done"

    assert await asyncio.wrap_future(desk.journal.write(stumble)) == "done"
    assert desk.away == [True, False]


async def test_a_removed_document_refuses_its_updates(desk: Desk) -> None:
    await asyncio.to_thread(_closing(lambda: desk.document.delete()))
    assert await desk.put(desk.paragraph("gone")) is not None
    assert await asyncio.to_thread(_closing(lambda: JournalRow.objects.filter(crdt_id=desk.crdt.pk).count())) == 0


async def test_what_an_acknowledgement_promises_is_on_the_disk(desk: Desk) -> None:
    def pragmas() -> dict[str, Any]:
        found = {}
        with connection.cursor() as cursor:
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout"):
                cursor.execute(f"PRAGMA {name}")
                found[name] = cursor.fetchone()[0]
        return found

    if connection.vendor != "sqlite":
        pytest.skip("SQLite's settings")
    found = await asyncio.wrap_future(desk.journal.write(pragmas))
    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 5000}


async def test_what_comes_in_one_turn_of_the_loop_is_one_group(desk: Desk) -> None:
    async def put_slowly(text: str) -> None:
        time.sleep(0.02)  # noqa: ASYNC251 - the turn is long, and a writer that was woken would begin
        await desk.put(desk.paragraph(text))

    await asyncio.gather(*[put_slowly(f"line {n}") for n in range(5)])
    assert [len(news.ours[desk.crdt.pk]) for news in desk.news] == [5]


async def test_a_group_holds_no_more_bytes_than_one_statement_should(desk: Desk) -> None:
    third = bytes(GROUP_BYTES // 3)
    await asyncio.gather(*[desk.put(third) for _ in range(5)])
    assert [len(news.ours[desk.crdt.pk]) for news in desk.news] == [3, 2]


async def test_a_group_numbers_each_of_its_documents_by_itself(desk: Desk) -> None:
    other = await asyncio.to_thread(_closing(lambda: documents.create("Another", desk.owner)))
    also = await asyncio.to_thread(_closing(lambda: CrdtDocument.objects.get(document=other, kind="content")))
    loop = asyncio.get_running_loop()
    here = [(number, desk.paragraph(f"here {number}")) for number in range(1, 4)]
    there = [(number, desk.paragraph(f"there {number}")) for number in range(1, 3)]
    settled = [loop.create_future() for _ in there]
    for (_, update), done in zip(there, settled, strict=True):
        desk.journal.put(Entry(other.pk, also.pk, desk.owner.pk, update, done.set_result, 4))
    await asyncio.gather(*[desk.put(update) for _, update in here], *settled)
    (news,) = desk.news
    assert news.ours == {desk.crdt.pk: here, also.pk: there}
    assert news.schemas == {desk.crdt.pk: max(desk.crdt.schema, 0), also.pk: max(also.schema, 4)}
    assert await stored(desk) == here


def test_groups_are_the_same_on_postgresql(postgres_url: str) -> None:
    """There a group that is of several documents locks them in the order of their ids first."""
    assert "3 passed" in run_again(__file__, postgres_url, "-k", "numbered or numbers or bytes")


async def test_one_long_fan_out_makes_nobody_wait_and_a_second_one_does(desk: Desk) -> None:
    desk.journal.fanned_out(0.001)
    desk.journal.fanned_out(0.020)
    assert desk.journal.pause == 0.002
    desk.journal.fanned_out(0.020)
    assert desk.journal.pause == LONGEST_PAUSE


async def test_a_job_that_was_refused_says_nothing_of_the_database(desk: Desk) -> None:
    def refuse(workspace: Workspace) -> None:
        raise Refusal("no", "No.")

    with pytest.raises(Refusal):
        await desk.run(refuse)
    desk.journal.database.look(time.monotonic() + 60)
    await asyncio.sleep(0)
    assert desk.away == []
