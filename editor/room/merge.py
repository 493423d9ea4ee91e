"""The three-way merge of marked text by words: what was changed of a base (theirs) comes into what is there (ours).

Ours is people's text: nothing that it inserted is deleted. Where both replaced the same words, ours stays and the
change is listed as a conflict. The result is a list of edits to ours, as small as words allow.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any

from editor.room.delta import Delta, Marks, Run, cut, joined, plain

MAX_COMPARISONS = 2_500_000
"""Texts of more words than this (one's times the other's, without their common ends) count as replaced in one piece:
comparing them would hold the document's lock for more than 200 ms."""

_WORD = re.compile(
    r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]"
    r"|\w(?:[^\W\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]|[\u0300-\u036f\u200d]|['’](?=\w))*"
    r"|\s"
    r"|[^\w\s](?:[\ufe0f\u0300-\u036f\U0001f3fb-\U0001f3ff]|\u200d[^\w\s])*"
)


@dataclass(frozen=True, slots=True)
class Insert:
    """Put a run at an offset of ours; several at one offset stand in their order."""

    at: int
    run: Run


@dataclass(frozen=True, slots=True)
class Delete:
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Format:
    """Set these marks on a range of ours; None removes one."""

    start: int
    end: int
    marks: Marks


Edit = Insert | Delete | Format


@dataclass(frozen=True, slots=True)
class Conflict:
    """Words that both sides replaced: `kept` stands, `wanted` was not put in."""

    kept: str
    wanted: str


@dataclass(frozen=True, slots=True)
class Merge:
    """Edits in the order of the text, with offsets in ours as it was."""

    edits: list[Edit] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Hunk:
    """What one side put in place of the base's words from `start` to `end`."""

    start: int
    end: int
    tokens: list[Run]


class _Side:
    """How one side differs from the base: its hunks, and which of its tokens each base token still is."""

    def __init__(self, base: list[Run], tokens: list[Run]) -> None:
        self.tokens = tokens
        self.hunks: list[_Hunk] = []
        self.kept: dict[int, int] = {}
        for tag, b_start, b_end, start, end in _opcodes(base, tokens):
            if tag == "equal":
                self.kept.update(zip(range(b_start, b_end), range(start, end), strict=True))
            else:
                self.hunks.append(_Hunk(b_start, b_end, tokens[start:end]))


def words(delta: Sequence[Run]) -> list[Run]:
    """A run for each word, space, sign or leaf, with its marks."""
    return [
        Run(piece, run.marks, run.leaf)
        for run in delta
        for piece in ([run.text] if run.leaf else _WORD.findall(run.text))
    ]


def _key(token: Run) -> tuple[str, str]:
    return token.text, token.leaf


def _opcodes(base: list[Run], other: list[Run]) -> Iterator[tuple[str, int, int, int, int]]:
    first, second = [_key(token) for token in base], [_key(token) for token in other]
    start = 0
    while start < min(len(first), len(second)) and first[start] == second[start]:
        start += 1
    tail = 0
    while tail < min(len(first), len(second)) - start and first[-1 - tail] == second[-1 - tail]:
        tail += 1
    if start:
        yield "equal", 0, start, 0, start
    middle, other_middle = first[start : len(first) - tail], second[start : len(second) - tail]
    if len(middle) * len(other_middle) > MAX_COMPARISONS:
        yield "replace", start, len(first) - tail, start, len(second) - tail
    else:
        for tag, a, b, c, d in SequenceMatcher(None, middle, other_middle, autojunk=False).get_opcodes():
            yield tag, a + start, b + start, c + start, d + start
    if tail:
        yield "equal", len(first) - tail, len(first), len(second) - tail, len(second)


def merge(base: Delta, ours: Delta, theirs: Delta) -> Merge:
    """The edits that bring what theirs changed of base into ours."""
    base_words = words(base)
    our_side, their_side = _Side(base_words, words(ours)), _Side(base_words, words(theirs))
    plan = _Plan(base_words, our_side, their_side)
    for hunk in their_side.hunks:
        plan.take(hunk)
    plan.format()
    return plan.result()


