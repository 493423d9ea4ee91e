"""Accepting and undoing among people who type at the same time, on replicas that meet only by updates."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from editor.room import anchor, blocks, markdown
from editor.room.blocks import Block
from editor.room.delta import Delta, Run, plain, without_mark
from editor.room.merge import merge
from editor.room.proposal import proposal
from editor.room.replica import Replica
from editor.room.schema import SUGGESTION
from tests.room.plans import TEXT

ID = "00000000-0000-4000-8000-000000000001"


@dataclass
class Stroke:
    """One thing that a person does at a part (0 to 99 in a hundred) of the text: type a character, or delete one."""

    part: int
    types: bool


STROKES = st.lists(st.builds(Stroke, st.integers(0, 99), st.booleans()), max_size=6)


def block(replica: Replica) -> Block:
    return blocks.blocks(replica)[0]


def clean(replica: Replica) -> Delta:
    return without_mark(block(replica).delta(), SUGGESTION)


def play(person: Replica, strokes: list[Stroke], typed: list[str]) -> None:
    for stroke in strokes:
        text = block(person).text()
        at = len(text) * stroke.part // 100
        if stroke.types:
            typed.append(chr((0x1F600, 0x5B57, 0x416)[len(typed) % 3] + len(typed)))
            blocks.insert(block(person).element, at, Run(typed[-1], _marks_inside(person, at)))
        elif text and text[at] in "abcthe ":
            blocks.delete(block(person).element, at, at + 1)


def _marks_inside(person: Replica, at: int) -> dict[str, object]:
    """What a browser gives to a word typed here: the marks that both its neighbours have."""
    seen = 0
    for run in block(person).delta():
        if seen < at < seen + len(run.text):
            return dict(run.marks)
        seen += len(run.text)
    return {}


def accept(server: Replica, base: Delta, body: str) -> tuple[Delta, Delta] | None:
    place = anchor.locate(blocks.blocks(server), ID, "p", base)
    if place.span is None:
        return None
    before = clean(server)
    place.span.apply(merge(base, place.span.delta(), proposal(base, body)).edits)
    anchor.keep_marks(blocks.blocks(server), [])
    return before, clean(server)


def undo(server: Replica, before: Delta, after: Delta) -> None:
    span = anchor.whole(block(server))
    span.apply(merge(after, span.delta(), before).edits)


@settings(max_examples=150)
@given(TEXT.filter(lambda text: len(plain(text)) > 2), TEXT, STROKES, STROKES, STROKES, st.integers(0, 50))
def test_what_people_typed_before_beside_and_after_stays(
    text: Delta, proposed: Delta, early: list[Stroke], beside: list[Stroke], late: list[Stroke], part: int
) -> None:
    server = Replica()
    markdown.write(server, [markdown.Node("paragraph", {"id": "p"}, runs=text)])
    start, end = len(plain(text)) * part // 100, len(plain(text))
    span = anchor.Span((block(server),), start, end)
    base = span.delta()
    anchor.put_mark(span, ID)
    person, typed = Replica(server.state()), list[str]()

    play(person, early, typed)
    server.apply(person.take_edits() or Replica().state())
    server.take_edits()
    play(person, beside, typed)
    settled = accept(server, base, markdown.from_runs(proposed))

    person.apply(server.take_edits() or Replica().state())
    server.apply(person.take_edits() or Replica().state())
    assert clean(server) == clean(person)
    assert all(word in plain(clean(server)) for word in typed)

    if settled is None:
        return
    if not beside:
        undo(server, *settled)
        assert clean(server) == settled[0]
        undo(server, settled[1], settled[0])
        assert clean(server) == settled[1]
    play(person, late, typed)
    server.apply(person.take_edits() or Replica().state())
    undo(server, *settled)
    assert all(word in plain(clean(server)) for word in typed)
