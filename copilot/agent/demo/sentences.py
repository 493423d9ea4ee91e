"""Sentences and words, as far as rules can tell them apart."""

from __future__ import annotations

import re
from collections.abc import Callable

_END = re.compile(r"(?<=[.!?…])[\"'”’)\]]*\s+(?=[\"'“‘(\[]*\S)")
_SHORT_FORMS = ("e.g.", "i.e.", "Mr.", "Mrs.", "Ms.", "Dr.", "St.", "vs.", "etc.", "No.", "approx.")
_UNTOUCHED = re.compile(r"`[^`]*`|\]\([^)]*\)|https?://\S+|[\w.+-]+@[\w.-]+\w")
_FIRST_MARK = 0xF0000


def sentences(text: str) -> list[str]:
    """The text's sentences, without the blanks between them."""
    found: list[str] = []
    start = 0
    for end in _END.finditer(text):
        piece = text[start : end.end()].strip()
        if not piece.endswith(_SHORT_FORMS):
            found.append(piece)
            start = end.end()
    rest = text[start:].strip()
    return [*found, rest] if rest else found


def words(text: str) -> list[str]:
    return re.findall(r"[\w'’-]+", text)


def counted(number: int, thing: str) -> str:
    """`1 word`, `3 words`."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def around_code(text: str, rule: Callable[[str], str]) -> str:
    """Apply a rule to everything but code, link targets and addresses, which stand as one strange letter meanwhile."""
    if any(ord(character) >= _FIRST_MARK for character in text):
        return text
    kept: list[str] = []

    def put_aside(match: re.Match[str]) -> str:
        kept.append(match[0])
        return chr(_FIRST_MARK + len(kept) - 1)

    changed = rule(_UNTOUCHED.sub(put_aside, text))
    for index, original in enumerate(kept):
        changed = changed.replace(chr(_FIRST_MARK + index), original)
    return changed


def capitalised(text: str) -> str:
    """The text with its first letter as a capital, after opening quotes and marks."""
    match = re.match(r"[\"'“‘(\[*_~]*", text)
    at = match.end() if match else 0
    return text[:at] + text[at : at + 1].upper() + text[at + 1 :]
