"""Drives one run in one task: asks the model, writes what it says, executes its calls, until it waits or has ended."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Concatenate, ParamSpec, TypeVar
from uuid import UUID, uuid4

from django.db import DatabaseError

from copilot import runs, selectors
from copilot.agent.context import Prompts, messages
from copilot.agent.errors import ProviderFailed, RunError, ToolRefused
from copilot.agent.language_model import LanguageModel, ModelRequest
from copilot.agent.loop import ModelCall, Step
from copilot.agent.tools import Effect, Reading, Tool
from copilot.live import begin, write
from copilot.live.begin import Prepared, Shop
from copilot.live.listening import Interrupt, Interrupted, Listening
from copilot.live.ports import Presence, Rooms
from copilot.live.write import Progress
from copilot.models import ToolCall
from copilot.runs import RunMoved
from editor.room.job import Workspace

P = ParamSpec("P")
T = TypeVar("T")
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds: between two flushes of text, and between two looks at the run and its room."""

    flush: float = 0.04
    watch: float = 0.25


@dataclass(frozen=True, slots=True)
class Shell:
    """What every run of this process uses."""

    rooms: Rooms
    presence: Presence
    model: LanguageModel
    prompts: Prompts
    shop: Shop
    timing: Timing


class Drive:
    """One run. `go` returns when the run has ended, waits, is paused, or belongs to somebody else."""

    def __init__(self, run_id: UUID, document_id: UUID, shell: Shell) -> None:
        self._run_id = run_id
        self.document_id = document_id
        self._shell = shell
        self._rev = 0
        self._seconds = 0.0
        self._listening: Listening | None = None
        self._why: Interrupt | None = None

    async def go(self) -> None:
        run = await self._job(begin.take, self._shell.shop)
        if run is None:
            return
        self._rev = run.rev
        try:
            while self._rev:
                await self._step()
        except RunError as error:
            cause = type(error.__cause__).__name__
            log.warning("run failed: %s (%s)", error.code, cause, extra={"run": str(self._run_id)})
            await self._job(runs.fail_with, self._rev, error)

    def interrupt(self, why: Interrupt) -> None:
        """Close the provider's connection now, and stop at the next place where nothing is half done."""
        self._why = why
        if self._listening:
            self._listening.cut(why)

    async def give_up(self) -> None:
        """End the run with a sentence after a bug of ours."""
        sentence = "Something went wrong in Scriptorium itself. What was written is kept; ask again."
        with suppress(RunMoved):
            await self._job(runs.fail, self._rev or None, "internal", sentence)

    async def _job(self, job: Callable[Concatenate[Workspace, UUID, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        return await self._shell.rooms.run_job(
            self.document_id, lambda ws: job(ws, self._run_id, *args, **kwargs), run_id=self._run_id
        )

    async def _step(self) -> None:
        shell = self._shell
        if self._why:
            return await self._interrupted(self._why)
        self._show("thinking")
        prepared = await self._job(begin.prepare, self._rev, shell.shop, self._seconds)
        step = Step(shell.shop.tools, _new_call_id, kept=prepared.kept, follows=prepared.follows)
        began = asyncio.get_running_loop().time()
        try:
            progress = await self._listen(prepared, step)
        except Interrupted as interrupted:
            return await self._interrupted(interrupted.why)
        finally:
            self._seconds += asyncio.get_running_loop().time() - began
        settled = await self._job(write.settle, prepared, progress, step.finish(), shell.shop)
        self._rev = settled.rev
        if settled.left:
            await self._execute(prepared, settled.left)
        return None

    def _request(self, prepared: Prepared) -> ModelRequest:
        shop = self._shell.shop
        said = messages(prepared.brief, self._shell.prompts, shop.copilot.name)
        return ModelRequest(said, prepared.brief, tuple(shop.tools.values()), prepared.tokens_left)

    async def _listen(self, prepared: Prepared, step: Step) -> Progress:
        left = self._shell.shop.limits.seconds - self._seconds
        async with Listening(self._shell.model, self._request(prepared), left) as listening:
            self._listening = listening
            if self._why:
                listening.cut(self._why)
            watch = asyncio.create_task(self._watch(listening))
            try:
                return await self._hear(listening, prepared, step)
            finally:
                self._listening = None
                watch.cancel()
                await asyncio.wait({watch})

    async def _hear(self, listening: Listening, prepared: Prepared, step: Step) -> Progress:
        """Write what arrives, each time all of it as one job, until the model has stopped."""
        progress = Progress(self._rev)
        while events := await listening.batch():
            effects = [effect for event in events for effect in step.take(event)]
            if not effects:
                continue
            if not progress.streaming:
                self._show("writing")
            progress = await self._job(write.write, prepared, progress, effects, self._shell.shop)
            self._rev = progress.rev
            await asyncio.sleep(self._shell.timing.flush)
        if not step.stopped:
            raise ProviderFailed
        return progress

    async def _watch(self, listening: Listening) -> None:
        holder = self._shell.shop.holder
        while True:
            await asyncio.sleep(self._shell.timing.watch)
            try:
                seen = await self._shell.rooms.read(lambda: selectors.watch(self._run_id, holder))
            except DatabaseError:
                continue
            if not seen.held:
                listening.cut(Interrupt.MOVED)
            elif not seen.attended:
                listening.cut(Interrupt.IDLE)

    async def _interrupted(self, why: Interrupt) -> None:
        match why:
            case Interrupt.IDLE:
                await self._job(begin.pause, self._rev)
            case Interrupt.SHUTDOWN:
                await self._job(begin.release, self._rev)
            case Interrupt.MOVED:
                pass
        self._rev = 0

    async def _execute(self, prepared: Prepared, calls: tuple[ModelCall, ...]) -> None:
        for call in calls:
            tool = self._shell.shop.tools[call.name]
            if tool.effect is Effect.READ:
                state, result = await self._look(prepared, call, tool)
                await self._job(write.keep_result, call.id, state, result)
            else:
                await self._job(write.execute, self._rev, call, tool)
        settled = await self._job(write.after_calls, self._rev, self._shell.shop)
        self._rev = settled.rev

    async def _look(self, prepared: Prepared, call: ModelCall, tool: Tool) -> tuple[ToolCall.State, dict[str, Any]]:
        place = Reading(self.document_id, prepared.brief.title, prepared.brief.blocks, prepared.asker)
        arguments = tool.check(call.arguments or {})
        try:
            result = await self._shell.rooms.read(lambda: tool.function(place, **arguments))
        except ToolRefused as refused:
            return ToolCall.State.FAILED, refused.result()
        return ToolCall.State.DONE, result

    def _show(self, status: str) -> None:
        self._shell.presence.show(self.document_id, self._shell.shop.copilot, status)


def _new_call_id() -> str:
    return uuid4().hex
