"""A script of the tests' in Node, with which a test talks by lines."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.running.process import ROOT


@contextmanager
def node(script: Path, plan: object) -> Iterator[subprocess.Popen[str]]:
    """It gets the plan as JSON, and is killed in the end."""
    process = subprocess.Popen(
        ["node", "--no-warnings", str(script), json.dumps(plan)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()
