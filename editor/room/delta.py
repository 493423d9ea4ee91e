"""Marked text as values: a delta is a list of runs; a leaf in the text (a hard break) is a run of one "\ufffc"."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

LEAF = "\ufffc"
BOUNDARY = "\n"
"""The leaf name of the place where one block ends and the next begins, in the delta of several blocks."""

Marks = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Run:
    """Text with one set of marks; `leaf` names the node that the single LEAF character stands for, or is empty."""

    text: str
    marks: Marks = field(default_factory=dict)
    leaf: str = ""


Delta = list[Run]


def plain(delta: Iterable[Run]) -> str:
    return "".join(run.text for run in delta)


def joined(runs: Iterable[Run]) -> Delta:
    """The same text with neighbours of equal marks in one run, and without empty runs."""
    result: Delta = []
    for run in runs:
        if not run.text:
            continue
        last = result[-1] if result else None
        if last and not last.leaf and not run.leaf and last.marks == run.marks:
            result[-1] = Run(last.text + run.text, run.marks)
        else:
            result.append(run)
    return result


def without_mark(delta: Iterable[Run], name: str) -> Delta:
    """The delta without a mark, also where it is stored as `name--hash`."""
    return joined(
        Run(run.text, {key: value for key, value in run.marks.items() if base_name(key) != name}, run.leaf)
        for run in delta
    )


def base_name(mark: str) -> str:
    """`bold` of `bold` and of `bold--hash`, as which an overlapping mark is stored."""
    return mark.partition("--")[0]


def cut(delta: Iterable[Run], start: int, end: int) -> Delta:
    """The part between two code point offsets."""
    result: Delta = []
    at = 0
    for run in delta:
        first, last = max(start - at, 0), min(end - at, len(run.text))
        if first < last:
            result.append(Run(run.text[first:last], run.marks, run.leaf))
        at += len(run.text)
    return joined(result)


def to_json(delta: Sequence[Run]) -> list[list[Any]]:
    return [[run.text, dict(run.marks), run.leaf] if run.leaf else [run.text, dict(run.marks)] for run in delta]


def from_json(value: Iterable[Sequence[Any]]) -> Delta:
    return [Run(item[0], item[1], item[2] if len(item) > 2 else "") for item in value]
