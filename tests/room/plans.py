"""A small language for plans: texts are inline Markdown, so that `a **b**` is a text with a bold word."""

from __future__ import annotations

from hypothesis import strategies as st

from editor.room.delta import Delta, Marks, Run, joined
from editor.room.markdown import HARD_BREAK, from_runs, inline
from editor.room.merge import Merge, applied, merge

BOLD: Marks = {"bold": {}}
ITALIC: Marks = {"italic": {}}
MARKS = st.sampled_from([{}, {}, BOLD, ITALIC, {**BOLD, **ITALIC}])
WORD = st.sampled_from(["a", "b", "c", "the", "été", "日本", "👩‍🚀", "e\u0301", ".", " ", " ", " "])
RUN = st.one_of(st.builds(Run, WORD, MARKS), st.builds(Run, WORD, MARKS), st.just(HARD_BREAK))
TEXT = st.lists(RUN, max_size=12).map(joined)


def merged(base: str, ours: str, theirs: str) -> str:
    """What stands after theirs was brought into ours, as Markdown."""
    found = merge(inline(base), inline(ours), inline(theirs))
    return from_runs(applied(inline(ours), found.edits))


def conflicts(base: str, ours: str, theirs: str) -> list[tuple[str, str]]:
    found = merge(inline(base), inline(ours), inline(theirs))
    return [(conflict.kept, conflict.wanted) for conflict in found.conflicts]


def outcome(base: Delta, ours: Delta, theirs: Delta) -> tuple[Merge, Delta]:
    found = merge(base, ours, theirs)
    return found, applied(ours, found.edits)
