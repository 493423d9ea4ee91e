"""Reads a JSON object while it arrives, so that a long string in it can be shown as it grows."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any


@dataclass(frozen=True, slots=True)
class StringPart:
    """More of the string under `key`, with its escapes resolved; `whole` is set with its last part."""

    key: str
    text: str
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Value:
    """Another value than a string, whole."""

    key: str
    value: Any


Piece = StringPart | Value


class _Place(Enum):
    BEFORE_OBJECT = auto()
    BEFORE_KEY = auto()
    IN_KEY = auto()
    BEFORE_COLON = auto()
    BEFORE_VALUE = auto()
    IN_STRING = auto()
    IN_OTHER = auto()
    AFTER_VALUE = auto()
    AFTER_OBJECT = auto()


_BLANK = " \t\r\n"


class PartialObject:
    """One object of depth one; `feed` raises ValueError on text that no JSON object begins with."""

    def __init__(self) -> None:
        self._place = _Place.BEFORE_OBJECT
        self._key = ""
        self._raw = ""
        self._depth = 0
        self._in_nested_string = False
        self.closed = False

    def feed(self, fragment: str) -> list[Piece]:
        """What the fragment adds, in order; string parts that follow each other are joined."""
        pieces: list[Piece] = []
        text = ""
        for character in fragment:
            for piece in self._take(character):
                if isinstance(piece, StringPart) and not piece.whole:
                    text += piece.text
                    continue
                if isinstance(piece, StringPart):
                    piece, text = StringPart(piece.key, text + piece.text, whole=True), ""
                pieces.append(piece)
        if text:
            pieces.append(StringPart(self._key, text))
        return pieces

    def _take(self, character: str) -> list[Piece]:
        match self._place:
            case _Place.IN_KEY:
                return self._in_key(character)
            case _Place.IN_STRING:
                return self._in_string(character)
            case _Place.IN_OTHER:
                return self._in_other(character)
            case _ if character in _BLANK:
                return []
            case _Place.BEFORE_VALUE:
                return self._begin_value(character)
            case _:
                self._structural(character)
                return []

    def _structural(self, character: str) -> None:
        following = {
            (_Place.BEFORE_OBJECT, "{"): _Place.BEFORE_KEY,
            (_Place.BEFORE_KEY, '"'): _Place.IN_KEY,
            (_Place.BEFORE_KEY, "}"): _Place.AFTER_OBJECT,
            (_Place.BEFORE_COLON, ":"): _Place.BEFORE_VALUE,
            (_Place.AFTER_VALUE, ","): _Place.BEFORE_KEY,
            (_Place.AFTER_VALUE, "}"): _Place.AFTER_OBJECT,
        }.get((self._place, character))
        if following is None:
            raise ValueError(f"unexpected {character!r} in the arguments")
        self._place, self._raw = following, ""
        self.closed = following is _Place.AFTER_OBJECT

    def _in_key(self, character: str) -> list[Piece]:
        if character == '"' and not _ends_in_escape(self._raw):
            self._key = str(json.loads(f'"{self._raw}"'))
            self._place = _Place.BEFORE_COLON
        else:
            self._raw += character
        return []

    def _begin_value(self, character: str) -> list[Piece]:
        self._raw, self._depth, self._in_nested_string = "", 0, False
        if character == '"':
            self._place = _Place.IN_STRING
            return []
        self._place = _Place.IN_OTHER
        return self._in_other(character)

    def _in_string(self, character: str) -> list[Piece]:
        if self._raw:
            return self._in_escape(character)
        if character == '"':
            self._place = _Place.AFTER_VALUE
            return [StringPart(self._key, "", whole=True)]
        if character == "\\":
            self._raw = character
            return []
        return [StringPart(self._key, character)]

    def _in_escape(self, character: str) -> list[Piece]:
        """An escape is held until it is whole; the two halves of a surrogate pair are one escape."""
        self._raw += character
        raw = self._raw
        if raw[1] != "u":
            self._raw = ""
            return [StringPart(self._key, _unescaped(raw))]
        if len(raw) < 6 or (_is_high(raw[:6]) and len(raw) < 12 and "\\u".startswith(raw[6:8])):
            return []
        self._raw = ""
        if _is_high(raw[:6]) and len(raw) < 12:
            return self._after_lone_half(raw[6:])
        return [StringPart(self._key, _unescaped(raw))]

    def _after_lone_half(self, rest: str) -> list[Piece]:
        pieces: list[Piece] = [StringPart(self._key, "\ufffd")]
        for character in rest:
            pieces += self._in_string(character)
        return pieces

    def _in_other(self, character: str) -> list[Piece]:
        if self._in_nested_string:
            self._in_nested_string = character != '"' or _ends_in_escape(self._raw)
        elif character == '"':
            self._in_nested_string = True
        elif character in "[{":
            self._depth += 1
        elif self._depth == 0 and character in ",}":
            piece = Value(self._key, json.loads(self._raw))
            self._place = _Place.AFTER_VALUE
            self._structural(character)
            return [piece]
        elif character in "]}":
            self._depth -= 1
        self._raw += character
        return []


def _ends_in_escape(raw: str) -> bool:
    return (len(raw) - len(raw.rstrip("\\"))) % 2 == 1


def _is_high(escape: str) -> bool:
    return escape[:3].lower() == "\\ud" and escape[3:4].lower() in ("8", "9", "a", "b")


def _unescaped(raw: str) -> str:
    """A JSON string's escape as text; half a surrogate pair becomes U+FFFD."""
    text = str(json.loads(f'"{raw}"'))
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
