"""Arguments read while they arrive say the same as arguments read whole."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.agent.partial_json import PartialObject, StringPart

TEXT = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=30)
VALUES = st.one_of(TEXT, st.integers(), st.booleans(), st.none(), st.lists(TEXT, max_size=3))


def read(fragments: list[str]) -> tuple[dict[str, Any], bool]:
    reader = PartialObject()
    values: dict[str, Any] = {}
    for fragment in fragments:
        for piece in reader.feed(fragment):
            if isinstance(piece, StringPart):
                values[piece.key] = values.get(piece.key, "") + piece.text
            else:
                values[piece.key] = piece.value
    return values, reader.closed


@given(st.dictionaries(TEXT, VALUES, max_size=4), st.booleans(), st.data())
def test_however_the_text_is_cut_the_values_are_those_of_the_whole(
    value: dict[str, Any], ascii_only: bool, data: st.DataObject
) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only, indent=data.draw(st.sampled_from([None, 1])))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=8)))
    fragments = [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    assert read(fragments) == (value, True)


def test_a_string_is_shown_before_it_is_whole() -> None:
    reader = PartialObject()
    assert reader.feed('{"replacement": "One tw') == [StringPart("replacement", "One tw")]
    assert reader.feed('o"') == [StringPart("replacement", "o", whole=True)]


def test_an_escape_is_held_until_it_is_whole_and_half_a_character_is_never_shown() -> None:
    reader = PartialObject()
    assert reader.feed('{"a": "x\\ud83d') == [StringPart("a", "x")]
    assert reader.feed("\\ude") == []
    assert reader.feed("00") == [StringPart("a", "\U0001f600")]


@pytest.mark.parametrize("rest", ["y", "\\n", "\\u0041"])
def test_half_a_pair_alone_becomes_the_replacement_character(rest: str) -> None:
    values, closed = read(['{"a": "\\ud83d' + rest + '"}'])
    assert closed
    assert values["a"] == "\ufffd" + json.loads(f'"{rest}"')


@pytest.mark.parametrize("text", ["[1]", '{"a" 1}', "{a: 1}", '{"a": 1} x', '{"a": nope}'])
def test_what_no_object_begins_with_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        PartialObject().feed(text)
