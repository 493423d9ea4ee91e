"""What a room takes, and what it knows already."""

from __future__ import annotations

import pytest

from editor.live.intake import Intake, Verdict
from editor.room.errors import BadFrame
from editor.room.replica import Element, Replica
from editor.room.schema import VOCABULARY
from editor.wire.close_codes import CloseCode
from editor.wire.survey import survey
from editor.wire.varint import varint


def opened(replica: Replica) -> Intake:
    return Intake(replica, survey(replica.state(), VOCABULARY), lambda update, places: None, 20_000)


def test_a_step_2_that_deletes_what_died_with_its_block_is_known() -> None:
    """The word came after its block was deleted: no update says that it is deleted, every replica's step 2 does."""
    first, second, server = Replica(), Replica(), Replica()
    with first.edit():
        first.root().insert_element(0, "paragraph", {}).insert_text(0)
    start = first.take_edits()
    assert start
    for one in (second, server):
        one.apply(start)
    intake = opened(server)
    first.root().remove(0)
    block = second.root().children()[0]
    assert isinstance(block, Element)
    block.children()[0].insert(0, "late", {})  # type: ignore[union-attr]
    for update in (first.take_edits(), second.take_edits()):
        assert update
        assert intake.take(update) == update
        server.apply(update)
        intake.applied()
    whole = server.diff(server.state_vector())
    assert intake.take(whole, is_step_2=True) is Verdict.KNOWN
    assert intake.take(whole) is Verdict.KNOWN


def test_what_is_no_update_ends_its_socket() -> None:
    for take in (opened(Replica()).take, opened(Replica()).brings_structs):
        with pytest.raises(BadFrame) as refused:
            take(b"\x01\x01\xff")
        assert refused.value.close_code is CloseCode.MALFORMED


def test_a_parent_that_holds_nothing_is_refused_before_it_is_journalled() -> None:
    """pycrdt raises on it, so that a journal which holds it could never be loaded again."""
    server = Replica()
    with server.edit():
        server.root().insert_element(0, "paragraph", {}).insert_text(0).insert(0, "word", {})
    client = server.client_id
    within_a_word = b"\x01\x01\x4d\x00\x04\x00" + varint(client) + varint(2) + b"\x01x\x00"
    with pytest.raises(BadFrame) as refused:
        opened(server).take(within_a_word)
    assert refused.value.close_code is CloseCode.MALFORMED
    within_a_text = b"\x01\x01\x4d\x00\x04\x00" + varint(client) + varint(1) + b"\x01x\x00"
    assert opened(server).take(within_a_text) == within_a_text


def test_what_overlaps_nothing_is_journalled_as_it_came_whatever_its_size() -> None:
    writer, server = Replica(), Replica()
    with writer.edit():
        writer.root().insert_element(0, "paragraph", {}).insert_text(0).insert(0, "a word " * 200, {})
    update = writer.take_edits()
    assert update
    intake = opened(server)
    assert intake.take(update) is update
    assert intake.take(update) is Verdict.KNOWN
