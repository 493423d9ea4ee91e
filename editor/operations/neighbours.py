"""Whether the servers beside ours answer: each probe gives None, or why not, without any secret in it."""

from __future__ import annotations

import smtplib
import urllib.error
import urllib.request

import redis as redis_client
from django.conf import settings
from django.core.mail import get_connection

PATIENCE = 5.0
OPENAI = "https://api.openai.com/v1"
REFUSED = (401, 403)


def redis() -> str | None:
    client = redis_client.Redis.from_url(settings.REDIS_URL, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE)
    try:
        client.ping()
    except (redis_client.RedisError, OSError) as error:
        return f"it does not answer ({type(error).__name__}), see that it runs and that REDIS_URL is right"
    finally:
        client.close()
    return None


def mail() -> str | None:
    try:
        server = get_connection(timeout=PATIENCE)
        server.open()
        server.close()
    except smtplib.SMTPAuthenticationError:
        return "it refuses EMAIL_HOST_USER and EMAIL_HOST_PASSWORD"
    except (OSError, smtplib.SMTPException) as error:
        return f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT} does not take us in ({type(error).__name__})"
    return None


def model() -> str | None:
    """Asks for the list of models; an endpoint that has none still answers."""
    place = (settings.OPENAI_BASE_URL or OPENAI).rstrip("/") + "/models"
    asked = urllib.request.Request(place, headers={"Authorization": f"Bearer {settings.OPENAI_API_KEY}"})
    try:
        with urllib.request.urlopen(asked, timeout=PATIENCE):
            return None
    except urllib.error.HTTPError as error:
        error.close()
        return "it refuses OPENAI_API_KEY" if error.code in REFUSED else None
    except (OSError, ValueError):
        return f"{place} does not answer, see that OPENAI_BASE_URL is right"
