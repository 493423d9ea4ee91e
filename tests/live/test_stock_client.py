"""The npm package y-websocket, unchanged, in a room."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest

from tests.live.conftest import House


def test_two_stock_clients_converge_also_after_one_was_cut_off(house: House, document: uuid.UUID) -> None:
    found = house.stock("converge", document)
    assert found["a"] == found["b"] == house.text(document)
    assert "while you were away" in found["a"]


def test_a_stock_client_cannot_say_who_it_is(house: House, document: uuid.UUID) -> None:
    user = house.stock("converge", document)["seen"]["user"]
    assert user["name"] == "Owner"
    assert user["role"] == "owner"


def test_a_stock_client_that_comes_back_sees_at_once_who_is_there(house: House, document: uuid.UUID) -> None:
    assert house.stock("comeBack", document) == {"said": 0}, "they had not to move first, nor to be said again"


def trace() -> Path | None:
    for parent in Path(__file__).resolve().parents:
        found = parent.parent / "shared" / "bench" / "traces" / "friendsforever.json.gz"
        if found.exists():
            return found
    return None


@pytest.mark.skipif(trace() is None, reason="the recorded trace is not beside the project")
def test_the_keystrokes_of_two_authors_end_in_their_text(house: House, document: uuid.UUID) -> None:
    found = house.stock("trace", document, str(trace()), patience=300)
    assert found["texts"] == [found["end"]] * len(found["texts"])
    assert house.text(document) == found["end"]
