"""What the database and the disk say of themselves."""

from __future__ import annotations

import os
import shutil
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import DatabaseError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Count, Max, OuterRef, Subquery

from editor.models import CrdtDocument, JournalRow, Snapshot

LITTLE_ROOM = 2 * 2**30
NO_ROOM = 256 * 2**20
SLOW_FSYNC = 0.01
PROBES = 30
PROBE_BYTES = 4096
FULL, EXTRA = 2, 3


@contextmanager
def one_moment() -> Iterator[None]:
    """Everything read inside is as of its beginning, and nobody who writes waits for it."""
    if connection.vendor == "postgresql":
        with transaction.atomic():
            _run("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
        return
    _run("BEGIN DEFERRED")  # by hand, since `atomic` would lock writers out (IMMEDIATE)
    try:
        yield
    finally:
        _run("ROLLBACK")


def why_not() -> str | None:
    """Why the database does not answer, in its own words."""
    try:
        _value("SELECT 1")
    except DatabaseError as error:
        return " ".join(str(error).split())
    return None


def what_is_not_durable() -> list[str]:
    """Sentences about settings of our connections by which an acknowledged edit could be lost."""
    if connection.vendor == "postgresql":
        return _not_durable_on_postgresql()
    found = []
    if int(_value("PRAGMA synchronous")) not in (FULL, EXTRA):
        found.append("SQLite's synchronous is below FULL: what is called saved may be lost when the power fails.")
    if _value("PRAGMA journal_mode") != "wal":
        found.append("SQLite does not use its write-ahead log: the data folder's file system may not support it.")
    if int(_value("PRAGMA foreign_keys")) != 1:
        found.append("SQLite does not check foreign keys.")
    answer = _value("PRAGMA quick_check(1)")
    if answer != "ok":
        found.append(f"SQLite's file is damaged ({answer}): restore a backup.")
    return found


def _not_durable_on_postgresql() -> list[str]:
    found = []
    if _value("SHOW synchronous_commit") in ("off", "local"):
        found.append("PostgreSQL's synchronous_commit is not on: what is called saved may be lost. Set it to on.")
    for name in ("fsync", "full_page_writes"):
        if _value(f"SHOW {name}") != "on":
            found.append(f"PostgreSQL's {name} is off: the database may be damaged when the power fails. Set it to on.")
    return found


def pending_migrations() -> list[str]:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]


def broken_journals() -> list[str]:
    """Texts whose rows, with the newest snapshot under them, do not lead without a hole to their `seq`."""
    newest = Snapshot.objects.filter(crdt=OuterRef("pk")).order_by("-seq").values("seq")[:1]
    with one_moment():
        crdts = CrdtDocument.objects.annotate(covered=Subquery(newest)).order_by("pk").iterator(chunk_size=500)
        return [f"{crdt.kind} of {crdt.document_id}" for crdt in crdts if not _whole(crdt, crdt.covered or 0)]


def _whole(crdt: CrdtDocument, covered: int) -> bool:
    above = JournalRow.objects.filter(crdt=crdt, seq__gt=covered)
    found = above.aggregate(count=Count("pk"), last=Max("seq"))
    return found["count"] == crdt.seq - covered and found["last"] in (None, crdt.seq)


def free_bytes(folder: Path) -> int:
    return shutil.disk_usage(folder).free


def fsync_seconds(folder: Path) -> tuple[float, float]:
    """The median and the longest time that the disk takes to keep a small write."""
    probe = folder / f".fsync-by-{os.getpid()}"
    times = []
    descriptor = os.open(probe, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        for _ in range(PROBES):
            began = time.perf_counter()
            os.write(descriptor, b"\0" * PROBE_BYTES)
            os.fsync(descriptor)
            times.append(time.perf_counter() - began)
    finally:
        os.close(descriptor)
        probe.unlink()
    return statistics.median(times), max(times)


def _value(sql: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return str(cursor.fetchone()[0])


def _run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
