"""Composition root of the server: Django's pages, the rooms' sockets and the copilot, put together.

Plain ASGI. Daphne has no lifespan, so that the rooms begin with the first call.
"""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from typing import Any

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "editor.settings")
django_application = get_asgi_application()

from uuid import UUID  # noqa: E402

from copilot.identity import Copilot  # noqa: E402
from copilot.live.compose import Composition, compose  # noqa: E402
from editor import confirmations, decisions, invitations, selectors  # noqa: E402
from editor.live.consumers import RoomConsumer  # noqa: E402
from editor.live.journal import Journal, run_job_now  # noqa: E402
from editor.live.presences import Agent  # noqa: E402
from editor.live.registry import Registry  # noqa: E402
from editor.postgresql import WHILE_SERVING, answer_within  # noqa: E402

SOCKETS = "/ws/documents/"


class CopilotPresence:
    """Shows the copilot among the participants of a room."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def show(self, document_id: UUID, copilot: Copilot, status: str) -> None:
        self._registry.show_agent(document_id, Agent(str(copilot.id), copilot.name, copilot.colour, status))

    def hide(self, document_id: UUID, copilot: Copilot) -> None:
        self._registry.hide_agent(document_id, str(copilot.id))


class Application:
    """`http` is Django's, a socket under /ws/documents/ is a room's."""

    def __init__(self, make_journal: Callable[..., Journal] = Journal) -> None:
        answer_within(WHILE_SERVING)
        self.copilot: Composition = compose()
        mailer = invitations.mailer(run_job_now)
        self.registry = Registry(
            handlers=[
                *self.copilot.handlers,
                *decisions.HANDLERS,
                confirmations.handler(self.copilot.effects, [self.copilot.decided, mailer]),
                invitations.LINK_HANDLER,
            ],
            copilot=selectors.copilot(),
            make_journal=make_journal,
        )

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.start()
        if scope["type"] == "http":
            await django_application(scope, receive, send)
        elif scope["type"] == "websocket" and scope["path"].startswith(SOCKETS):
            await RoomConsumer(self.registry)(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close"})

    def start(self) -> None:
        """Begin on the running loop; again does nothing."""
        self.registry.start()
        self.copilot.start(self.registry, CopilotPresence(self.registry))

    def stop(self) -> Awaitable[None]:
        """Close the sockets now; await it to have everything committed and the runs given back."""
        self.registry.close_sockets()
        return self._stopped()

    async def _stopped(self) -> None:
        await self.copilot.close()
        await self.registry.close()

    async def _lifespan(self, receive: Any, send: Any) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.shutdown":
                await self.stop()
                await send({"type": "lifespan.shutdown.complete"})
                return
            await send({"type": "lifespan.startup.complete"})


application = Application()
