from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from editor.room import markdown
from editor.room.replica import Replica, Text
from editor.wire.digest import digest

TEXT = "# Mill\n\nA [link](https://example.com) and **bold**, *slanted* words."
EDITS = st.lists(st.tuples(st.integers(0, 50), st.text("ab\U0001f600é", max_size=4), st.booleans()), max_size=20)


def paragraph(replica: Replica) -> Text:
    text = replica.root().insert_element(0, "paragraph", {}).insert_text(0)
    text.insert(0, "words", {})
    return text


def test_a_document_has_one_digest_however_often_it_is_loaded() -> None:
    replica = Replica()
    markdown.write(replica, markdown.parse(TEXT), new_id=iter(map(str, range(1000))).__next__)
    state = replica.state()
    states = {Replica(state).state() for _ in range(8)}
    assert len(states) > 1, "maps are encoded in any order"
    assert {digest(again) for again in states} == {digest(state)}


@given(EDITS)
def test_a_snapshot_and_the_rows_that_it_covers_have_one_digest(edits: list[tuple[int, str, bool]]) -> None:
    live = Replica()
    text = paragraph(live)
    rows = [live.take_edits() or b""]
    for place, more, deletes in edits:
        at = place % (len(str(text)) + 1)
        if deletes:
            text.delete(max(0, at - 2), at)
        else:
            text.insert(at, more, {})
        if edit := live.take_edits():
            rows.append(edit)
    by_rows = Replica()
    for row in rows:
        by_rows.apply(row)
    assert digest(Replica(by_rows.state()).state()) == digest(by_rows.state()) == digest(live.state())


def test_another_text_or_a_deletion_has_another_digest() -> None:
    replica = Replica()
    text = paragraph(replica)
    seen = {digest(replica.state())}
    text.insert(5, "!", {})
    seen.add(digest(replica.state()))
    text.delete(5, 6)
    seen.add(digest(replica.state()))
    assert len(seen) == 3
