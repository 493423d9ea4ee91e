"""Whether the process lives, and whether it can serve."""

from __future__ import annotations

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse
from redis import Redis, RedisError

PATIENCE = 1.0


def livez(request: HttpRequest) -> HttpResponse:
    """Says that the process answers; does no input or output."""
    return HttpResponse("ok\n", content_type="text/plain")


def readyz(request: HttpRequest) -> HttpResponse:
    """Says whether the database answers: without it nothing can be done. Without Redis people go on, a little later
    to hear of other processes, so that it is said and changes nothing.
    """
    database, redis = _database(), _redis()
    text = f"database: {database or 'ok'}\n" + (f"redis: {redis or 'ok'}\n" if settings.REDIS_URL else "")
    return HttpResponse(text, content_type="text/plain", status=503 if database else 200)


def _database() -> str | None:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM editor_document LIMIT 1")
    except DatabaseError:
        return "does not answer"
    return None


def _redis() -> str | None:
    if not settings.REDIS_URL:
        return None
    client = Redis.from_url(settings.REDIS_URL, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE)
    try:
        client.ping()
    except (RedisError, OSError):
        return "does not answer"
    finally:
        client.close()
    return None
