"""Who knows the document by another epoch, or by an older schema, is sent away before any frame."""

from __future__ import annotations

import uuid
from contextlib import suppress

import pytest
from websockets.exceptions import ConnectionClosed

from editor.wire.digest import digest
from tests.live.conftest import House
from tests.live.people import types, wait_for_saved
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
