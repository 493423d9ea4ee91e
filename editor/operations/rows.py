"""Rows of any model as JSON lines and back, the same on SQLite and PostgreSQL."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any
from uuid import UUID

from django.apps.registry import Apps
from django.db import models

MEMBER_BYTES = 4 * 2**20
ROWS_AT_ONCE = 500
LEFT_OUT = frozenset({"sessions.session", "editor.seat", "editor.lease"})
"""Who is signed in, who sits where and who holds a lease belong to a running server."""

AnyModel = type[models.Model]


def kept(apps: Apps) -> list[AnyModel]:
    """The models whose rows are in a backup, those of many-to-many fields too."""
    found = (model for model in apps.get_models(include_auto_created=True) if model._meta.managed)
    return [model for model in found if not model._meta.proxy and model._meta.label_lower not in LEFT_OUT]


def written(model: AnyModel) -> Iterator[tuple[bytes, int]]:
    """All rows as members of about 4 MB, each with the number of its rows. At least one member."""
    columns = [field.attname for field in model._meta.concrete_fields]
    head = _line(columns)
    lines, size, members = [head], len(head), 0
    for row in model._base_manager.order_by("pk").values_list(*columns).iterator(chunk_size=ROWS_AT_ONCE):
        line = _line([_plain(value) for value in row])
        lines.append(line)
        size += len(line)
        if size > MEMBER_BYTES:
            yield b"".join(lines), len(lines) - 1
            lines, size, members = [head], len(head), members + 1
    if len(lines) > 1 or not members:
        yield b"".join(lines), len(lines) - 1


def read(model: AnyModel, member: bytes) -> int:
    """Insert a member's rows; how many there were."""
    head, *lines = member.splitlines()
    fields = {field.attname: field for field in model._meta.concrete_fields}
    columns = [fields[name] for name in json.loads(head)]
    for batch in _batches(lines):
        model._base_manager.bulk_create(_instance(model, columns, json.loads(line)) for line in batch)
    return len(lines)


def _batches(lines: list[bytes]) -> Iterable[list[bytes]]:
    return (lines[at : at + ROWS_AT_ONCE] for at in range(0, len(lines), ROWS_AT_ONCE))


def _instance(model: AnyModel, columns: list[Any], values: list[Any]) -> models.Model:
    return model(**{field.attname: _value(field, value) for field, value in zip(columns, values, strict=True)})


def _value(field: Any, value: Any) -> Any:
    if isinstance(field, models.JSONField):
        return value
    if isinstance(field, models.BinaryField):
        return None if value is None else base64.b64decode(value)
    return field.to_python(value)


def _plain(value: Any) -> Any:
    match value:
        case bytes() | bytearray() | memoryview():
            return base64.b64encode(value).decode("ascii")
        case UUID():
            return str(value)
        case date():
            return value.isoformat()
    return value


def _line(values: list[Any]) -> bytes:
    return json.dumps(values, separators=(",", ":")).encode() + b"\n"
