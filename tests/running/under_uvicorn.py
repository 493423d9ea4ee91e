"""`manage.py serve` with uvicorn in Daphne's place."""

from __future__ import annotations

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "editor.settings")

import uvicorn

from editor.asgi import application


def main() -> None:
    from django.conf import settings

    from editor.management.commands import serve

    serve.prepare()
    print(serve.greeting(settings.PUBLIC_URL), flush=True)  # noqa: T201
    uvicorn.run(
        application,
        host=settings.HOST,
        port=settings.PORT,
        ws_max_size=2 * settings.MAX_DOCUMENT_BYTES,
        log_level="warning",
        timeout_graceful_shutdown=5,
    )


if __name__ == "__main__":
    main()
