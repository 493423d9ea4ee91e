"""Owns the runs that this process drives: one task each, woken by a command, a decision or the sweeper."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from contextlib import suppress
from functools import partial
from typing import Any
from uuid import UUID

from django.db import DatabaseError

from copilot import selectors
from copilot.agent.run import WAITING, WORKING, RunState
from copilot.live.drive import Drive, Shell
from copilot.live.listening import Interrupt
from copilot.runs import RunMoved

CLOSING_SECONDS = 5.0
log = logging.getLogger(__name__)


class Runner:
    """Call `start` on the loop before anything else; `wake` and `interrupt` may be called before, and do nothing."""

    def __init__(self) -> None:
        self._shell: Shell | None = None
        self._drives: dict[UUID, Drive] = {}
        self._again: set[UUID] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._loop: asyncio.AbstractEventLoop | None = None

    def start(self, shell: Shell) -> None:
        self._shell = shell
        self._loop = asyncio.get_running_loop()

    @property
    def documents(self) -> dict[UUID, set[UUID]]:
        """The rooms in which this process drives runs, with the runs."""
        rooms: dict[UUID, set[UUID]] = {}
        for run_id, drive in self._drives.items():
            rooms.setdefault(drive.document_id, set()).add(run_id)
        return rooms

    def wake(self, run_id: UUID) -> None:
        """Go on with a run if it can; what cannot go on now stays as it is. For the loop's thread."""
        if self._shell is None:
            return
        if run_id in self._drives:
            self._again.add(run_id)
        else:
            self._spawn(self._own(run_id, self._shell))

    def interrupt(self, run_id: UUID) -> None:
        """Close the provider's connection of a run that has ended."""
        if drive := self._drives.get(run_id):
            drive.interrupt(Interrupt.MOVED)

    def settle(self, document_id: UUID) -> None:
        """Let the next run of a room begin, and show what the copilot does there now."""
        if self._shell is not None:
            self._spawn(self._settle(document_id, self._shell))

    async def close(self) -> None:
        """Give every run back to the queue, because the process ends."""
        for drive in self._drives.values():
            drive.interrupt(Interrupt.SHUTDOWN)
        self._shell = None
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSING_SECONDS):
                while self._tasks:
                    await asyncio.wait(self._tasks)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _own(self, run_id: UUID, shell: Shell) -> None:
        document_id = await shell.rooms.read(partial(selectors.document_of, run_id))
        if document_id is None or run_id in self._drives:
            return
        drive = self._drives[run_id] = Drive(run_id, document_id, shell)
        try:
            await drive.go()
        except RunMoved:
            log.debug("run moved on", extra={"run": str(run_id)})
        except DatabaseError:
            log.exception("run lost the database, and goes on when its lease is over", extra={"run": str(run_id)})
            return
        except Exception:
            log.exception("run broke", extra={"run": str(run_id)})
            await drive.give_up()
        finally:
            del self._drives[run_id]
        await self._settle(document_id, shell)
        if run_id in self._again:
            self._again.discard(run_id)
            self.wake(run_id)

    async def _settle(self, document_id: UUID, shell: Shell) -> None:
        state = await shell.rooms.read(partial(selectors.busiest_state, document_id))
        if state in WORKING:
            return
        if state is None or state is RunState.QUEUED:
            shell.presence.hide(document_id, shell.shop.copilot)
        else:
            status = "waiting for you" if state in WAITING else "paused"
            shell.presence.show(document_id, shell.shop.copilot, status)
        waiting = await shell.rooms.read(partial(selectors.waiting_in, document_id))
        if waiting and waiting[0] not in self._drives:
            self.wake(waiting[0])
