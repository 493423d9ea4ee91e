"""Compacts texts of a database, in a process that kills itself at a step: `python -m tests.live.compacting STEP NTH`.

The settings come from the environment, as for `manage.py`. STEP "never" compacts again and again until killed.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "editor.settings")
django.setup()

from editor.live import compaction  # noqa: E402

LEASE_SECONDS = 2.0


def killer(wanted: str, nth: int) -> Callable[[str], None]:
    seen: list[str] = []

    def step(name: str) -> None:
        seen.append(name)
        if seen.count(wanted) == nth:
            os.kill(os.getpid(), signal.SIGKILL)

    return step


def main(wanted: str, nth: int) -> None:
    step = killer(wanted, nth)
    compaction.ROWS_A_STEP = 40
    while True:
        for crdt_id in compaction.candidates(2):
            done = compaction.compact(crdt_id, young_seconds=0, lease_seconds=LEASE_SECONDS, step=step)
            if done and done.rows:
                sys.stdout.write(f"{crdt_id}: {done.rows} rows up to {done.seq}\n")
                sys.stdout.flush()
        if wanted != "never":
            return


main(sys.argv[1], int(sys.argv[2]))
