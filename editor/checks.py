"""System checks: settings that contradict each other are refused with a sentence that says how to mend them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

POSITIVE = (
    "HEARTBEAT_SECONDS",
    "GRACE_GONE_SECONDS",
    "GRACE_HIDDEN_SECONDS",
    "GRACE_VISIBLE_SECONDS",
    "COPILOT_LEASE_SECONDS",
    "COPILOT_DEMO_WORDS_A_SECOND",
)

FRAMES_OF_A_TYPIST = 50
"""A second: keys, carets, and what a held key repeats."""


@register()
def check_settings(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:
    return [*_address(), *_databases(), *_copilot(), *_times(), *_sockets()]


def _address() -> Iterator[CheckMessage]:
    public = urlsplit(settings.PUBLIC_URL)
    if public.scheme not in ("http", "https") or not public.hostname:
        yield Error(
            f"PUBLIC_URL is {settings.PUBLIC_URL!r}, which is no address of a site.",
            hint="Write it as browsers see it, for example https://docs.example.com.",
            id="editor.E001",
        )
    elif public.path or public.query:
        yield Error(
            f"PUBLIC_URL is {settings.PUBLIC_URL!r}, and Scriptorium serves from a site's root alone.",
            hint="Leave out what follows the host, and give Scriptorium a host name of its own.",
            id="editor.E002",
        )
    if not 0 < settings.PORT < 65536:
        yield Error(
            f"PORT is {settings.PORT}, and ports are numbers from 1 to 65535.",
            hint="Choose a free one, for example PORT=8000.",
            id="editor.E003",
        )


def _databases() -> Iterator[CheckMessage]:
    engine = settings.DATABASES["default"]["ENGINE"].rpartition(".")[2]
    if engine not in ("sqlite3", "postgresql"):
        yield Error(
            f"DATABASE_URL names a database of the kind {engine}, and Scriptorium knows SQLite and PostgreSQL.",
            hint="Set it to postgres://user:password@host/name, or leave it out for SQLite.",
            id="editor.E004",
        )
    if settings.REDIS_URL and engine == "sqlite3":
        yield Warning(
            "REDIS_URL is set, which is for several processes, but the database is SQLite, which is for one machine.",
            hint="Set DATABASE_URL to a PostgreSQL database, or leave out REDIS_URL.",
            id="editor.W005",
        )


def _copilot() -> Iterator[CheckMessage]:
    if settings.OPENAI_BASE_URL and not settings.OPENAI_API_KEY:
        yield Error(
            "OPENAI_BASE_URL is set but OPENAI_API_KEY is not, so that the demo copilot would answer.",
            hint="Set OPENAI_API_KEY (any text, where the model's server asks for none), or leave out OPENAI_BASE_URL.",
            id="editor.E006",
        )
    if settings.OPENAI_API_KEY and not settings.OPENAI_MODEL:
        yield Error(
            "OPENAI_API_KEY is set but OPENAI_MODEL is empty.",
            hint="Set OPENAI_MODEL to a model that the endpoint has, or leave it out.",
            id="editor.E007",
        )


def _times() -> Iterator[CheckMessage]:
    if settings.COMPACT_HOURS < 0:
        yield Error(f"COMPACT_HOURS is {settings.COMPACT_HOURS}.", hint="Set it to 0 or above.", id="editor.E008")
    for name in POSITIVE:
        if getattr(settings, name) <= 0:
            yield Error(f"{name} is {getattr(settings, name)}.", hint="Set it above 0.", id="editor.E008")
    if settings.GRACE_GONE_SECONDS > settings.GRACE_HIDDEN_SECONDS:
        yield Warning(
            "GRACE_GONE_SECONDS is longer than GRACE_HIDDEN_SECONDS: a room that people left outlives one they hid.",
            hint="Make GRACE_GONE_SECONDS the shorter.",
            id="editor.W009",
        )


def _sockets() -> Iterator[CheckMessage]:
    if settings.LIMIT_BYTES is not None and settings.LIMIT_BYTES.tokens < settings.MAX_FRAME_BYTES:
        yield Error(
            f"LIMIT_BYTES lets {settings.LIMIT_BYTES.tokens:.0f} bytes through at once, less than one frame may have.",
            hint=f"Set it to {settings.MAX_FRAME_BYTES}/60 or more.",
            id="editor.E010",
        )
    if settings.LIMIT_FRAMES is not None and settings.LIMIT_FRAMES.a_second < FRAMES_OF_A_TYPIST:
        yield Warning(
            f"LIMIT_FRAMES lets {settings.LIMIT_FRAMES.a_second:g} frames a second through, and who types sends more.",
            hint=f"Let at least {FRAMES_OF_A_TYPIST} a second through, for example LIMIT_FRAMES=20000/20.",
            id="editor.W011",
        )
    a_process = settings.LIMIT_SOCKETS
    for name in ("LIMIT_SOCKETS_A_PERSON", "LIMIT_SOCKETS_A_ROOM"):
        limit = getattr(settings, name)
        if a_process is not None and limit is not None and limit > a_process:
            yield Warning(
                f"{name} is {limit}, more than LIMIT_SOCKETS lets one process have.",
                hint=f"Make it at most {a_process}, or raise LIMIT_SOCKETS.",
                id="editor.W012",
            )