class _Plan:
    """What happens to each of our tokens, and what is put before each."""

    def __init__(self, base: list[Run], ours: _Side, theirs: _Side) -> None:
        self.base, self.ours, self.theirs = base, ours, theirs
        self.deleted: set[int] = set()
        self.inserted: dict[int, list[Run]] = {}
        self.formats: dict[int, dict[str, Any]] = {}
        self.conflicts: list[Conflict] = []

    def take(self, hunk: _Hunk) -> None:
        standing = [self.ours.kept[i] for i in range(hunk.start, hunk.end) if i in self.ours.kept]
        if self._same_as_ours(hunk):
            return
        if hunk.tokens and self._conflicts(hunk, standing):
            self.conflicts.append(Conflict(self._ours_around(hunk), plain(hunk.tokens)))
            return
        self.deleted.update(standing)
        if hunk.tokens:
            at = standing[0] if standing else self._place(hunk.start)
            self.inserted.setdefault(at, []).extend(hunk.tokens)

    def _same_as_ours(self, hunk: _Hunk) -> bool:
        """Whether ours made this very change: then it is not made twice."""
        return any(
            (mine.start, mine.end) == (hunk.start, hunk.end)
            and [_key(token) for token in mine.tokens] == [_key(token) for token in hunk.tokens]
            for mine in self.ours.hunks
        )

    def _conflicts(self, hunk: _Hunk, standing: list[int]) -> bool:
        if hunk.start < hunk.end:
            return len(standing) < hunk.end - hunk.start
        before = hunk.start > 0 and hunk.start - 1 not in self.ours.kept
        after = hunk.start < len(self.base) and hunk.start not in self.ours.kept
        inside = hunk.start > 0 and hunk.start < len(self.base)
        return (before and after) if inside else bool(self.base) and (before or after) and not self.ours.kept

    def _place(self, gap: int) -> int:
        """Before which of our tokens an insertion at a gap of the base goes: after what ours inserted there."""
        following = self.ours.kept.get(gap)
        if following is not None:
            return following
        if gap and gap - 1 in self.ours.kept:
            return self.ours.kept[gap - 1] + 1
        return len(self.ours.tokens)

    def _ours_around(self, hunk: _Hunk) -> str:
        """Our words between the last kept one before the hunk and the first kept one after it."""
        start = max((self.ours.kept[i] + 1 for i in range(hunk.start) if i in self.ours.kept), default=0)
        end = min(
            (self.ours.kept[i] for i in range(hunk.end, len(self.base)) if i in self.ours.kept),
            default=len(self.ours.tokens),
        )
        return plain(self.ours.tokens[start:end])

    def format(self) -> None:
        """Marks, one by one: theirs where ours left them as they were."""
        for index, mine in self.ours.kept.items():
            other = self.theirs.kept.get(index)
            if other is None or self.ours.tokens[mine].leaf:
                continue
            base, ours, theirs = (
                self.base[index].marks,
                self.ours.tokens[mine].marks,
                self.theirs.tokens[other].marks,
            )
            changed = {
                name: theirs.get(name)
                for name in sorted({*base, *theirs})
                if theirs.get(name) != base.get(name) and ours.get(name) == base.get(name)
            }
            if changed:
                self.formats[mine] = changed

    def result(self) -> Merge:
        edits: list[Edit] = []
        at = 0
        for index, token in enumerate([*self.ours.tokens, Run("")]):
            edits += [Insert(at, run) for run in joined(self.inserted.get(index, []))]
            end = at + len(token.text)
            if index in self.deleted:
                edits.append(Delete(at, end))
            elif index in self.formats:
                edits.append(Format(at, end, self.formats[index]))
            at = end
        return Merge(_coalesced(edits), self.conflicts)


def _coalesced(edits: list[Edit]) -> list[Edit]:
    result: list[Edit] = []
    for edit in edits:
        match (result[-1] if result else None), edit:
            case Delete(start, end), Delete(next_start, next_end) if end == next_start:
                result[-1] = Delete(start, next_end)
            case Format(start, end, marks), Format(next_start, next_end, more) if end == next_start and marks == more:
                result[-1] = Format(start, next_end, marks)
            case _:
                result.append(edit)
    return result


def applied(ours: Delta, edits: Sequence[Edit]) -> Delta:
    """Ours after the edits."""
    result: Delta = []
    at = 0
    for edit in edits:
        start = edit.at if isinstance(edit, Insert) else edit.start
        result += cut(ours, at, start)
        match edit:
            case Insert(run=run):
                result.append(run)
                at = start
            case Delete(end=end):
                at = end
            case Format(end=end, marks=marks):
                part = cut(ours, start, end)
                result += [Run(run.text, marked(run.marks, marks), run.leaf) for run in part]
                at = end
    return joined([*result, *cut(ours, at, len(plain(ours)))])


def marked(marks: Marks, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Marks after changes in which None removes one."""
    return {name: value for name, value in {**marks, **changes}.items() if value is not None}
