"""What the views ask of a request."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, cast

from django.http import HttpRequest
from django.http.request import HttpRequest as Request

from editor.models import User


def person(request: Request) -> User:
    """Who is signed in; for views that require it."""
    return cast(User, request.user)


def fields(request: HttpRequest) -> Mapping[str, Any]:
    """What was posted, by a form or as a JSON object; nothing where that is malformed."""
    if request.content_type != "application/json":
        return request.POST
    try:
        value = json.loads(request.body)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def wants_json(request: HttpRequest) -> bool:
    return (
        request.content_type == "application/json"
        or request.get_preferred_type(["text/html", "application/json"]) == "application/json"
    )
