"""Traps of the server: large documents, large frames, readers that stop reading."""

from __future__ import annotations

import uuid

from tests.live.conftest import House
from tests.live.people import reads, types, wait_for_saved, wait_for_text
from tests.running.seat import seat

PASTE = 256 * 1024


def test_a_document_above_a_megabyte_can_be_joined(house: House, document: uuid.UUID) -> None:
    with seat(house.server.url, document, cookie=house.owner.cookie) as owner:
        owner.greet()
        types(owner, "x" * 3 * 2**20 + " its end")
        wait_for_saved(owner, 2)
    with seat(house.server.url, document, cookie=house.owner.cookie) as later:
        later.greet()
        wait_for_text(later, "its end")


def test_a_frame_above_the_limit_is_closed_with_4413(house: House, document: uuid.UUID) -> None:
    with seat(house.server.url, document, cookie=house.owner.cookie) as owner:
        owner.greet()
        owner.send_update(b"\x00" * (8 * 2**20 + 1))
        assert owner.until_closed() == 4413


def test_who_stops_reading_slows_nobody_and_catches_up_with_one_diff(house: House, document: uuid.UUID) -> None:
    with (
        seat(house.server.url, document, cookie=house.owner.cookie) as stuck,
        seat(house.server.url, document, cookie=house.owner.cookie) as typist,
    ):
        stuck.greet()
        typist.greet()
        for number in range(40):
            types(typist, f"{number} " + "y" * PASTE)
            wait_for_saved(typist, number + 2)
        types(typist, "the end")
        wait_for_saved(typist, 42)
        wait_for_text(stuck, "the end")
        assert reads(stuck) == reads(typist)


def test_a_document_warns_at_four_fifths_and_does_not_grow_beyond_its_bound(house: House, document: uuid.UUID) -> None:
    with seat(house.server.url, document, cookie=house.owner.cookie) as owner:
        owner.greet()
        for number in range(3):
            types(owner, "z" * 7 * 2**20)
            if number < 2:
                wait_for_saved(owner, number + 2)
        assert "87 %" in owner.until(lambda message: message.get("code") == "large")["message"]
        assert owner.until_closed() == 4413
