"""What a server lacks for production, in sentences: each examination looks at one thing and says what it found."""

from __future__ import annotations

import resource
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import Error

from editor import people
from editor.checks import check_settings
from editor.operations import neighbours, storage

FEW_FILES = 4096


class Verdict(Enum):
    WELL = "well"
    ADVICE = "note"
    MEND = "MEND"


@dataclass(frozen=True, slots=True)
class Finding:
    verdict: Verdict
    sentence: str


Findings = Iterator[Finding]


def well(sentence: str) -> Finding:
    return Finding(Verdict.WELL, sentence)


def advice(sentence: str) -> Finding:
    return Finding(Verdict.ADVICE, sentence)


def mend(sentence: str) -> Finding:
    return Finding(Verdict.MEND, sentence)


def examine() -> Findings:
    """Everything; what needs the database is left out while there is none."""
    for examination in (consistent, debug, address, secret_key, files):
        yield from examination()
    yield from disk(settings.DATA_DIR)
    problem = storage.why_not()
    if problem:
        yield mend(f"The database cannot be used ({problem}): see that it runs and that DATABASE_URL is right.")
    else:
        for look in (durability, migrations, journals, owner):
            yield from look()
    yield from _neighbour("Redis", settings.REDIS_URL, neighbours.redis, _without_redis)
    yield from _neighbour("The mail server", settings.EMAIL_HOST, neighbours.mail, _without_mail)
    yield from _neighbour("The model's endpoint", settings.OPENAI_API_KEY, neighbours.model, _without_model)


def consistent() -> Findings:
    for found in check_settings(None):
        say = mend if isinstance(found, Error) else advice
        yield say(f"{found.msg} {found.hint}")


def debug() -> Findings:
    if settings.DEBUG:
        yield mend("DEBUG is 1, which shows the server's insides to whoever meets an error: leave it out.")


def address() -> Findings:
    public = urlsplit(settings.PUBLIC_URL)
    if public.scheme == "https":
        yield well(f"People reach it at {settings.PUBLIC_URL}, by a proxy that says X-Forwarded-For.")
    elif public.hostname in ("127.0.0.1", "localhost", "::1") and not settings.EVERY_ADDRESS:
        yield advice(
            f"PUBLIC_URL is {settings.PUBLIC_URL}, for this machine alone: set it to the site's https address."
        )
    else:
        yield mend(
            "PUBLIC_URL is not https: passwords and texts can be read on their way. Put a proxy with TLS before it."
        )


def secret_key() -> Findings:
    path = settings.DATA_DIR / "secret_key"
    if settings.SECRET_KEY_GIVEN:
        yield well("SECRET_KEY is given by the environment.")
    elif not path.exists():
        yield mend(f"{settings.DATA_DIR} has no secret_key yet: start Scriptorium once, or set SECRET_KEY.")
    elif path.stat().st_mode & 0o077:
        yield mend(f"Others on this machine may read {path}, and sign in as anybody: chmod 600 {path}")
    elif settings.REDIS_URL:
        yield advice(
            "REDIS_URL is set, for several processes, without SECRET_KEY: all of them need the same data folder."
        )
    else:
        yield well("The secret key is in the data folder. Keep a copy of it in a safe place: backups leave it out.")


def files() -> Findings:
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < FEW_FILES:
        yield advice(
            f"A process may open {soft} files, and each socket is one: set LimitNOFILE (ulimit -n) to {FEW_FILES}."
        )


def disk(folder: Path) -> Findings:
    if not folder.is_dir():
        yield mend(f"There is no data folder {folder} yet: start Scriptorium once, or set DATA_DIR.")
        return
    free = storage.free_bytes(folder)
    say = mend if free < storage.NO_ROOM else advice if free < storage.LITTLE_ROOM else well
    yield say(f"{free / 2**30:.1f} GB are free where the data is." + ("" if say is well else " Make room."))
    try:
        median, longest = storage.fsync_seconds(folder)
    except OSError as error:
        yield mend(f"The data folder {folder} cannot be written to: {error.strerror}.")
        return
    say = well if median < storage.SLOW_FSYNC else advice
    slow = "" if say is well else " Each commit waits for that: choose a faster disk for DATA_DIR."
    yield say(f"The disk takes {median * 1000:.1f} ms to keep a write, {longest * 1000:.1f} ms at most.{slow}")


def durability() -> Findings:
    """Of a connection that is made as the journal's writer makes its own."""
    lacking = storage.what_is_not_durable()
    for sentence in lacking:
        yield mend(sentence)
    if not lacking:
        yield well("The database keeps every commit before it is acknowledged.")


def migrations() -> Findings:
    pending = storage.pending_migrations()
    if pending:
        yield mend(f"The database lacks {len(pending)} migrations, the first {pending[0]}: run manage.py migrate.")
    else:
        yield well("The database's tables are this version's.")


def journals() -> Findings:
    if storage.pending_migrations():
        return
    broken = storage.broken_journals()
    if broken:
        some = ", ".join(broken[:5])
        yield mend(f"{len(broken)} texts have a journal with holes ({some}): restore a backup, and report this.")
    else:
        yield well("All journals are without holes.")


def owner() -> Findings:
    if storage.pending_migrations():
        return
    person = people.owner()
    if person is None:
        yield advice("There is no owner yet: the first start makes one and prints a link.")
    elif not person.has_usable_password():
        yield advice("The owner has no password: manage.py owner_link prints a link, then set one under Account.")


def _neighbour(name: str, configured: str, probe: Callable[[], str | None], without: Callable[[], Finding]) -> Findings:
    if not configured:
        yield without()
        return
    problem = probe()
    yield mend(f"{name} cannot be used: {problem}.") if problem else well(f"{name} answers.")


def _without_redis() -> Finding:
    if settings.DATABASES["default"]["ENGINE"].endswith("postgresql"):
        return advice("REDIS_URL is not set: run one process alone, for several would not hear of each other in time.")
    return well("One process, with SQLite and without Redis.")


def _without_mail() -> Finding:
    return advice("EMAIL_HOST is not set: invitations are copied as links instead of being mailed.")


def _without_model() -> Finding:
    return advice("OPENAI_API_KEY is not set: the demo copilot answers.")
