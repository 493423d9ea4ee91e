"""What a suggestion's Markdown body means in place of its base text."""

from __future__ import annotations

import re

from editor.room.delta import Delta, Run, joined, plain
from editor.room.markdown import inline


def proposal(base: Delta, body: str, block: str = "paragraph") -> Delta:
    """The proposed text: one block's, so that paragraphs are joined by hard breaks.

    Space at the ends of the base stays; a link to an address that the base links to keeps all its attributes.
    """
    text = body.strip()
    if not text:
        return []
    if block == "heading":
        text = re.sub(r"^#{1,6}[ \t]+", "", text)
    before = plain(base)
    lead = before[: len(before) - len(before.lstrip())] if before.strip() else ""
    tail = before[len(before.rstrip()) :] if before.strip() else ""
    return joined([Run(lead), *_with_known_links(base, inline(text)), Run(tail)])


def _with_known_links(base: Delta, runs: Delta) -> Delta:
    known = {run.marks["link"].get("href"): run.marks["link"] for run in base if run.marks.get("link")}
    return [
        Run(run.text, {**run.marks, "link": known[run.marks["link"]["href"]]}, run.leaf)
        if run.marks.get("link", {}).get("href") in known
        else run
        for run in runs
    ]
