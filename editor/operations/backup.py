"""A backup: every row as of one moment, read beside people who type, and the hash of each text."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from editor.operations import archive, rows, states
from editor.operations.storage import one_moment

KEY = "secret_key"


@dataclass(frozen=True, slots=True)
class Made:
    """What is in it. `problems` are sentences about texts that were not whole before it was made."""

    documents: int
    updates: int
    people: int
    problems: tuple[str, ...]


def make(file: Path, *, with_key: bool = False) -> Made:
    """Write a backup to `file`. Everything that was acknowledged before this was called is in it."""
    with archive.writing(file) as out, one_moment():
        counts = _write_rows(out)
        found = list(states.all_states())
        if with_key:
            out.add(KEY, settings.SECRET_KEY.encode())
        out.finish(_manifest(counts, found))
    problems = (
        f"The {state['kind']} of {state['document']} {state['problem']}." for state in found if "problem" in state
    )
    return Made(counts["editor.document"], counts["editor.journalrow"], counts["editor.user"], tuple(problems))


def _write_rows(out: archive.Writer) -> dict[str, int]:
    counts: dict[str, int] = {}
    for model in rows.kept(apps):
        label = model._meta.label_lower
        counts[label] = 0
        for number, (member, count) in enumerate(rows.written(model)):
            out.add(f"rows/{label}/{number:06}.jsonl", member)
            counts[label] += count
    return counts


def _manifest(counts: dict[str, int], found: list[states.State]) -> dict[str, Any]:
    applied: dict[str, list[str]] = {}
    for app, name in MigrationRecorder(connection).applied_migrations():
        applied.setdefault(app, []).append(name)
    return {
        "created": timezone.now().isoformat(timespec="seconds"),
        "database": connection.vendor,
        "migrations": applied,
        "rows": counts,
        "documents": found,
    }
