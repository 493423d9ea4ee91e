"""How participants show: colours, guests' names, and the awareness state that the server stamps."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from random import Random
from typing import Any

from editor.room.participant import Participant

MAX_NAME = 60
MAX_STATE_BYTES = 2048

PALETTE = (
    "#c2410c",
    "#a16207",
    "#4d7c0f",
    "#15803d",
    "#0f766e",
    "#0e7490",
    "#0b72b5",
    "#4f6bed",
    "#7355f0",
    "#a04ae0",
    "#c026d3",
    "#db2777",
)
"""People's colours: at least 3:1 on the page's light and dark grounds, 4.5:1 under white letters."""

COPILOT_COLOUR = "#7a6ff0"

_FIRST = [
    "Amber",
    "Brisk",
    "Calm",
    "Clear",
    "Coral",
    "Copper",
    "Dusky",
    "Early",
    "Gentle",
    "Golden",
    "Hazel",
    "Ivory",
    "Jade",
    "Keen",
    "Lively",
    "Misty",
    "Mossy",
    "Quiet",
    "Rusty",
    "Silver",
    "Steady",
    "Sunny",
    "Teal",
    "Velvet",
]
_SECOND = [
    "Heron",
    "Finch",
    "Otter",
    "Robin",
    "Lynx",
    "Swift",
    "Wren",
    "Badger",
    "Curlew",
    "Dipper",
    "Egret",
    "Falcon",
    "Gecko",
    "Hare",
    "Ibis",
    "Jay",
    "Kestrel",
    "Lark",
    "Marten",
    "Newt",
    "Owl",
    "Plover",
    "Stoat",
    "Tern",
]


def guest_name(random: Random, taken: Iterable[str] = ()) -> str:
    """A name such as "Amber Heron" that nobody in `taken` has."""
    others = set(taken)
    for _ in range(100):
        name = f"{random.choice(_FIRST)} {random.choice(_SECOND)}"
        if name not in others:
            return name
    return f"{name} {random.randrange(2, 10_000)}"


def colour(random: Random, taken: Iterable[str] = ()) -> str:
    """A colour of the palette, one that is least taken."""
    others = list(taken)
    fewest = min(others.count(candidate) for candidate in PALETTE)
    return random.choice([candidate for candidate in PALETTE if others.count(candidate) == fewest])


def clean_name(value: object) -> str:
    """A name as people may have it; raises ValueError with a sentence."""
    if not isinstance(value, str):
        raise ValueError("A name is text.")
    name = " ".join("".join(c for c in value if c.isspace() or unicodedata.category(c)[0] != "C").split())
    if not name:
        raise ValueError("A name needs at least one character.")
    if len(name) > MAX_NAME:
        raise ValueError(f"A name has at most {MAX_NAME} characters.")
    return name


def valid_colour(value: object) -> bool:
    return isinstance(value, str) and re.fullmatch(r"#[0-9a-f]{6}", value) is not None


def user_of(participant: Participant) -> dict[str, str]:
    """The `user` of an awareness state: what the server knows, whatever the client said."""
    return {
        "id": str(participant.user),
        "name": participant.name,
        "color": participant.colour,
        "kind": participant.kind.value,
        "role": participant.role.value,
    }


def stamped(state: object, participant: Participant) -> dict[str, Any]:
    """The state that is sent to others: the server's `user`, and the client's cursor where it is a small one."""
    result: dict[str, Any] = {"user": user_of(participant)}
    cursor = state.get("cursor") if isinstance(state, Mapping) else None
    if isinstance(cursor, Mapping) and cursor.keys() <= {"anchor", "head"} and _small(cursor):
        result["cursor"] = dict(cursor)
    return result


def agent_state(identifier: str, name: str, colour: str, status: str) -> dict[str, Any]:
    """The state of a copilot, with what it does now in words."""
    user = {"id": identifier, "name": name, "color": colour, "kind": "agent", "role": "editor"}
    return {"user": user, "status": status}


def _small(value: object) -> bool:
    try:
        return len(json.dumps(value)) <= MAX_STATE_BYTES
    except (TypeError, ValueError, RecursionError):
        return False


def contrast(first: str, second: str) -> float:
    """The contrast of two colours by WCAG 2."""
    high, low = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _luminance(value: str) -> float:
    parts = [int(value[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
