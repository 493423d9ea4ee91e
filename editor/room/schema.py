"""What a document may hold: nodes, marks, attributes, URLs. Mirrors the front end's; a test compares the two.

Content that is already stored and unknown here stays as it is; what comes in anew must be known.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from editor.room.delta import base_name
from editor.wire.known import DeletedRanges
from editor.wire.places import Place, Vocabulary, Within
from editor.wire.update import ANY, DELETED, FORMAT, GC, SKIP, STRING, TYPE, DeleteRange, Struct, TypeRef, Update

MAX_ATTRIBUTE_BYTES = 2048
LINK_DEFAULTS = {"target": "_blank", "rel": "noopener noreferrer nofollow", "class": None, "title": None}
"""What the front end adds to a link's `href`."""

Rule = Callable[[Any], bool]


class Content(Enum):
    """What stands in a node."""

    BLOCKS = "blocks"
    INLINE = "inline"
    NOTHING = "nothing"


def _integer(low: int, high: int) -> Rule:
    return lambda value: (
        isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high and value == int(value)
    )


def _matches(pattern: str) -> Rule:
    compiled = re.compile(pattern)
    return lambda value: isinstance(value, str) and compiled.fullmatch(value) is not None


def _absent_or(rule: Rule) -> Rule:
    return lambda value: value is None or rule(value)


def _widths(value: Any) -> bool:
    return isinstance(value, list) and len(value) <= 100 and all(_integer(0, 10_000)(item) for item in value)


def safe_url(value: Any) -> bool:
    """Whether a link may lead there: http, https, mailto, or a place on this site; no control characters."""
    return (
        isinstance(value, str)
        and len(value) <= MAX_ATTRIBUTE_BYTES
        and re.search(r"[\x00-\x20\x7f\\]", value) is None
        and re.match(r"(https?:|mailto:|/(?!/)|#|\?)", value, re.IGNORECASE) is not None
    )


