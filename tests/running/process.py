"""A program that a test starts, listens to and ends."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parent.parent.parent
KEPT = ("PATH", "HOME", "LANG", "TMPDIR")


def bare_environment(**more: str) -> dict[str, str]:
    """What a program needs of ours, without the settings that a developer may have there."""
    return {name: os.environ[name] for name in KEPT if name in os.environ} | {"PYTHONUNBUFFERED": "1"} | more


class Process:
    """`command` in a process group of its own; what it prints goes to the file `log`."""

    def __init__(self, command: Sequence[str], log: Path, environment: Mapping[str, str]) -> None:
        self.command = list(command)
        self.log = log
        self.environment = dict(environment)
        self._running: subprocess.Popen[bytes] | None = None
        self._begins = 0

    def start(self) -> None:
        self._begins = self.log.stat().st_size if self.log.exists() else 0
        with self.log.open("ab") as out:
            self._running = self._spawn(out)

    def _spawn(self, out: IO[bytes]) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            self.command,
            cwd=ROOT,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    @property
    def pid(self) -> int:
        assert self._running, "not started"
        return self._running.pid

    def resident(self) -> int:
        """Bytes of memory that it holds."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return next(1024 * int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))

    def printed(self) -> str:
        """What it has printed since its last start."""
        return self.log.read_bytes()[self._begins :].decode(errors="replace")

    def ended(self) -> bool:
        return self._running is None or self._running.poll() is not None

    def returned(self) -> int | None:
        """The code with which it ended, negative for a signal."""
        return self._running.poll() if self._running else None

    def kill_9(self) -> None:
        self._signal(signal.SIGKILL)

    def stop(self) -> None:
        """Ask it to end; one that does not within ten seconds is killed."""
        try:
            self._signal(signal.SIGTERM, patience=10)
        except subprocess.TimeoutExpired:
            self.kill_9()

    def _signal(self, number: signal.Signals, patience: float = 60) -> None:
        if self._running is None:
            return
        if self._running.poll() is None:
            os.killpg(self._running.pid, number)
        self._running.wait(patience)
        self._running = None
