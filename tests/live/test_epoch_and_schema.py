"""Who knows the document by another epoch, or by an older schema, is sent away before any frame."""

from __future__ import annotations

import uuid
from contextlib import suppress
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed

from editor.live.registry import Registry
from editor.models import CrdtDocument, Document
from editor.room.job import Workspace
from editor.wire.digest import digest
from tests.live.conftest import House
from tests.live.desk import Socket, eventually, furnish, in_thread, running
from tests.live.people import reads, types, wait_for_saved
from tests.running.seat import seat


@pytest.mark.parametrize("query", ["?epoch=1&schema=0", "?epoch=2&schema=1", "?schema=0", "?epoch=0"])
def test_a_page_of_another_epoch_or_an_older_schema_hears_and_writes_nothing(
    house: House, document: uuid.UUID, query: str
) -> None:
    with seat(house.server.url, document, cookie=house.owner.cookie) as owner:
        owner.greet()
        types(owner, "stays as it is")
        wait_for_saved(owner, 2)
    before = digest(house.journal(document).state())
    with seat(house.server.url, document, cookie=house.owner.cookie, query=query) as old:
        with suppress(ConnectionClosed):
            types(old, "by an old page")
        assert old.until_closed() == 4409
        assert (old.messages, old.steps, old.saved) == ([], set(), 0)
    assert digest(house.journal(document).state()) == before


@pytest.mark.parametrize("query", ["", "?epoch=1", "?epoch=1&schema=1"])
def test_who_knows_it_as_it_is_is_let_in_and_told_both(house: House, document: uuid.UUID, query: str) -> None:
    with seat(house.server.url, document, cookie=house.owner.cookie, query=query) as page:
        welcome = page.greet()
        assert (welcome["epoch"], welcome["schema"]) == (1, 1)


@pytest.fixture
def a_second_schema(settings: Any) -> None:
    """The server has learned more since the documents were made."""
    settings.SCHEMA = 2


async def stored_schema(document: Document) -> int:
    crdts = CrdtDocument.objects.filter(document=document, kind="content")
    return await in_thread(lambda: crdts.get().schema)


async def in_step(*sockets: Socket) -> None:
    for socket in sockets:
        await socket.joined()
        await eventually(lambda socket=socket: socket.saved == 1)  # type: ignore[misc]


@pytest.mark.usefixtures("a_second_schema")
@pytest.mark.django_db(transaction=True)
async def test_a_document_keeps_the_highest_schema_written_to_it_and_older_pages_see_nothing_of_that() -> None:
    document, writer, _ = await in_thread(furnish)
    await in_thread(lambda: CrdtDocument.objects.update(schema=1))
    async with running(Registry()) as registry, running(Registry()) as elsewhere:
        old, new, stock = (Socket(registry, document.pk, writer, query) for query in (b"schema=1", b"schema=2", b""))
        far = Socket(elsewhere, document.pk, writer, b"schema=1")
        await in_step(old, new, stock, far)
        types(old, "by the old page")
        await eventually(lambda: "by the old page" in reads(new))
        assert await stored_schema(document) == 1, "who only reads raises nothing"
        types(new, "by the new page")
        await eventually(lambda: "by the new page" in reads(stock))
        assert await stored_schema(document) == 2
        elsewhere.refresh(document.pk)
        for page in (old, far):
            await eventually(lambda page=page: page.close_code == 4409)  # type: ignore[misc]
            assert "by the new page" not in reads(page)
        late = Socket(registry, document.pk, writer, b"schema=1")
        late.connect()
        await eventually(lambda: late.close_code == 4409)
        assert late.down == []
        assert (new.close_code, stock.close_code) == (None, None)
        for socket in (old, new, stock, far, late):
            await socket.leave()


@pytest.mark.django_db(transaction=True)
async def test_nobody_raises_a_document_above_what_the_server_knows() -> None:
    document, writer, _ = await in_thread(furnish)
    async with running(Registry()) as registry:
        old, boaster = (Socket(registry, document.pk, writer, query) for query in (b"schema=1", b"schema=999"))
        await in_step(old, boaster)
        types(boaster, "from the future")
        await eventually(lambda: "from the future" in reads(old))
        assert await stored_schema(document) == 1
        for socket in (old, boaster):
            await socket.leave()


@pytest.mark.usefixtures("a_second_schema")
@pytest.mark.django_db(transaction=True)
async def test_what_the_server_itself_writes_counts_by_its_own_schema() -> None:
    document, writer, _ = await in_thread(furnish)
    await in_thread(lambda: CrdtDocument.objects.update(schema=1))
    async with running(Registry()) as registry:
        old = Socket(registry, document.pk, writer, b"schema=1")
        await in_step(old)
        await registry.run_job(document.pk, a_paragraph)
        await eventually(lambda: old.close_code == 4409)
        assert await stored_schema(document) == 2
        await old.leave()


def a_paragraph(workspace: Workspace) -> None:
    with workspace.content.edit():
        workspace.content.root().insert_element(0, "paragraph", {})
