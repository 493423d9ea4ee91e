"""Keeps this process's leases, and looks for runs that nobody drives: lost, startable, decided, abandoned."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from copilot import runs, selectors
from copilot.agent.run import RunEvent
from copilot.live import begin
from copilot.live.drive import Shell
from copilot.live.runner import Runner
from copilot.models import Run
from copilot.runs import RunMoved
from copilot.selectors import Found, Need
from editor.room.job import Workspace

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Seconds: between two sweeps, and between two renewals of the leases."""

    sweep: float = 1.0
    renew: float = 10.0


class Worker:
    """`run` never returns; cancel it. One sweep or renewal that fails is logged, and the next one tries again."""

    def __init__(self, runner: Runner, shell: Shell, rhythm: Rhythm) -> None:
        self._runner = runner
        self._shell = shell
        self._rhythm = rhythm

    async def run(self) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(self._repeat(self.renew, self._rhythm.renew))
            group.create_task(self._repeat(self.sweep, self._rhythm.sweep))

    async def renew(self) -> None:
        shop = self._shell.shop
        for document_id, driven in self._runner.documents.items():
            job = partial(_renew, driven, shop.holder, shop.lease_seconds)
            await self._shell.rooms.run_job(document_id, job)

    async def sweep(self) -> None:
        for found in await self._shell.rooms.read(selectors.in_need):
            await self._help(found)

    async def _help(self, found: Found) -> None:
        driven = found.run in self._runner.documents.get(found.document, set())
        match found.need:
            case Need.WAKE:
                self._runner.wake(found.run)
            case Need.LOST if not driven:
                log.warning("run lost its worker", extra={"run": str(found.run)})
                await self._shell.rooms.run_job(found.document, partial(self._lose, found.run))
                self._runner.settle(found.document)
            case Need.SWITCHED_OFF:
                await self._shell.rooms.run_job(found.document, partial(_stop, found.run))
                self._runner.interrupt(found.run)
                self._runner.settle(found.document)
            case Need.ABANDONED:
                await self._shell.rooms.run_job(found.document, partial(_give_up, found.run))

    def _lose(self, run_id: UUID, ws: Workspace) -> None:
        run = Run.objects.get(pk=run_id)
        with suppress(RunMoved):
            runs.lose(ws, run_id, resumable=begin.is_resumable(run, self._shell.shop.tools))

    async def _repeat(self, work: Callable[[], Awaitable[None]], seconds: float) -> None:
        while True:
            await asyncio.sleep(seconds)
            try:
                await work()
            except Exception:
                log.exception("the copilot's worker failed, and tries again")


def _renew(driven: set[UUID], holder: str, lease_seconds: float, _: Workspace) -> None:
    runs.renew(driven, holder, lease_seconds)


def _stop(run_id: UUID, ws: Workspace) -> None:
    sentence = "Whoever asked for this has been switched off."
    with suppress(RunMoved):
        runs.change(ws, run_id, RunEvent.STOPPED, None, finish_reason="stopped")
        runs.say(ws, run_id, finish_reason="stopped", note=sentence)


def _give_up(run_id: UUID, ws: Workspace) -> None:
    sentence = "Nobody came back for seven days, so it was given up. Ask again."
    fields = {"error_code": "expired", "error_message": sentence}
    with suppress(RunMoved):
        runs.change(ws, run_id, RunEvent.NOBODY_CAME_BACK, None, **fields)
        runs.say(ws, run_id, error_code="expired", error=sentence, retryable=True)
