"""Bytes that are almost right."""

from __future__ import annotations

from random import Random


def mutated(chance: Random, data: bytes) -> bytes:
    """One to four changes: a byte replaced, put in, taken out, a bit turned, or the end cut off."""
    frame = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        if not frame:
            break
        at = chance.randrange(len(frame))
        match chance.randrange(5):
            case 0:
                frame[at] = chance.randrange(256)
            case 1:
                frame.insert(at, chance.choice((0, 1, 127, 128, 255)))
            case 2:
                del frame[at]
            case 3:
                frame[at] ^= 1 << chance.randrange(8)
            case _ if chance.random() < 0.2:
                del frame[at:]
    return bytes(frame)
