"""Markdown and HTML: in, out, and nothing that runs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from editor.room import markdown, render
from editor.room.blocks import blocks, write_runs
from editor.room.delta import Run, joined, plain
from editor.room.markdown import HARD_BREAK, from_runs, inline, link
from editor.room.replica import Replica

SOURCE = """# Title & more

A **bold**, *italic*, ~~struck~~, <u>lined</u>, `a < b` and [linked](https://example.com/?a=1&b=2) word.\\
Next line.

- one
- two
  1. inner

3. third
4. fourth

> said

---

```python
if a < b:
    pass
```

| Name | Age |
| --- | --- |
| Ada | 36 |"""


def document(text: str) -> Replica:
    replica = Replica()
    markdown.write(replica, markdown.parse(text))
    return replica


@pytest.mark.parametrize(
    ("text", "runs"),
    [
        ("plain", [Run("plain")]),
        ("a **b** c", [Run("a "), Run("b", {"bold": {}}), Run(" c")]),
        ("***x***", [Run("x", {"bold": {}, "italic": {}})]),
        ("`a*b`", [Run("a*b", {"code": {}})]),
        ("<u>x</u>y", [Run("x", {"underline": {}}), Run("y")]),
        ("<script>x</script>", [Run("<script>x</script>")]),
        ("[x](javascript:alert)", [Run("[x](javascript:alert)")]),
        ("[x](ftp://a.example)", [Run("x")]),
        ("one\ntwo", [Run("one two")]),
        ("one\n\ntwo", [Run("one"), HARD_BREAK, Run("two")]),
        ("![cat](https://a.example/c.png)", [Run("cat")]),
        ("1. kept", [Run("1. kept")]),
    ],
)
def test_inline_markdown_becomes_runs(text: str, runs: list[Run]) -> None:
    assert inline(text) == runs


def test_a_link_is_stored_as_the_editor_stores_it() -> None:
    [run] = inline("[x](https://a.example)")
    assert run.marks == link("https://a.example")
    assert run.marks["link"]["rel"] == "noopener noreferrer nofollow"


WORDS = st.text(alphabet="ab*_`[]<>~\\&é日😀", min_size=1, max_size=6)
RUN = st.builds(Run, WORDS, st.sampled_from([{}, {"bold": {}}, {"strike": {}}, link("https://a.example/x_(y)")]))


@given(st.lists(RUN, max_size=5))
def test_words_with_marks_survive_markdown(runs: list[Run]) -> None:
    spaced = joined(part for run in runs for part in (run, Run(" ")))[: 2 * len(runs)]
    spaced = joined([*spaced, Run("end")])
    assert inline(from_runs(spaced)) == spaced


def test_a_document_becomes_the_html_of_the_editor() -> None:
    assert render.html(document(SOURCE)) == (
        "<h1>Title &amp; more</h1>"
        "<p>A <strong>bold</strong>, <em>italic</em>, <s>struck</s>, <u>lined</u>, <code>a &lt; b</code> and "
        '<a target="_blank" rel="noopener noreferrer nofollow" href="https://example.com/?a=1&amp;b=2">linked</a> word.'
        "<br>Next line.</p>"
        "<ul><li><p>one</p></li><li><p>two</p><ol><li><p>inner</p></li></ol></li></ul>"
        '<ol start="3"><li><p>third</p></li><li><p>fourth</p></li></ol>'
        "<blockquote><p>said</p></blockquote><hr>"
        '<pre><code class="language-python">if a &lt; b:\n    pass</code></pre>'
        "<table><tbody><tr><th><p>Name</p></th><th><p>Age</p></th></tr><tr><td><p>Ada</p></td><td><p>36</p></td></tr>"
        "</tbody></table>"
    )


def test_a_document_comes_back_from_its_own_markdown() -> None:
    first = document(SOURCE)
    again = document(markdown.document(first))
    assert render.html(again) == render.html(first)


def test_what_people_wrote_is_escaped_and_a_bad_address_leads_nowhere() -> None:
    replica = document("<img src=x onerror=alert(1)>")
    paragraph = blocks(replica)[0].element
    write_runs(paragraph, 1, [Run("x", {"link": {"href": "javascript:alert(1)"}})])
    shown = render.html(replica)
    assert "<img" not in shown
    assert 'href=""' in shown
    assert "javascript" not in shown


def test_a_mark_that_neighbours_share_is_one_element_and_a_block_shows_its_id() -> None:
    replica = Replica()
    markdown.write(replica, markdown.parse("**a *b*** c\n\n---"), lambda: 'x"y')
    assert render.html(replica) == '<p data-block="x&quot;y"><strong>a <em>b</em></strong> c</p><hr>'


def test_an_empty_list_item_and_quotation_hold_a_paragraph() -> None:
    assert render.html(document("- \n- x\n\n>")) == (
        "<ul><li><p></p></li><li><p>x</p></li></ul><blockquote><p></p></blockquote>"
    )


def test_text_has_a_line_for_each_block() -> None:
    assert render.text(document("# a\n\nb\\\nc\n\n- d")) == "a\nb\nc\nd"


def test_textblocks_get_ids_where_a_source_is_given() -> None:
    replica = Replica()
    names = iter("abc")
    markdown.write(replica, markdown.parse("# x\n\n- y\n\nz"), lambda: next(names))
    assert [block.id for block in blocks(replica)] == ["a", "b", "c"]
    assert plain(blocks(replica)[1].delta()) == "y"
