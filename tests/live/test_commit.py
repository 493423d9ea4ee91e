"""The commit is the tick: nobody is shown or promised what is not stored, and stored means on the disk."""

from __future__ import annotations

import asyncio
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from editor.live.registry import Registry
from tests.live.desk import Socket, eventually, furnish, in_thread
from tests.live.gate import Gate
from tests.live.on_postgresql import run_again
from tests.live.people import deletes_the_top, reads, types

pytestmark = pytest.mark.django_db(transaction=True)
POSTGRES = settings.DATABASES["default"]["ENGINE"].endswith("postgresql")
TICKS = 6


def durability() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW synchronous_commit" if POSTGRES else "PRAGMA synchronous")
        return str(cursor.fetchone()[0])


async def test_the_writer_s_own_connection_writes_through_to_the_disk(registry: Registry) -> None:
    found = await asyncio.wrap_future(registry.journal.write(durability))
    assert found == ("on" if POSTGRES else "2"), "2 is FULL"


async def test_while_a_commit_is_held_back_nobody_has_the_edit_nor_a_saved_and_a_join_waits(
    registry: Registry, gate: Gate
) -> None:
    document, owner, _ = await in_thread(furnish)
    author, other, late = (Socket(registry, document.pk, owner) for _ in range(3))
    await author.joined()
    await other.joined()
    await eventually(lambda: author.saved == 1)
    gate.shut()
    types(author, "held back")
    await asyncio.to_thread(gate.held.wait, 60)
    late.connect()
    late.ask_for_all()
    await ticks_have_passed(author, other)
    assert "held back" not in reads(other)
    assert author.saved == 1
    assert late.down == [], "the join waits"
    gate.open()
    await eventually(lambda: "held back" in reads(other) and author.saved == 2)
    await eventually(lambda: 0 in late.steps)
    assert "held back" in reads(late)
    for one in (author, other, late):
        await one.leave()


async def ticks_have_passed(sender: Socket, seen_by: Socket) -> None:
    """Presence goes on: what could have come had come by the time that some of it has gone round."""
    for tick in range(TICKS):
        before = len(seen_by.down)
        sender.send_presence(7, tick, {"cursor": None, "status": str(tick)})
        await eventually(lambda before=before: len(seen_by.down) > before)  # type: ignore[misc]


async def test_more_than_the_queue_holds_makes_the_room_read_only_until_it_is_committed(
    registry: Registry, gate: Gate
) -> None:
    document, owner, _ = await in_thread(furnish)
    author, other = Socket(registry, document.pk, owner), Socket(registry, document.pk, owner)
    await author.joined()
    await other.joined()
    gate.shut()
    types(author, "first")
    await asyncio.to_thread(gate.held.wait, 60)
    for _ in range(3):
        types(author, "x" * 5 * 2**20)
        deletes_the_top(author)
    types(author, "y" * 2**20)
    types(author, "after it was full")
    await eventually(lambda: {"type": "notice", "code": "read_only"}.items() <= last(author).items())
    await eventually(lambda: last(other).get("code") == "read_only")
    refused = author.command("rename_document", title="Not now")
    await eventually(lambda: last(author).get("id") == refused)
    assert last(author)["code"] == "not_saved"
    gate.open()
    await eventually(lambda: "after it was full" in reads(other))
    await eventually(lambda: author.saved == author.sent)
    assert last(other)["code"] == "saved_again"
    assert reads(other) == reads(author)
    for one in (author, other):
        await one.leave()


def last(socket: Socket) -> dict[str, Any]:
    return socket.messages[-1] if socket.messages else {}


@pytest.mark.skipif(POSTGRES, reason="this is that run")
def test_the_same_holds_on_postgresql_whatever_it_does_by_default(postgres_url: str) -> None:
    with psycopg.connect(postgres_url, autocommit=True) as administrator:
        administrator.execute("ALTER ROLE scriptorium SET synchronous_commit = off")
    assert "3 passed" in run_again(__file__, postgres_url)
