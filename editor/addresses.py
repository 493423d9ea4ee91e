"""Addresses under which people reach this server, and whether a port is free."""

from __future__ import annotations

import errno
import socket
from urllib.parse import urlsplit

from django.conf import settings


def base_url() -> str:
    """Where links that are printed lead: PUBLIC_URL, or with HOST=0.0.0.0 this machine's own address."""
    if not settings.EVERY_ADDRESS:
        return str(settings.PUBLIC_URL)
    return f"http://{own_address()}:{urlsplit(settings.PUBLIC_URL).port or settings.PORT}"


def own_address() -> str:
    """The address that this machine uses towards others; connecting a datagram socket sends nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
            return str(probe.getsockname()[0])
        except OSError:
            pass
    try:
        return socket.gethostbyname(socket.gethostname())
    except OSError:
        return "127.0.0.1"


def why_not(host: str, port: int) -> str | None:
    """Why nothing can listen there, as a sentence that says what to do; None if it can."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            return _sentence(error, host, port)
    return None


def _sentence(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} is in use: stop what runs there, or choose another, as in `make run PORT={port + 1}`."
    if error.errno == errno.EACCES:
        return f"Port {port} is reserved for administrators: choose one above 1023, as in `make run PORT=8000`."
    return f"This machine cannot listen at HOST={host}: use 127.0.0.1 for itself alone, or 0.0.0.0 for all."