def _short(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= 300


@dataclass(frozen=True, slots=True)
class Node:
    content: Content
    attributes: Mapping[str, Rule]
    group: str = "block"


_ID = {"id": _absent_or(_matches(r"[A-Za-z0-9_-]{1,64}"))}
_ALIGN = _absent_or(_matches("left|center|right"))
_CELL = {**_ID, "colspan": _integer(1, 100), "rowspan": _integer(1, 1000), "colwidth": _absent_or(_widths)}
_CELL["align"] = _ALIGN

NODES: Mapping[str, Node] = {
    "paragraph": Node(Content.INLINE, _ID),
    "heading": Node(Content.INLINE, {**_ID, "level": _integer(1, 6)}),
    "codeBlock": Node(Content.INLINE, {**_ID, "language": _absent_or(_matches(r"[\w+#.-]{0,40}"))}),
    "bulletList": Node(Content.BLOCKS, _ID),
    "orderedList": Node(Content.BLOCKS, {**_ID, "start": _integer(0, 10**9), "type": _absent_or(_matches("[1aAiI]"))}),
    "listItem": Node(Content.BLOCKS, _ID, "item"),
    "blockquote": Node(Content.BLOCKS, _ID),
    "horizontalRule": Node(Content.NOTHING, _ID),
    "table": Node(Content.BLOCKS, _ID),
    "tableRow": Node(Content.BLOCKS, _ID, "row"),
    "tableHeader": Node(Content.BLOCKS, _CELL, "cell"),
    "tableCell": Node(Content.BLOCKS, _CELL, "cell"),
    "hardBreak": Node(Content.NOTHING, {}, "inline"),
}

SUGGESTION = "suggestion"

MARKS: Mapping[str, Mapping[str, Rule]] = {
    "link": {
        "href": safe_url,
        "target": _absent_or(_matches("_blank|_self")),
        "rel": _absent_or(_short),
        "class": _absent_or(lambda value: value == ""),
        "title": _absent_or(_short),
    },
    "bold": {},
    "code": {},
    "italic": {},
    "strike": {},
    "underline": {},
    SUGGESTION: {"ids": _matches(r"[0-9a-f-]{36}( [0-9a-f-]{36}){0,31}")},
}
"""In the order in which the front end nests them, the outermost first."""

TEXTBLOCKS = frozenset(name for name, node in NODES.items() if node.content is Content.INLINE)
PLAIN_TEXTBLOCKS = frozenset({"codeBlock"})
"""Their text carries no marks: a browser would delete a block that has one."""


def node_allowed(name: str) -> bool:
    return name in NODES


def attribute_allowed(name: str, value: Any, node: str | None = None) -> bool:
    """Whether an attribute may be set; where its node is not known, whether any node may have it."""
    nodes = [NODES[node]] if node is not None and node in NODES else list(NODES.values())
    return _small(value) and any(name in rule.attributes and rule.attributes[name](value) for rule in nodes)


def mark_allowed(name: str, value: Any) -> bool:
    """Whether a mark may begin here. None ends one, which is always allowed for a known name."""
    rules = MARKS.get(base_name(name))
    if rules is None or not re.fullmatch(r"[a-zA-Z]+(--[\w+/=]{1,16})?", name):
        return False
    if value is None:
        return True
    if not isinstance(value, Mapping) or not _small(value):
        return False
    required = {"href"} if base_name(name) == "link" else {"ids"} if base_name(name) == SUGGESTION else set()
    return required <= value.keys() and all(key in rules and rules[key](item) for key, item in value.items())


def _small(value: Any) -> bool:
    try:
        return len(json.dumps(value).encode()) <= MAX_ATTRIBUTE_BYTES
    except (TypeError, ValueError):
        return False


# Updates that come in are read, not applied

ROOT = "content"
_TEXT, _TORN = Within.TEXT, Within.TORN
VOCABULARY = Vocabulary(ROOT, NODES, sorted({name for node in NODES.values() for name in node.attributes}))
"""What must be told apart to know whether something fits its place."""


def check(update: Update, places: Sequence[Place], suggestions: Container[str] = ()) -> str | None:
    """What is not allowed in it, as words for a log and a close reason, or None.

    `places` are where its structs stand; `suggestions` the ids that a suggestion mark may carry: those that the
    document already has.
    """
    for struct, place in zip(update.structs, places, strict=True):
        if problem := _problem(struct, place, suggestions):
            return problem
        if struct.kind is ANY and struct.length > 1 and not _comes_deleted(struct, place, update):
            return "several values of one attribute at a time"
    return None


def _problem(struct: Struct, place: Place, suggestions: Container[str]) -> str | None:
    if isinstance(struct.parent, str) and struct.parent != ROOT:
        return "a root that no document has"
    if place.within is _TORN:
        return "something between neighbours that are none"
    kind = struct.kind
    if kind is STRING:
        return _text_problem(struct, place)
    if kind is FORMAT:
        return _mark_problem(struct, place, suggestions)
    if kind is TYPE:
        return _node_problem(struct, place)
    if kind is ANY:
        return _attribute_problem(struct, place)
    return None if kind in (GC, DELETED, SKIP) else "content of a kind that no document has"


def _thrown_away(place: Place) -> bool:
    """Whether no replica keeps what comes there: its neighbours, or the block round it, were deleted."""
    return place.within is Within.GONE or place.within is Within.ORPHAN


def _comes_deleted(struct: Struct, place: Place, update: Update) -> bool:
    """Several values are what was set one after the other, and kept for undo: the update deletes each of them.

    Of several that live Yjs deletes the last alone when another is set, and throws when it then discards the block.
    """
    whole = DeleteRange(struct.client, struct.clock, struct.length)
    return _thrown_away(place) or DeletedRanges(update.deletes).covers((whole,))


def _takes_words(place: Place) -> bool:
    return (place.within is _TEXT and place.key is None) or _thrown_away(place)


def _text_problem(struct: Struct, place: Place) -> str | None:
    if not _takes_words(place):
        return "words outside of a text"
    return "a character that no database takes" if "\0" in struct.content else None


def _mark_problem(struct: Struct, place: Place, suggestions: Container[str]) -> str | None:
    name, value = struct.content
    if not _takes_words(place):
        return "a mark outside of a text"
    if not mark_allowed(name, value):
        return "a mark that the schema does not have"
    if base_name(name) == SUGGESTION and value is not None:
        ids = str(value["ids"]).split()
        return None if all(one in suggestions for one in ids) else "a mark of a suggestion that does not exist"
    return None


def _node_problem(struct: Struct, place: Place) -> str | None:
    ref, name = struct.content
    if ref is not TypeRef.XML_TEXT and (ref is not TypeRef.XML_ELEMENT or not node_allowed(name)):
        return "a node that the schema does not have"
    if _thrown_away(place):
        return None
    if place.key is not None or place.within not in (Within.ROOT, Within.ELEMENT):
        return "a node outside of nodes"
    if place.within is Within.ROOT:
        if ref is TypeRef.XML_TEXT:
            return "text outside of blocks"
        if NODES[name].group != "block":
            return "a part of a block outside of one"
    return None


def _attribute_problem(struct: Struct, place: Place) -> str | None:
    if _thrown_away(place):
        return None if all(map(_small, struct.content)) else "an attribute that the schema does not have"
    if place.within is not Within.ELEMENT or place.key is None:
        return "values that are no attribute"
    if all(attribute_allowed(place.key, value, place.name) for value in struct.content):
        return None
    return "an attribute that the schema does not have"
