"""Who may do what how often: for whom a form or a request to the copilot counts, and the answer to one too many."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable
from functools import cache
from ipaddress import IPv6Address, ip_address
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from editor.limits import InProcess, Rate, Store

SAFE = ("GET", "HEAD", "OPTIONS", "TRACE")
NEIGHBOURS = 64
"""Bits of an IPv6 address that belong to a network; the others its owner chooses."""


@cache
def store() -> Store:
    if settings.REDIS_URL:
        from editor.redis_limits import InRedis

        return InRedis(settings.REDIS_URL)
    return InProcess()


def address(request: HttpRequest) -> str:
    """Where the request comes from, as the outermost trusted proxy saw it; of IPv6 the network."""
    found = str(request.META.get("REMOTE_ADDR", ""))
    forwarded = str(request.META.get("HTTP_X_FORWARDED_FOR", "")).split(",")
    if 0 < settings.PROXIES <= len(forwarded):
        found = forwarded[-settings.PROXIES].strip() or found
    try:
        parsed = ip_address(found)
    except ValueError:
        return found[:64]
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return f"{IPv6Address(int(parsed) >> NEIGHBOURS << NEIGHBOURS)}/{NEIGHBOURS}"


def post(request: HttpRequest) -> float:
    """After how many seconds this address may send another form; 0 for now."""
    return _take(settings.LIMIT_POSTS, "post", address(request))


def new_guest(request: HttpRequest, link: int) -> float:
    """The same for one more guest from this address, and by this link from all addresses together."""
    here = _take(settings.LIMIT_GUESTS, "guest", address(request))
    return here or _take(settings.LIMIT_GUESTS_A_LINK, "link", str(link))


def sign_in(request: HttpRequest, account: str) -> float:
    """The same for another password from this address, and for this account from all addresses together."""
    here = _take(settings.LIMIT_SIGN_INS, "sign-in", address(request))
    return here or _take(settings.LIMIT_SIGN_INS_AN_ACCOUNT, "account", account.strip().lower())


def ask(person: UUID, document: UUID) -> float:
    """The same for another request to a copilot, by this person anywhere, and by everybody in this room together."""
    theirs = _take(settings.LIMIT_ASKS, "ask", str(person))
    return theirs or _take(settings.LIMIT_ASKS_A_ROOM, "asked", str(document))


def signed_in(account: str) -> None:
    """Who knew the password has not used up their tries."""
    store().refill(_key("account", account.strip().lower()))


def in_words(seconds: float) -> str:
    """How long that is, rounded up: "in 20 seconds", "in 3 minutes"."""
    if seconds > 90:
        return f"in {math.ceil(seconds / 60)} minutes"
    whole = max(1, math.ceil(seconds))
    return f"in {whole} seconds" if whole > 1 else "in a second"


def refusal(request: HttpRequest, seconds: float) -> HttpResponse:
    """429 with Retry-After and a sentence, as JSON to whoever asks for that."""
    sentence = f"That was too much at once. Try again {in_words(seconds)}."
    if "json" in request.headers.get("Accept", "") or request.content_type == "application/json":
        answer: HttpResponse = JsonResponse({"message": sentence}, status=429)
    else:
        answer = render(request, "429.html", {"sentence": sentence}, status=429)
    return retry_after(answer, seconds)


def retry_after(response: HttpResponse, seconds: float) -> HttpResponse:
    response.headers["Retry-After"] = str(math.ceil(seconds))
    return response


class PostLimitMiddleware:
    """Whatever may change something counts for its address, whether it is taken or not."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.method not in SAFE and (seconds := post(request)):
            return refusal(request, seconds)
        return self.get_response(request)


def _take(rate: Rate | None, kind: str, whose: str) -> float:
    return store().take(_key(kind, whose), rate) if rate else 0.0


def _key(kind: str, whose: str) -> str:
    """Of one length, whatever was typed as an account; nobody reads addresses of people out of Redis."""
    return f"{kind}:{hashlib.sha256(whose.encode()).hexdigest()[:32]}"
