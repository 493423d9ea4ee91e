"""The one converter between the units of text: code points (Python), UTF-16 (browsers, Yjs), UTF-8 bytes (pycrdt).

An offset inside a character, or beyond the text, is refused with ValueError: it must never reach a replica.
"""

from __future__ import annotations


def utf8_length(text: str) -> int:
    return len(text.encode())


def utf16_length(text: str) -> int:
    return len(text) + sum(character > "\uffff" for character in text)


def to_utf8(text: str, offset: int) -> int:
    """The byte offset of a code point offset."""
    if not 0 <= offset <= len(text):
        raise ValueError(f"offset {offset} is outside a text of {len(text)} characters")
    return utf8_length(text[:offset])


def to_utf16(text: str, offset: int) -> int:
    """The UTF-16 offset of a code point offset."""
    if not 0 <= offset <= len(text):
        raise ValueError(f"offset {offset} is outside a text of {len(text)} characters")
    return utf16_length(text[:offset])


def from_utf16(text: str, offset: int) -> int:
    """The code point offset of a UTF-16 offset."""
    encoded = text.encode("utf-16-le", "surrogatepass")
    try:
        if not 0 <= offset * 2 <= len(encoded):
            raise ValueError
        return len(encoded[: offset * 2].decode("utf-16-le"))
    except ValueError:
        raise ValueError(f"UTF-16 offset {offset} is outside the text or inside a character") from None


def storable(text: str) -> str:
    """The text as a replica and a database can hold it: halves of a surrogate pair joined or replaced, no NUL."""
    if not text.isascii():
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text.replace("\0", "")
