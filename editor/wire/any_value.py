"""lib0's `any`: a value after a byte that says what it is. Read strictly, to 32 levels.

127 undefined  126 null  125 signed varint  124 float32  123 float64  122 int64  121 false  120 true
119 string  118 varint count, count x (string, any)  117 varint count, count x any  116 bytes
"""

from __future__ import annotations

import struct
from typing import Any

from editor.wire.varint import JSON_DEPTH, MalformedFrame, Reader

_CONSTANTS = {127: None, 126: None, 121: False, 120: True}
_FIXED = {124: struct.Struct(">f"), 123: struct.Struct(">d"), 122: struct.Struct(">q")}


def any_value(reader: Reader, depth: int = JSON_DEPTH) -> Any:
    """The value as Python has it; undefined is None."""
    kind = reader.byte()
    if kind in _CONSTANTS:
        return _CONSTANTS[kind]
    if kind == 119:
        return reader.string()
    if kind == 125:
        return _signed(reader)
    if kind in _FIXED:
        return _FIXED[kind].unpack(reader.take(_FIXED[kind].size))[0]
    if kind == 116:
        return reader.counted()
    if kind not in (117, 118):
        raise MalformedFrame("a value of no known kind")
    if not depth:
        raise MalformedFrame("a value is nested too deeply")
    count = reader.varint()
    if kind == 117:
        return [any_value(reader, depth - 1) for _ in range(count)]
    return {reader.string(): any_value(reader, depth - 1) for _ in range(count)}


def _signed(reader: Reader) -> int:
    """Six bits and the sign (bit 64) in the first byte, then seven bits a byte."""
    byte = reader.byte()
    sign = -1 if byte & 64 else 1
    value, shift = byte & 63, 6
    while byte & 128:
        if shift > 55:
            raise MalformedFrame("a number is too large")
        byte = reader.byte()
        value |= (byte & 127) << shift
        shift += 7
    return sign * value
