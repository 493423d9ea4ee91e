"""The built-in copilot works on the text that it is given, whatever it is."""

from __future__ import annotations

import random

import pytest

from copilot.agent.context import Brief, CallRecord, Edit, StepRecord, Turn
from copilot.agent.demo.reply import Reply, Wish, reply, wish
from copilot.agent.demo.sentences import sentences, words
from copilot.agent.demo.tidy import tidy, tidy_part
from tests.copilot.asking import brief

NOUNS = ["river", "bridge", "teacher", "engine", "garden", "letter", "market", "window", "budget", "harbour"]
VERBS = ["carries", "follows", "repairs", "describes", "replaces", "supports", "welcomes", "measures"]


def clean(rng: random.Random) -> str:
    first, second = rng.sample(NOUNS, 2)
    return f"The {first} {rng.choice(VERBS)} the {second} near the {rng.choice(NOUNS)}."


def sloppy(rng: random.Random) -> str:
    """A paragraph with some of the faults that people make, at random places."""
    parts = [clean(rng) for _ in range(rng.randint(2, 5))]
    faults = rng.sample(range(5), rng.randint(1, 3))
    if 0 in faults:
        parts[0] = parts[0].replace(" ", "  ", 1)
    if 1 in faults:
        parts[-1] = parts[-1].rstrip(".")
    if 2 in faults:
        parts[0] = parts[0][0].lower() + parts[0][1:]
    if 3 in faults:
        parts[1] = parts[1].replace(" the ", " the the ", 1)
    if 4 in faults:
        parts[0] = parts[0].replace(" near ", " really very near ", 1)
    return " ".join(parts)


@pytest.mark.parametrize("seed", range(60))
def test_it_finds_something_in_every_sloppy_paragraph_and_then_nothing_more_of_the_kind(seed: int) -> None:
    text = sloppy(random.Random(seed))
    tidied = tidy(text)
    assert tidied.notes
    assert tidied.text != text
    assert "  " not in tidied.text
    assert " the the " not in tidied.text
    assert tidied.text[0].isupper()
    assert tidied.text.endswith(".")


@pytest.mark.parametrize("seed", range(40))
def test_it_finds_something_in_nearly_every_clean_paragraph_too(seed: int) -> None:
    rng = random.Random(seed)
    assert tidy(" ".join(clean(rng) for _ in range(4))).notes


@pytest.mark.parametrize(
    ("text", "better"),
    [
        ("we did this in order to to help", "We did this to help."),
        ("It is a really important  point ,i think.", "It is an important point, I think."),
        ("Due to the fact that it rained we left", "Because it rained we left."),
        ("I dont know . it was teh end!!", "I don't know. It was the end!"),
        ("Run `teh  code` and and see https://x.org/teh now", "Run `teh  code` and see https://x.org/teh now."),
        ("Das ist sehr  schön. über alles gern", "Das ist sehr schön. Über alles gern."),
    ],
)
def test_it_tidies_by_rules_and_leaves_code_and_addresses_alone(text: str, better: str) -> None:
    assert tidy(text).text == better


def test_a_long_sentence_is_divided_at_a_conjunction_and_keeps_its_words() -> None:
    text = (
        "The committee met on Tuesday in the old hall beside the church, and the members talked for three hours "
        "about the bridge, but nobody wanted to pay for the repairs of it."
    )
    parts = sentences(tidy(text).text)
    assert len(parts) > 1
    assert {"committee", "bridge", "repairs"} <= set(words(" ".join(parts)))


def test_a_list_is_not_taken_for_a_sentence_of_its_own() -> None:
    text = (
        "We are nine people so far: two librarians, a carpenter, a teacher from the school beside the church, "
        "and four who live nearby and walk past the mill every day."
    )
    assert len(sentences(tidy(text).text)) == 1


def test_a_selected_paragraph_is_proposed_anew_and_no_other() -> None:
    said = reply(brief("Please improve this", ["A fine  one.", "the second  one here", "and  a third"], select=[2]))
    assert [(call.name, call.arguments) for call in said.calls] == [
        ("propose_edit", {"block": 2, "replacement": "The second one here."})
    ]


def test_without_a_selection_it_looks_through_the_document_and_says_so() -> None:
    said = reply(brief("tidy the text", ["Two words", "the  first of some paragraphs", "the  next of some paragraphs"]))
    assert [call.arguments["block"] for call in said.calls] == [2, 3]
    assert "Nothing was selected" in said.text


LONG = "The river carries the boats. It was said (by some) that boats are old. Boats and the river matter. Cats sleep."


def test_shorter_is_shorter() -> None:
    said = reply(brief("make this shorter", [LONG], select=[1]))
    short = said.calls[0].arguments["replacement"]
    assert 0 < len(words(short)) < len(words(LONG))


def follow_up(request: str, status: str, now: str) -> Reply:
    edit = Edit("id-2", "the old  words of this river", "The old words of this river.", status)
    turn = Turn("Ada", "Improve this", "I tidied it.", ("the old  words of this river",), (edit,))
    return reply(brief(request, ["Another.", now], turns=(turn,)))


