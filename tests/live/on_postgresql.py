"""A file's own tests once more, in a run whose database is PostgreSQL."""

from __future__ import annotations

import os
import subprocess
import sys

from tests.running.process import ROOT, bare_environment


def run_again(file: str, postgres_url: str, *only: str) -> str:
    """What pytest printed; fails where it did not pass."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--reuse-db", file]
    done = subprocess.run(
        [*command, *only],
        cwd=ROOT,
        env=bare_environment(DATABASE_URL=postgres_url) | {k: v for k, v in os.environ.items() if k == "VIRTUAL_ENV"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
