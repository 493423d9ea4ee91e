"""The documented settings are the settings, and one file reads them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
READERS = {"editor/settings.py", "editor/asgi.py"}
"""`asgi.py` names the settings module to Django, as `manage.py` does."""


def read_by_settings() -> set[str]:
    """The names given to the file's own functions that read the environment, by convention `_something("NAME")`."""
    tree = ast.parse((ROOT / "editor/settings.py").read_text())
    readers = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    return {
        str(node.args[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in readers
        if node.args and isinstance(node.args[0], ast.Constant)
    }


def test_every_setting_stands_in_the_table_and_nothing_else_does() -> None:
    table = (ROOT / "docs/reference/settings.md").read_text()
    rows = (line.split("|")[1] for line in table.splitlines() if line.startswith("| `"))
    assert {name for row in rows for name in re.findall(r"`(\w+)`", row)} == read_by_settings()


def environment_reads(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv", "environb"}:
            yield node.attr


def test_only_the_settings_read_the_environment() -> None:
    files = [file for package in ("editor", "copilot") for file in (ROOT / package).rglob("*.py")]
    readers = {str(file.relative_to(ROOT)) for file in files if any(environment_reads(file.read_text()))}
    assert readers <= READERS
