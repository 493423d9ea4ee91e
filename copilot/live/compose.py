"""Puts the copilot together for a process. Called by the composition root, `editor/asgi.py`:

copilot = compose()
registry = Registry(handlers=[
    *copilot.handlers, confirmations.handler(copilot.effects, [copilot.decided, mailer]), ...
])
copilot.start(registry, presence)   # once, on the loop, with the first ASGI call
await copilot.close()               # before the process ends, if there is time
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.conf import settings

from copilot.agent.context import Prompts
from copilot.agent.errors import ToolRefused
from copilot.agent.language_model import LanguageModel
from copilot.agent.limits import Limits
from copilot.agent.tools import TOOLS, Confirmed, Tool
from copilot.identity import COPILOT_ID, Copilot
from copilot.live.begin import Shop
from copilot.live.demo_model import DemoModel
from copilot.live.drive import Shell, Timing
from copilot.live.openai_model import OpenAIModel
from copilot.live.participant import handlers
from copilot.live.ports import Presence, Rooms
from copilot.live.runner import Runner
from copilot.live.worker import Rhythm, Worker
from editor.models import Confirmation
from editor.room.errors import Refusal
from editor.room.job import Workspace
from editor.room.participant import Participant
from editor.room.presence import COPILOT_COLOUR

Effect = Callable[[Workspace, Participant, Confirmation], dict[str, Any]]
PROMPTS = Path(__file__).resolve().parent.parent / "prompts"


class Composition:
    """One process's copilot. `effects` and `decided` are for the handler of confirmations."""

    def __init__(self, model: LanguageModel, limits: Limits, timing: Timing, rhythm: Rhythm) -> None:
        self.copilot = Copilot(COPILOT_ID, settings.COPILOT_NAME, COPILOT_COLOUR, model.name, model.is_demo)
        self.runner = Runner()
        self.handlers = handlers(self.runner, self.copilot, limits)
        self.effects = confirmed_effects(TOOLS)
        self._model = model
        self._timing = timing
        self._rhythm = rhythm
        self._shop = Shop(TOOLS, self.copilot, limits, uuid4().hex, settings.COPILOT_LEASE_SECONDS)
        self._work: asyncio.Task[None] | None = None

    def decided(self, confirmation: Confirmation) -> None:
        """Let the run that asked go on; called on the loop's thread after the decision's commit."""
        self.runner.wake(confirmation.run_id)

    def start(self, rooms: Rooms, presence: Presence) -> None:
        """Begin to drive runs on the running loop; a second call does nothing."""
        if self._work is None:
            shell = Shell(rooms, presence, self._model, load_prompts(), self._shop, self._timing)
            self.runner.start(shell)
            self._work = asyncio.create_task(Worker(self.runner, shell, self._rhythm).run())

    async def close(self) -> None:
        """Give the runs back to the queue and stop."""
        if self._work:
            self._work.cancel()
            await asyncio.wait({self._work})
        await self.runner.close()


def compose(
    model: LanguageModel | None = None,
    *,
    limits: Limits | None = None,
    timing: Timing | None = None,
    rhythm: Rhythm | None = None,
) -> Composition:
    """The copilot as the settings say; without a key or an endpoint it is the demo."""
    return Composition(model or model_of_settings(), limits or Limits(), timing or Timing(), rhythm or Rhythm())


def model_of_settings() -> LanguageModel:
    if settings.OPENAI_API_KEY or settings.OPENAI_BASE_URL:
        return OpenAIModel(key=settings.OPENAI_API_KEY, base_url=settings.OPENAI_BASE_URL, model=settings.OPENAI_MODEL)
    return DemoModel(settings.COPILOT_DEMO_WORDS_A_SECOND)


def load_prompts() -> Prompts:
    return Prompts(
        system=(PROMPTS / "system.md").read_text(encoding="utf-8"),
        go_on=(PROMPTS / "go_on.md").read_text(encoding="utf-8"),
    )


def confirmed_effects(tools: Mapping[str, Tool]) -> dict[str, Effect]:
    """What each tool that people confirm does in the transaction of the decision."""
    return {name: partial(_carry_out, tool) for name, tool in tools.items() if tool.confirm}


def _carry_out(tool: Tool, ws: Workspace, by: Participant, confirmation: Confirmation) -> dict[str, Any]:
    try:
        arguments = tool.check(confirmation.arguments)
        return tool.function(Confirmed(ws, by, confirmation), **arguments)
    except ToolRefused as refused:
        raise Refusal(refused.code, refused.sentence) from refused
