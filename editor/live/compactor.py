"""Has long journals compacted now and then, in a process of its own: in this one it would hold everybody up."""

from __future__ import annotations

import asyncio
import logging
import random
import sys
from contextlib import suppress

from django.conf import settings

log = logging.getLogger(__name__)
SOON_SECONDS = 300.0
"""After a start, since some servers are started anew each night."""


async def run() -> None:
    """For as long as the process lives. Leases keep the processes of several servers out of each other's way."""
    seconds = settings.COMPACT_HOURS * 3600
    if not seconds:
        return
    await asyncio.sleep(min(SOON_SECONDS, seconds))
    while True:
        await compact()
        await asyncio.sleep(seconds * random.uniform(0.5, 1.5))


async def compact() -> None:
    """Once; what it says goes to the log. Who cancels this ends it, and loses nothing."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(settings.BASE_DIR / "manage.py"),
        "compact",
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        said, _ = await process.communicate()
    except asyncio.CancelledError:
        with suppress(ProcessLookupError):
            process.kill()
        raise
    log.log(logging.WARNING if process.returncode else logging.INFO, "compaction: %s", said.decode(errors="replace"))
