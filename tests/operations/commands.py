"""`manage.py` as an administrator calls it, in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.running.process import ROOT, bare_environment


def manage(data: Path, *arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *map(str, arguments)],
        cwd=ROOT,
        env=bare_environment(DATA_DIR=str(data), **environment),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
