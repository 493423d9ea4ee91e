"""lib0's unsigned varints and what is counted by them, read strictly and written.

A varint holds seven bits a byte, the lowest first; every byte but the last has its high bit set. It is at most
2**53 - 1 (what JavaScript counts exactly), and its last byte is not zero unless it is the only one.
"""

from __future__ import annotations

import json
from typing import Any

from editor.wire.close_codes import CloseCode

MAX_VARINT = 2**53 - 1
JSON_DEPTH = 32


class MalformedFrame(ValueError):
    """Theirs: bytes that the grammar does not have. `close_code` is what ends their socket."""

    close_code = CloseCode.MALFORMED


class TooLarge(MalformedFrame):
    """Theirs: bytes beyond a bound of the wire."""

    close_code = CloseCode.TOO_LARGE


class Reader:
    """A position in bytes. Nothing is allocated before its size is known to be there."""

    __slots__ = ("data", "position")

    def __init__(self, data: bytes, position: int = 0) -> None:
        self.data = data
        self.position = position

    def byte(self) -> int:
        try:
            value = self.data[self.position]
        except IndexError:
            raise MalformedFrame("the bytes end too early") from None
        self.position += 1
        return value

    def varint(self) -> int:
        position = self.position
        data = self.data
        try:
            value = data[position]
            if value < 128:
                self.position = position + 1
                return value
            value &= 127
            shift = 7
            while True:
                position += 1
                byte = data[position]
                value |= (byte & 127) << shift
                if byte < 128:
                    break
                shift += 7
                if shift > 49:
                    raise MalformedFrame("a number is too large")
        except IndexError:
            raise MalformedFrame("the bytes end within a number") from None
        if not byte or value > MAX_VARINT:
            raise MalformedFrame("a number is not written in its shortest form")
        self.position = position + 1
        return value

    def take(self, size: int) -> bytes:
        start = self.position
        end = start + size
        if end > len(self.data):
            raise MalformedFrame("the bytes end too early")
        self.position = end
        return self.data[start:end]

    def counted(self) -> bytes:
        """Bytes after their number."""
        return self.take(self.varint())

    def string(self) -> str:
        """UTF-8 after the number of its bytes; halves of surrogate pairs are no UTF-8."""
        try:
            return self.take(self.varint()).decode()
        except UnicodeDecodeError:
            raise MalformedFrame("a string is no UTF-8") from None

    def rest(self) -> bytes:
        return self.take(len(self.data) - self.position)

    def end(self) -> None:
        if self.position != len(self.data):
            raise MalformedFrame("bytes follow the end")


def varint(value: int) -> bytes:
    """An unsigned varint; a value out of range is ours and raises ValueError."""
    if not 0 <= value <= MAX_VARINT:
        raise ValueError(f"{value} is no varint")
    if value < 128:
        return bytes((value,))
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)


def counted(data: bytes) -> bytes:
    return varint(len(data)) + data


def string(text: str) -> bytes:
    return counted(text.encode())


def _no_constant(name: str) -> Any:
    raise MalformedFrame(f"{name} is no JSON")


def _deeper_than(value: Any, depth: int) -> bool:
    if not isinstance(value, dict | list):
        return False
    return not depth or any(
        _deeper_than(item, depth - 1) for item in (value.values() if isinstance(value, dict) else value)
    )


def parse_json(text: str | bytes) -> Any:
    """JSON as the standard has it: no NaN, no half of a surrogate pair, at most JSON_DEPTH levels."""
    try:
        if isinstance(text, bytes):
            text = text.decode()
        value = json.loads(text, parse_constant=_no_constant)
        if "\\u" in text:
            json.dumps(value, ensure_ascii=False).encode()
    except MalformedFrame:
        raise
    except (ValueError, RecursionError):
        raise MalformedFrame("this is no JSON") from None
    if _deeper_than(value, JSON_DEPTH):
        raise MalformedFrame("JSON is nested too deeply")
    return value


def write_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
