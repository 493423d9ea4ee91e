"""Suggestions on real rows: opened, streamed, placed, accepted once, undone."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from editor import suggestions
from editor.models import Decision, Suggestion
from editor.room import blocks
from editor.room.delta import Run
from editor.room.errors import AlreadyResolved, Refusal
from tests.suggestions.desk import Desk

pytestmark = pytest.mark.django_db

FOX = "The quick brown fox jumps."


def refused(call: Any, *arguments: Any, **named: Any) -> Refusal:
    with pytest.raises(Refusal) as caught:
        call(*arguments, **named)
    return caught.value


def test_it_is_opened_marked_and_streamed() -> None:
    desk = Desk(FOX)
    fox = desk.suggest("quick brown", "slow **red**")
    row = Suggestion.objects.get(pk=fox)
    assert (row.status, row.body, row.block_id, row.base) == (
        "pending",
        "slow **red**",
        "block0",
        [["quick brown", {}]],
    )
    assert desk.marks == ["quick brown"]
    card = desk.card(fox)
    assert card["body"] == "slow **red**"
    assert (card["status"], card["place"], card["base"], card["author"], card["asker_name"]) == (
        "pending",
        "fresh",
        "quick brown",
        "Copilot",
        "Ada",
    )
    assert desk.text == FOX


def test_a_block_without_id_gets_one() -> None:
    desk = Desk(FOX)
    blocks.insert(blocks.blocks(desk.content)[0].element, 0, Run(""))
    desk.content.root().insert_element(1, "paragraph", {"id": "block0"})
    blocks.insert(blocks.blocks(desk.content)[1].element, 0, Run("doubled"))
    other = desk.suggest("doubled", "single")
    assert blocks.blocks(desk.content)[1].id == Suggestion.objects.get(pk=other).block_id != "block0"


def test_a_selection_that_changed_is_refused_and_nothing_is_written() -> None:
    desk = Desk(FOX)
    target = {**desk.range("quick"), "quote": "slow", "start": 0, "end": 4}
    assert refused(desk.open, "", target).code == "selection_changed"
    assert refused(desk.open, "", {"index": "x"}).code == "selection_changed"
    assert not Suggestion.objects.exists()
    assert desk.marks == []


def test_code_carries_no_suggestion() -> None:
    desk = Desk("```\nx = 1\n```")
    assert refused(desk.open, "x = 1").code == "not_here"


def test_accept_applies_it_once_and_says_who() -> None:
    desk = Desk(FOX)
    fox = desk.suggest("quick brown", "slow **red**")
    answer = desk.accept(fox, by=desk.bob)
    assert desk.markdown == "The slow **red** fox jumps."
    assert desk.marks == []
    assert answer["by"] == "Bob"
    assert answer["conflicts"] == []
    decision = Decision.objects.get()
    assert (str(decision.pk), decision.verdict, decision.seq) == (answer["decision"], "accepted", desk.content_seq)
    card = desk.card(fox)
    assert (card["status"], card["decided_by"], card["verdict"]) == ("accepted", "Bob", "accepted")
    again = refused(desk.accept, fox, by=desk.ada)
    assert isinstance(again, AlreadyResolved)
    assert again.details["by"] == "Bob"
    assert again.details["at"] == answer["at"]
    assert desk.decided() == [("accepted", "Bob")]


@pytest.mark.parametrize("first", ["accept", "reject"])
@pytest.mark.parametrize("second", ["accept", "reject"])
def test_of_two_decisions_the_first_stands_and_the_loser_hears_the_name(first: str, second: str) -> None:
    desk = Desk(FOX)
    fox = desk.suggest("quick", "slow")
    getattr(desk, first)(fox, by=desk.ada)
    before = desk.text, desk.content_seq
    loser = refused(getattr(desk, second), fox, by=desk.bob)
    assert (loser.code, loser.details["by"]) == ("already_resolved", "Ada")
    assert (desk.text, desk.content_seq) == before
    assert desk.decided() == [(f"{first}ed", "Ada")]


def test_reject_leaves_the_text_and_takes_the_mark() -> None:
    desk = Desk(FOX)
    fox = desk.suggest("quick", "slow")
    desk.reject(fox)
    assert (desk.text, desk.marks, desk.card(fox)["status"]) == (FOX, [], "rejected")


def test_what_still_streams_can_be_rejected_but_not_accepted() -> None:
    desk = Desk(FOX)
    fox = desk.open("quick")
    assert refused(desk.accept, fox).code == "not_ready"
    desk.reject(fox)
    assert desk.job(lambda ws: suggestions.append_body(ws, fox, "late")) is False
    assert desk.job(lambda ws: suggestions.finish(ws, fox)) is False
    assert desk.card(fox)["body"] == ""
    assert desk.card(fox)["status"] == "rejected"


def test_a_withdrawn_one_is_not_decided() -> None:
    desk = Desk(FOX)
    fox = desk.open("quick")
    assert desk.job(lambda ws: suggestions.withdraw(ws, fox))
    assert desk.marks == []
    assert refused(desk.accept, fox).code == "not_pending"
    assert not desk.job(lambda ws: suggestions.withdraw(ws, fox))


def test_words_typed_around_it_are_left_in() -> None:
    desk = Desk(FOX)
    fox = desk.suggest("quick brown", "slow red")
    desk.type("Well, ", before="The")
    desk.job(suggestions.recompute)
    assert desk.card(fox)["place"] == "fresh"
    desk.accept(fox)
    assert desk.text == "Well, The slow red fox jumps."


def test_words_typed_inside_make_it_stale_and_nothing_is_applied() -> None:
    desk = Desk(FOX)
    fox = desk.suggest(FOX, "A slow brown fox sleeps.")
    desk.type("Hey! ", before="The")
    desk.type("very ", before="brown")
    desk.job(suggestions.recompute)
    assert (desk.card(fox)["place"], desk.card(fox)["now"]) == ("stale", "The quick very brown fox jumps.")
    before = desk.text
    stale = refused(desk.accept, fox)
    assert (stale.code, stale.details) == ("stale", {"now": "The quick very brown fox jumps."})
    assert (desk.text, desk.decided()) == (before, [])


def test_a_stale_one_is_merged_into_the_text_that_the_person_was_shown() -> None:
    desk = Desk(FOX)
    fox = desk.suggest(FOX, "A slow brown fox sleeps.")
    desk.type("very ", before="brown")
    now = refused(desk.accept, fox).details["now"]
    desk.type("old ", before="fox")
    again = refused(desk.accept, fox, now=str(now))
    assert again.code == "changed_again"
    answer = desk.accept(fox, now=str(again.details["now"]))
    assert desk.text == "A slow very brown old fox sleeps."
    assert answer["conflicts"] == []
    desk.undo(answer["decision"])
    assert desk.text == "The quick very brown old fox jumps."


def test_words_that_both_replaced_stay_peoples_and_are_listed() -> None:
    desk = Desk(FOX)
    fox = desk.suggest(FOX, "The quick red fox sleeps.")
    desk.delete("brown")
    desk.type("black", before=" fox")
    answer = desk.accept(fox, now="The quick black fox jumps.")
    assert desk.text == "The quick black fox sleeps."
    assert answer["conflicts"] == [{"kept": "black", "wanted": "red"}]


def test_text_that_is_gone_is_orphaned_and_never_applied() -> None:
    desk = Desk(FOX)
    fox = desk.suggest("quick brown", "slow")
    desk.delete("quick brown ")
    desk.job(suggestions.recompute)
    assert desk.card(fox)["place"] == "orphaned"
    assert refused(desk.accept, fox).code == "orphaned"
    desk.reject(fox)


def test_a_mark_that_was_lost_comes_back_where_the_quotation_is() -> None:
    desk = Desk(FOX)
    fox = desk.suggest("quick brown", "slow")
    blocks.set_marks(blocks.blocks(desk.content)[0].element, 0, len(FOX), {"suggestion": None})
    desk.job(suggestions.recompute)
    assert (desk.card(fox)["place"], desk.marks) == ("moved", ["quick brown"])
    desk.accept(fox)
    assert desk.text == "The slow fox jumps."


def test_recompute_writes_nothing_where_nothing_changed() -> None:
    desk = Desk(FOX)
    desk.suggest("quick", "slow")
    desk.job(suggestions.recompute)
    seqs = desk.content_seq, desk.session_seq
    desk.job(suggestions.recompute)
    assert (desk.content_seq, desk.session_seq) == seqs


def test_a_mark_that_undo_brought_back_is_taken_away_by_the_next_job() -> None:
    desk = Desk(FOX)
    fox = desk.suggest("quick", "slow")
    desk.reject(fox)
    blocks.set_marks(blocks.blocks(desk.content)[0].element, 0, 5, {"suggestion": {"ids": str(fox)}})
    desk.suggest("jumps", "leaps")
    assert desk.marks == ["jumps"]


def test_undo_brings_the_old_words_back_and_keeps_what_was_typed_since() -> None:
    desk = Desk("The *quick* brown fox jumps.")
    answer = desk.accept(desk.suggest("quick brown", "slow red"))
    assert desk.markdown == "The slow red fox jumps."
    desk.type("Well, ", before="The")
    desk.type("rather ", before="slow")
    undone = desk.undo(answer["decision"], by=desk.ada)
    assert desk.markdown == "Well, The rather *quick* brown fox jumps."
    assert undone["conflicts"] == []
    assert Decision.objects.get(verdict="undone").seq == desk.content_seq
    assert refused(desk.undo, answer["decision"], by=desk.bob).details["by"] == "Ada"


def test_an_undo_can_be_undone() -> None:
    desk = Desk(FOX)
    fox = desk.suggest("quick", "slow")
    answer = desk.undo(desk.accept(fox)["decision"])
    assert (desk.text, desk.card(fox)["undone_by"]) == (FOX, "Ada")
    desk.undo(answer["decision"])
    assert (desk.text, desk.card(fox)["undone_by"]) == ("The slow brown fox jumps.", "")


def test_undo_reaches_the_other_half_of_a_block_that_was_divided_since() -> None:
    desk = Desk(f"{FOX}\n\nAnother.")
    answer = desk.accept(desk.suggest(FOX, "The slow red fox sleeps."))
    desk.split(before="red fox")
    assert desk.text == "The slow \nred fox sleeps.\nAnother."
    undone = desk.undo(answer["decision"])
    assert (desk.text, undone["conflicts"]) == ("The quick \nbrown fox jumps.\nAnother.", [])
    desk.undo(undone["decision"])
    assert desk.text == "The slow \nred fox sleeps.\nAnother."


def test_a_suggestion_reaches_both_halves_of_a_block_that_was_divided() -> None:
    desk = Desk(FOX)
    fox = desk.suggest(FOX, "The slow red fox sleeps.")
    desk.split(before="brown")
    desk.job(suggestions.recompute)
    assert (desk.card(fox)["place"], desk.card(fox)["now"]) == ("stale", "The quick \nbrown fox jumps.")
    answer = desk.accept(fox, now="The quick \nbrown fox jumps.")
    assert desk.text == "The slow \nred fox sleeps."
    desk.undo(answer["decision"])
    assert desk.text == "The quick \nbrown fox jumps."


def test_undo_lists_what_people_changed_since_and_keeps_it() -> None:
    desk = Desk(FOX)
    answer = desk.accept(desk.suggest("quick", "slow"))
    desk.delete("slow")
    desk.type("tired", before=" brown")
    undone = desk.undo(answer["decision"])
    assert desk.text == "The tired brown fox jumps."
    assert undone["conflicts"] == [{"kept": "tired", "wanted": "quick"}]


def test_there_is_nothing_to_undo_where_nothing_changed_or_the_block_is_gone() -> None:
    desk = Desk(f"{FOX}\n\nother")
    rejected = desk.reject(desk.suggest("other", "else"))
    assert refused(desk.undo, rejected["decision"]).code == "nothing_to_undo"
    accepted = desk.accept(desk.suggest("quick", "slow"))
    desk.content.root().remove(0)
    assert refused(desk.undo, accepted["decision"]).code == "nothing_to_undo"
    assert refused(desk.undo, str(uuid4())).code == "unknown"


def test_accepting_one_keeps_the_other_in_the_same_block() -> None:
    desk = Desk(FOX)
    quick, jumps = desk.suggest("quick", "slow"), desk.suggest("jumps", "leaps")
    desk.accept(quick)
    desk.job(suggestions.recompute)
    assert desk.card(jumps)["place"] == "fresh"
    desk.accept(jumps)
    assert desk.text == "The slow brown fox leaps."


def test_bold_put_on_since_survives_the_accept() -> None:
    desk = Desk(FOX)
    fox = desk.suggest("quick brown fox", "quick red fox")
    desk.bold("fox")
    desk.accept(fox)
    assert desk.markdown == "The quick red **fox** jumps."


def test_paragraphs_of_a_body_are_joined_by_hard_breaks_and_undo_takes_them_out() -> None:
    desk = Desk(FOX)
    answer = desk.accept(desk.suggest(FOX, "One.\n\nTwo."))
    assert desk.text == "One.\ufffcTwo."
    desk.undo(answer["decision"])
    assert desk.text == FOX


def test_a_heading_stays_a_heading_and_an_empty_body_deletes() -> None:
    desk = Desk("# Old title\n\nGone soon")
    desk.accept(desk.suggest("Old title", "# New title"))
    desk.accept(desk.suggest("Gone soon", " "))
    assert desk.markdown == "# New title"


def test_an_empty_block_can_be_filled() -> None:
    desk = Desk("a")
    desk.content.root().insert_element(1, "paragraph", {})
    opened = desk.open("", {"block": None, "index": 1, "start": 0, "end": 0, "quote": ""})
    desk.job(lambda ws: suggestions.append_body(ws, opened, "New *words*"))
    desk.job(lambda ws: suggestions.finish(ws, opened))
    assert Suggestion.objects.get(pk=opened).kind == "insert"
    answer = desk.accept(opened)
    assert desk.markdown == "a\n\nNew *words*"
    desk.undo(answer["decision"])
    assert desk.text == "a\n"


def test_a_suggestion_of_another_document_is_unknown() -> None:
    other = Desk(FOX)
    fox = other.suggest("quick", "slow")
    assert refused(Desk(FOX).accept, fox).code == "unknown"
