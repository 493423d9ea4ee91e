"""What a browser keeps to open pages while the server does not answer."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

WORKER = Path("static/dist/service_worker.js")


@require_GET
def service_worker(request: HttpRequest) -> FileResponse:
    """At the root, since a worker stands before what lies below it; asked for each time, so that a new one is found."""
    file = (settings.BASE_DIR / WORKER).open("rb")
    return FileResponse(file, content_type="text/javascript; charset=utf-8", headers={"Cache-Control": "no-cache"})


@never_cache
@require_GET
def offline(request: HttpRequest) -> HttpResponse:
    """What the browser shows in place of a page that it has not kept."""
    return render(request, "offline.html")
