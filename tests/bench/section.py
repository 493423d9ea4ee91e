"""section.py NAME: what comes in becomes that section of RESULTS.md; the others stay as they are."""

from __future__ import annotations

import sys
from pathlib import Path

PAGE = Path(__file__).with_name("RESULTS.md")


def replace(name: str, text: str) -> None:
    begin, end = f"<!-- {name} -->\n", f"<!-- end of {name} -->\n"
    page = PAGE.read_text() if PAGE.exists() else ""
    before, found, rest = page.partition(begin)
    after = rest.partition(end)[2] if found else ""
    PAGE.write_text(f"{before}{begin}{text.strip()}\n{end}{after}")


if __name__ == "__main__":
    replace(sys.argv[1], sys.stdin.read())
