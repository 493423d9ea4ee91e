"""The copilot as a participant: the commands that people send it, and its seat among them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from copilot import runs
from copilot.agent.limits import Limits
from copilot.identity import Copilot
from copilot.live.runner import Runner
from editor import throttle
from editor.room.commands import Answer, CommandHandler
from editor.room.errors import Refusal
from editor.room.job import Workspace
from editor.room.participant import Ability, Participant

RANGES = 200
QUOTE_CHARS = 20_000


@dataclass(frozen=True, slots=True)
class Ask:
    text: str
    target: dict[str, Any] | None


def handlers(runner: Runner, copilot: Copilot, limits: Limits) -> list[CommandHandler]:
    """The message types `ask` and `stop`."""

    def ask(ws: Workspace, by: Participant, asked: Ask) -> Answer:
        if wait := throttle.ask(by.user, ws.document_id):
            sentence = f"The copilot was asked very often in a short time. Ask again {throttle.in_words(wait)}."
            raise Refusal("too_fast", sentence, retry_after=math.ceil(wait))
        run_id = runs.start(ws, by, asked.text, asked.target, copilot, limits)
        ws.after_commit.append(partial(runner.wake, run_id))
        return {"run": str(run_id)}

    def stop(ws: Workspace, by: Participant, run_id: UUID) -> Answer:
        runs.stop(ws, by, run_id)
        ws.after_commit.append(partial(runner.interrupt, run_id))
        ws.after_commit.append(partial(runner.settle, ws.document_id))
        return {"run": str(run_id), "seq": ws.session_seq + 1}

    return [
        CommandHandler("ask", Ability.ASK, partial(parse_ask, limits=limits), ask),
        CommandHandler("stop", Ability.STOP, parse_stop, stop),
    ]


def parse_ask(message: Mapping[str, Any], limits: Limits) -> Ask:
    text = message.get("text")
    if not isinstance(text, str) or not text.strip():
        raise ValueError("Write what the copilot shall do.")
    if len(text) > limits.request_chars:
        raise ValueError(f"That is {len(text)} characters long. Ask in at most {limits.request_chars}.")
    return Ask(text.strip(), _target(message.get("target")))


def parse_stop(message: Mapping[str, Any]) -> UUID:
    try:
        return UUID(str(message.get("run")))
    except ValueError:
        raise ValueError("Say which request to stop.") from None


def _target(value: Any) -> dict[str, Any] | None:
    """The selected ranges, one a textblock, as the page gave them and nothing besides."""
    if value is None:
        return None
    ranges = value.get("ranges") if isinstance(value, dict) else None
    if not isinstance(ranges, list) or len(ranges) > RANGES:
        raise ValueError(f"Select at most {RANGES} paragraphs.")
    return {"ranges": [_range(part) for part in ranges]} if ranges else None


def _range(part: Any) -> dict[str, Any]:
    if not isinstance(part, dict):
        raise ValueError("A selected range is an object.")
    block, quote = part.get("block"), part.get("quote")
    numbers = [part.get(name) for name in ("index", "start", "end")]
    if not (block is None or (isinstance(block, str) and len(block) <= 64)):
        raise ValueError("A selected range names its block by a short text, or null.")
    if not isinstance(quote, str) or len(quote) > QUOTE_CHARS:
        raise ValueError(f"Select at most {QUOTE_CHARS} characters of a paragraph.")
    if not all(isinstance(number, int) and 0 <= number < 2**31 for number in numbers):
        raise ValueError("A selected range has an index, a start and an end.")
    index, start, end = numbers
    return {"block": block, "index": index, "start": start, "end": end, "quote": quote}
