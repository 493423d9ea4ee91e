"""Who is where: clocks only rise, and nobody speaks for another."""

from __future__ import annotations

from editor.live.awareness import AwarenessTable
from editor.wire import presence
from editor.wire.presence import Presence

ADA = {"user": {"name": "Ada"}}


def test_a_state_goes_out_once_under_its_own_clock() -> None:
    table = AwarenessTable()
    assert table.put("ada", 7, 3, ADA)
    assert table.take_changed() == [Presence(7, 3, ADA)]
    assert table.take_changed() == []


def test_nobody_speaks_for_another_s_client_id() -> None:
    table = AwarenessTable()
    table.put("ada", 7, 3, ADA)
    assert not table.put("eve", 7, 9, {})
    assert table.all() == [Presence(7, 3, ADA)]


def test_who_comes_back_with_an_old_clock_is_seen_again() -> None:
    table = AwarenessTable()
    table.put("ada", 7, 3, ADA)
    table.remove("ada")
    assert table.take_changed() == [Presence(7, 4, None)]
    table.put("ada again", 7, 3, ADA)
    assert table.take_changed() == [Presence(7, 5, ADA)]


def test_a_client_is_echoed_under_its_own_clock() -> None:
    table = AwarenessTable()
    table.put("ada", 7, 3, ADA)
    assert table.own_piece("ada", 7) is None
    table.renew("ada")
    assert table.own_piece("ada", 7) == presence.write([Presence(7, 3, ADA)])[1:]
    assert table.all() == [Presence(7, 4, ADA)]


def test_an_older_clock_of_the_same_connection_is_dropped() -> None:
    table = AwarenessTable()
    table.put("ada", 7, 3, ADA)
    assert not table.put("ada", 7, 2, {})


def test_a_new_name_is_told_to_everybody() -> None:
    table = AwarenessTable()
    table.put("ada", 7, 3, {**ADA, "cursor": None})
    table.take_changed()
    table.restamp("ada", {"name": "Ada Lovelace"})
    assert table.take_changed() == [Presence(7, 4, {"user": {"name": "Ada Lovelace"}, "cursor": None})]


def test_whoever_forgot_the_others_is_shown_them_under_clocks_that_are_new_to_them() -> None:
    table = AwarenessTable()
    table.put("ada", 7, 3, ADA)
    table.take_changed()
    table.raise_clocks()
    assert table.take_changed() == [], "nobody else is told anything"
    assert table.all() == [Presence(7, 4, ADA)]
    table.put("ada", 7, 4, {**ADA, "cursor": None})
    assert table.take_changed() == [Presence(7, 5, {**ADA, "cursor": None})], "newer than what was shown"
