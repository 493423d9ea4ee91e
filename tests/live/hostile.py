"""Frames that no client of ours sends."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from editor.room.replica import Replica
from editor.wire import messages
from editor.wire.presence import Presence
from editor.wire.varint import string, varint

VECTORS = Path(__file__).parents[1] / "vectors"
CORPUS: list[dict[str, str]] = json.loads((VECTORS / "hostile_frames.json").read_text(encoding="utf-8"))
WIRE: dict[str, list[dict[str, Any]]] = json.loads((VECTORS / "wire.json").read_text(encoding="utf-8"))
EVE = 666
"""The client id of whoever sends them."""


def update_frame(update: bytes) -> bytes:
    return messages.encode(messages.SyncUpdate(update))


def awareness_frame(client: int, clock: int, state: dict[str, Any] | None) -> bytes:
    return messages.encode(messages.Awareness((Presence(client, clock, state),)))


def block(name: str, attributes: dict[str, Any] | None = None, *, words: str = "", marks: Any = None) -> bytes:
    """An update that adds one block with words."""
    replica = Replica()
    with replica.edit():
        element = replica.root().insert_element(0, name, attributes or {})
        if words:
            element.insert_text(0).insert(0, words, marks or {})
    return replica.state()


def section(name: str) -> bytes:
    """An update of another root: what the server alone writes, in another document."""
    replica = Replica()
    replica.section(name).put("x", {"state": "completed"})
    return replica.state()


def struct(info: int, *parts: bytes) -> bytes:
    """An update of one struct of Eve's, her first."""
    return varint(1) + varint(1) + varint(EVE) + varint(0) + bytes([info]) + b"".join(parts) + b"\0"


def word_after(client: int, clock: int, word: str) -> bytes:
    return struct(0x84, varint(client), varint(clock), string(word))


def misplaced(client: int) -> dict[str, bytes]:
    """What a room refuses with 4400 in a client's first paragraph: itself (0), its text (1), words (from 2)."""
    block, text, letter = (varint(client) + varint(clock) for clock in (0, 1, 2))
    words, paragraph, a_text = string("words"), b"\x03" + string("paragraph"), b"\x06"
    return {
        "words beside a block": struct(0x84, block, words),
        "words before a block": struct(0x44, block, words),
        "words beside a text": struct(0x84, text, words),
        "words in a block": struct(0x04, b"\0", block, words),
        "a mark beside a block": struct(0x86, block, string("bold"), string("{}")),
        "a block among words": struct(0x87, letter, paragraph),
        "a block in a text": struct(0x07, b"\0", text, paragraph),
        "a text among words": struct(0x87, letter, a_text),
        "a text beside a block": struct(0x87, block, a_text),
        "a part of a table beside a block": struct(0x87, block, b"\x03" + string("tableCell")),
        "a node as an attribute": struct(0x27, b"\0", block, string("id"), paragraph),
        "words as an attribute": struct(0x24, b"\0", block, string("id"), words),
        "a value among words": struct(0x88, letter, b"\x01\x7d\x01"),
        "a value among blocks": struct(0x88, block, b"\x01\x7d\x01"),
        "an attribute of a text": struct(0x28, b"\0", text, string("id"), b"\x01\x77" + string("an-id")),
        "an attribute that only headings have": struct(0x28, b"\0", block, string("level"), b"\x01\x7d\x01"),
        "words between a letter and a block": struct(0xC4, letter, block, words),
        "nothing between a letter and a block": struct(0xC1, letter, block, b"\x01"),
        "words within a letter": struct(0x04, b"\0", letter, words),
    }


def many_structs(count: int) -> bytes:
    """That many structs of one character each, by clients of their own: they cannot be joined."""
    body = b"".join(
        varint(1) + varint(EVE + number) + varint(0) + b"\x07\x01" + string("content") + b"\x03" + string("paragraph")
        for number in range(count)
    )
    return varint(count) + body + b"\0"


ZERO = block("paragraph", words="a#b").replace(b"a#b", b"a\0b")
OUTSIDE: dict[str, bytes] = {
    "a node that the schema does not have": block("script"),
    "an attribute that runs": block("paragraph", {"onclick": "alert(1)"}),
    "a level that no heading has": block("heading", {"level": 7}),
    "an attribute of 3 KB": block("paragraph", {"id": "x" * 3000}),
    "a link that runs": block("paragraph", words="x", marks={"link": {"href": "javascript:alert(1)"}}),
    "a link with data in it": block("paragraph", words="x", marks={"link": {"href": "data:text/html,x"}}),
    "a mark that the schema does not have": block("paragraph", words="x", marks={"onmouseover": {}}),
    "a mark of a suggestion that nobody made": block(
        "paragraph", words="x", marks={"suggestion": {"ids": "00000000-0000-4000-8000-000000000001"}}
    ),
    "a part of a table outside of one": block("tableCell"),
    "a run that claims to be done": section("runs"),
    "another root": struct(0x07, b"\x01", string("elsewhere"), b"\x03", string("paragraph")),
    "words at the top": struct(0x04, b"\x01", string("content"), string("words")),
    "an object embedded at the top": struct(0x05, b"\x01", string("content"), string("{}")),
    "a document within the document": struct(0x09, b"\x01", string("content"), string("guid"), b"\x76\x00"),
    "a zero character": ZERO,
    "an update cut short": block("paragraph", words="cut short")[:-3],
    "an update with a byte too many": block("paragraph") + b"\0",
    "no update": b"",
}
"""What a room refuses with 4400, by what it is."""
