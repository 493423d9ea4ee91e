"""How much of a large test runs: a share in `make test`, all of it in `make soak`. Same code, other numbers."""

from __future__ import annotations

import os

SOAK = os.environ.get("SIZE") == "soak"


def share(what: str, *, test: int, soak: int) -> int:
    """The size of `what`, which is printed, so that a kept log says what was run."""
    size = soak if SOAK else test
    print(f"{what}: {size}")  # noqa: T201
    return size