@pytest.mark.parametrize(
    ("status", "now"),
    [
        ("pending", "the old  words of this river"),
        ("accepted", "The old words of this river."),
        ("accepted", "New words here."),
    ],
)
def test_a_follow_up_without_a_selection_is_about_the_last_place(status: str, now: str) -> None:
    said = follow_up("Make it shorter", status, now)
    assert [call.arguments["block"] for call in said.calls] in ([2], [])
    if said.calls:
        assert len(said.calls[0].arguments["replacement"]) < len(now)


def test_it_knows_what_was_asked_before() -> None:
    said = follow_up("What did I ask you before?", "pending", "the old  words of this river")
    assert "Improve this" in said.text
    assert "Ada" in said.text
    assert "nothing before" in reply(brief("What did I ask?")).text


@pytest.mark.parametrize(
    ("request_", "email", "role"),
    [
        ("invite zoe.b+x@mail.example.org", "zoe.b+x@mail.example.org", "editor"),
        ("Please let k@l.example read this.", "k@l.example", "viewer"),
        ("add someone@where.example as a commenter", "someone@where.example", "commenter"),
    ],
)
def test_an_address_makes_it_ask_for_an_invitation(request_: str, email: str, role: str) -> None:
    said = reply(brief(request_, ["Text."], select=[1]))
    assert [(call.name, call.arguments) for call in said.calls] == [("invite_person", {"email": email, "role": role})]


def after(name: str, result: dict[str, str]) -> Brief:
    call = CallRecord("c", name, {"email": "k@l.example", "role": "viewer", "block": 1}, result)
    return brief("invite k@l.example", ["Text."], steps=(StepRecord("", (call,)),))


def test_a_denial_is_said_with_the_name_of_who_denied() -> None:
    said = reply(after("invite_person", {"error": "denied", "denied_by": "Grace"}))
    assert "Grace denied" in said.text
    assert not said.calls


def test_a_confirmed_invitation_is_said_to_be_made() -> None:
    assert "confirmed by Grace" in reply(after("invite_person", {"confirmed_by": "Grace"})).text


def test_an_edit_that_met_changed_text_is_made_again_on_the_text_as_it_is() -> None:
    call = CallRecord("c", "propose_edit", {"block": 1}, {"error": "selection_changed"})
    said = reply(brief("Improve", ["the  new text of it"], select=[1], steps=(StepRecord("", (call,)),)))
    assert said.calls[0].arguments == {"block": 1, "replacement": "The new text of it."}


def test_after_its_edits_it_says_how_many_there_are_and_stops() -> None:
    done = tuple(CallRecord(f"c{n}", "propose_edit", {"block": n}, {"status": "proposed"}) for n in (1, 2))
    said = reply(brief("Improve", ["the  new", "the  old"], select=[1, 2], steps=(StepRecord("", done),)))
    assert "2 proposals" in said.text
    assert not said.calls


def test_a_summary_says_only_what_the_document_says() -> None:
    rng = random.Random(4)
    texts = [" ".join(clean(rng) for _ in range(4)) for _ in range(4)]
    said = reply(brief("Summarise this document", texts)).text
    chosen = sentences(said.split(":", 1)[1])
    assert chosen
    assert all(any(sentence in text for text in texts) for sentence in chosen)


def test_outline_and_checklist_have_a_line_for_what_is_there() -> None:
    asked = brief("an outline please", ["First thing here.", "We must call the plumber; you should buy nails."])
    assert reply(asked).text.count("\n  - ") == 2
    listed = reply(brief("Make a checklist", [block.text for block in asked.blocks])).text
    assert "- [ ] Call the plumber\n- [ ] Buy nails" in listed


@pytest.mark.parametrize("request_", ["hello", "What is the capital of France?", "write a poem about trains"])
def test_what_it_cannot_do_is_answered_with_what_it_can_and_how_to_connect_a_model(request_: str) -> None:
    said = reply(brief(request_, ["Some text."]))
    assert "demo" in said.text
    assert "OPENAI_API_KEY" in said.text


def test_the_same_brief_gets_the_same_answer() -> None:
    asked = brief("improve", [sloppy(random.Random(3))], select=[1])
    assert reply(asked) == reply(asked)


def test_wishes_are_told_apart() -> None:
    assert wish("Improve this paragraph") is Wish.IMPROVE
    assert wish("Give me the key points") is Wish.SUMMARY
    assert wish("turn the notes into a to-do list") is Wish.CHECKLIST


@pytest.mark.parametrize(
    ("before", "text", "after", "better"),
    [
        ("It was ", "also  a place", " to rest.", "also a place"),
        ("It was. ", "also  a quiet old place", "", "Also a quiet old place."),
        ("", "also  a quiet old place", " to rest.", "Also a quiet old place"),
    ],
)
def test_words_out_of_a_sentence_get_neither_a_capital_nor_a_full_stop(
    before: str, text: str, after: str, better: str
) -> None:
    assert tidy_part(text, before, after).text == better
