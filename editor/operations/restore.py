"""Restoring: the rows of a backup in an empty database, checked by their hashes before they count.

SQLite's database is built beside the old one and put in its place by a rename; PostgreSQL's is replaced in one
transaction. Whatever fails leaves what was there.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import DatabaseError, OperationalError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from editor import datafolder
from editor.models import CrdtDocument, Document, JournalRow, User
from editor.operations import rows, states
from editor.operations.archive import Reader, sync_folder
from editor.operations.backup import KEY

log = logging.getLogger(__name__)
MIGRATIONS = "django_migrations"
FIRST_EPOCH_AT = 1767225600
"""Seconds to 1 January 2026: an epoch is the seconds since then, so that no earlier restore has used it."""


class CannotRestore(Exception):
    """Nothing was changed; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Restored:
    documents: int
    updates: int
    people: int
    created: str
    epoch: int
    about_keys: str


def restore(file: Path, *, replace: bool = False) -> Restored:
    """Put the backup's rows where settings say; raises CannotRestore or `archive.BadArchive`.

    Without `replace` there must be no people and no documents. Nobody else may use the database.
    """
    backup = Reader(file)
    datafolder.make(settings.DATA_DIR)
    if not replace and _in_use():
        raise CannotRestore("There are people and documents already: with --replace the backup takes their place.")
    with _replacing():
        epoch = _fill(backup)
    call_command("migrate", interactive=False, verbosity=0)
    about_keys = _put_key(backup)
    datafolder.prepare(settings.DATA_DIR)
    return Restored(
        documents=Document.objects.count(),
        updates=JournalRow.objects.count(),
        people=User.objects.count(),
        created=backup.manifest["created"],
        epoch=epoch,
        about_keys=about_keys,
    )


def _put_key(backup: Reader) -> str:
    """Lay the backup's key into a data folder that has none; a sentence about keys where there is one to say."""
    key, path = backup.member(KEY), settings.DATA_DIR / KEY
    if key is None:
        return ""
    if not path.exists():
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            out.write(key)
    if path.read_bytes().strip() == key:
        return "The backup's secret key is in the data folder: guests' passes and mailed links work on."
    return "The data folder keeps its own secret key: passes and links that were signed by the backup's have ended."


def _in_use() -> bool:
    tables = set(connection.introspection.table_names())
    ours = (User, Document)
    return any(model._meta.db_table in tables and model.objects.exists() for model in ours)


@contextmanager
def _replacing() -> Iterator[None]:
    """Inside, the connection has an empty database; it is the database once the block has ended well."""
    if connection.vendor == "postgresql":
        with transaction.atomic():
            _alone_on_postgresql()
            _drop_tables()
            yield
        return
    place = Path(connection.settings_dict["NAME"])
    aside = place.with_name(place.name + ".restoring")
    _alone_on_sqlite(place)
    _remove_sqlite(aside)
    try:
        _connect_to(aside)
        yield
        _statement("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
        _put_in_place(aside, place)
    finally:
        _connect_to(place)
        _remove_sqlite(aside)


def _alone_on_postgresql() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
            "AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
        others = cursor.fetchone()[0]
    if others:
        raise CannotRestore(f"The database has {others} other connections: stop every server that uses it first.")


def _drop_tables() -> None:
    names = {*connection.introspection.django_table_names(only_existing=True, include_views=False), MIGRATIONS}
    quoted = ", ".join(connection.ops.quote_name(name) for name in sorted(names))
    _statement(f"DROP TABLE IF EXISTS {quoted} CASCADE")


def _alone_on_sqlite(place: Path) -> None:
    """Leaving WAL takes that nobody else has the file open; it also writes the log into the file."""
    if not place.exists():
        return
    try:
        _statement("PRAGMA journal_mode=DELETE")
    except OperationalError as error:
        raise CannotRestore("The database is in use: stop the server that uses it first.") from error
    except DatabaseError:
        log.warning("%s is damaged; the backup takes its place", place)
    finally:
        connection.close()


def _connect_to(place: Path) -> None:
    connection.close()
    connection.settings_dict["NAME"] = str(place)


def _put_in_place(aside: Path, place: Path) -> None:
    with aside.open("rb") as whole:
        os.fsync(whole.fileno())
    for log_of_old in ("-wal", "-shm"):
        place.with_name(place.name + log_of_old).unlink(missing_ok=True)
    os.replace(aside, place)
    sync_folder(place.parent)


def _remove_sqlite(place: Path) -> None:
    for end in ("", "-wal", "-shm", "-journal"):
        place.with_name(place.name + end).unlink(missing_ok=True)


def _fill(backup: Reader) -> int:
    """Tables as the backup's version had them, its rows, a new epoch; then this version's tables, and the proof."""
    executor = MigrationExecutor(connection)
    then = _targets(executor, backup.manifest["migrations"])
    executor.migrate(then)
    executor = MigrationExecutor(connection)
    find = executor.loader.project_state(then).apps.get_model
    with transaction.atomic():
        models = _load(backup, find)
        epoch = _new_epoch(backup.manifest["documents"])
        find("editor.crdtdocument")._base_manager.update(epoch=epoch)
        connection.check_constraints()
        _start_ids_above(models)
    if connection.vendor == "postgresql":
        _statement("SET CONSTRAINTS ALL IMMEDIATE")
    executor.migrate(executor.loader.graph.leaf_nodes())
    _prove(backup.manifest["documents"])
    return epoch


def _targets(executor: MigrationExecutor, applied: dict[str, list[str]]) -> list[tuple[str, str]]:
    """The last migration of each app that the backup's database had."""
    graph = executor.loader.graph
    had = {(app, name) for app, names in applied.items() for name in names}
    unknown = sorted(f"{app}.{name}" for app, name in had - set(graph.nodes))
    if unknown:
        raise CannotRestore(f"The backup is of a newer version, which has {unknown[0]}: update Scriptorium first.")
    return sorted(
        key
        for key in had
        if not any(child.key in had and child.key[0] == key[0] for child in graph.node_map[key].children)
    )


def _load(backup: Reader, find: Callable[[str], rows.AnyModel]) -> list[rows.AnyModel]:
    """Insert the members' rows; raises CannotRestore where the counts are not the manifest's."""
    counts: dict[str, int] = dict.fromkeys(backup.manifest["rows"], 0)
    for name, member in backup.named_members("rows/"):
        label = name.split("/")[1]
        counts[label] += rows.read(find(label), member)
    if counts != backup.manifest["rows"]:
        raise CannotRestore("The backup does not hold as many rows as its manifest says.")
    return [find(label) for label in counts]


def _new_epoch(found: list[states.State]) -> int:
    """One that no copy in a browser has: what it kept apart from the journal must not be merged by itself."""
    highest = max((int(state["epoch"]) for state in found), default=1)
    return max(highest + 1, int(timezone.now().timestamp()) - FIRST_EPOCH_AT)


def _start_ids_above(models: list[rows.AnyModel]) -> None:
    for statement in connection.ops.sequence_reset_sql(no_style(), models):
        _statement(statement)


def _prove(promised: list[states.State]) -> None:
    """Every text is read again from its journal, and must be the one that was backed up."""
    crdts = CrdtDocument.objects.in_bulk()
    if len(crdts) != len(promised):
        raise CannotRestore(f"{len(crdts)} texts were restored, and the backup names {len(promised)}.")
    for known in promised:
        now = states.state(crdts[known["crdt"]])
        if (now["seq"], now["sha256"]) != (known["seq"], known["sha256"]):
            raise CannotRestore(f"The {known['kind']} of {known['document']} is not what was backed up.")


def _statement(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)
