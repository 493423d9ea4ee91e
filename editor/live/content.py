"""Which content a client's update may bring: the root, nodes, marks and attributes of the schema, and nothing else."""

from __future__ import annotations

from typing import Any

from editor.room import schema
from editor.wire.update import Kind, Struct, TypeRef, Update

ROOT = "content"
_PLAIN = frozenset({Kind.STRING, Kind.DELETED, Kind.GC, Kind.SKIP})


def refusal(update: Update) -> str | None:
    """Why the content is refused, in a sentence, or None."""
    for struct in update.structs:
        if isinstance(struct.parent, str) and struct.parent != ROOT:
            return "Only the document's content can be changed."
        if struct.kind not in _PLAIN and (sentence := _refused(struct)):
            return sentence
    return None


def _refused(struct: Struct) -> str | None:
    content: Any = struct.content
    if struct.kind is Kind.TYPE:
        ref, name = content
        if struct.key is None and (
            ref is TypeRef.XML_TEXT or (ref is TypeRef.XML_ELEMENT and schema.node_allowed(name or ""))
        ):
            return None
        return f"This document has no {name or 'such'} node."
    if struct.kind is Kind.FORMAT:
        name, value = content
        return None if schema.mark_allowed(name, value) else f"This document has no such mark: {name[:40]}."
    if struct.kind in (Kind.ANY, Kind.JSON):
        return _attribute(struct.key, content)
    return "This document holds text only."


def _attribute(name: str | None, values: list[Any]) -> str | None:
    """An attribute that replaces another does not say its name: any of the schema's may have that value."""
    for value in values:
        if name is not None and not schema.attribute_allowed(name, value):
            return f"This document has no such attribute: {name[:40]}."
        if name is None and isinstance(value, str) and len(value) > schema.MAX_ATTRIBUTE_BYTES:
            return "An attribute is too long."
    return None
