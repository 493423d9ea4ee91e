"""One step of a run, sans I/O: the model's events in, effects out.

The shell feeds each event to `Step.take` and does what it answers, in order; `Step.finish` says what the step came to.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, assert_never

from copilot.agent.context import Kept, KeptEdit
from copilot.agent.events import ModelEvent, ModelStopped, TextDelta, ToolCallArguments, ToolCallStarted
from copilot.agent.partial_json import PartialObject, StringPart, Value
from copilot.agent.seam import Seam
from copilot.agent.tools import Tool


@dataclass(frozen=True, slots=True)
class Say:
    """Append to the answer that everyone sees."""

    text: str


@dataclass(frozen=True, slots=True)
class CallBegun:
    """The model has named a tool; `call` is our id of the call."""

    call: str
    provider_id: str
    name: str


@dataclass(frozen=True, slots=True)
class EditBegun:
    """A streamed argument begins and the others are known. `resumed`: it goes on with the kept suggestion."""

    call: str
    arguments: Mapping[str, Any]
    resumed: bool


@dataclass(frozen=True, slots=True)
class EditText:
    """Append to the suggestion of this call."""

    call: str
    text: str


Effect = Say | CallBegun | EditBegun | EditText


@dataclass(frozen=True, slots=True)
class ModelCall:
    """A whole call. `arguments` is None where the model's JSON could not be read."""

    id: str
    provider_id: str
    name: str
    arguments: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class StepOutcome:
    text: str
    calls: tuple[ModelCall, ...]
    finish_reason: str
    input_tokens: int
    output_tokens: int


@dataclass(slots=True)
class _Call:
    """A call that is arriving; `held` is streamed text that cannot be shown yet."""

    id: str
    provider_id: str
    name: str
    tool: Tool | None
    kept: KeptEdit | None
    raw: str = ""
    reader: PartialObject | None = field(default_factory=PartialObject)
    known: dict[str, Any] = field(default_factory=dict)
    held: str = ""
    begun: bool = False


class Step:
    """Reads one answer of the model. `kept` is what an interrupted try of the same step had said."""

    def __init__(
        self, tools: Mapping[str, Tool], new_id: Callable[[], str], *, kept: Kept | None = None, follows: bool = False
    ) -> None:
        """`follows`: the answer has text already, so that new text begins a paragraph."""
        kept = kept or Kept()
        self._tools = tools
        self._new_id = new_id
        self._seam = Seam(kept.text.lstrip("\n"))
        self._text = kept.text
        self._separator = "\n\n" if follows and not kept.text else ""
        self._kept_edit = kept.edit
        self._calls: dict[int, _Call] = {}
        self._stopped: ModelStopped | None = None

    def take(self, event: ModelEvent) -> list[Effect]:
        """What the event means for the room; raises nothing, also where the model talks nonsense."""
        match event:
            case TextDelta(text):
                return self._say(self._seam.feed(text))
            case ToolCallStarted(position, provider_id, name):
                return self._begin(position, provider_id, name)
            case ToolCallArguments(position, fragment):
                call = self._calls.get(position)
                return self._grow(call, fragment) if call else []
            case ModelStopped():
                self._stopped = event
                return self._last_effects()
            case _:
                assert_never(event)

    def finish(self) -> StepOutcome:
        """What the whole answer came to, after the model's stream has ended."""
        stopped = self._stopped or ModelStopped("stop")
        calls = tuple(
            ModelCall(call.id, call.provider_id, call.name, _parsed(call.raw)) for call in self._calls.values()
        )
        return StepOutcome(self._text, calls, stopped.finish_reason, stopped.input_tokens, stopped.output_tokens)

    @property
    def stopped(self) -> bool:
        """Whether the model said that its answer is whole."""
        return self._stopped is not None

    def _say(self, text: str) -> list[Effect]:
        if not text:
            return []
        text, self._separator = self._separator + text, ""
        self._text += text
        return [Say(text)]

    def _last_effects(self) -> list[Effect]:
        effects = self._say(self._seam.finish())
        for call in self._calls.values():
            effects += self._show(call, last=True)
        return effects

    def _begin(self, position: int, provider_id: str, name: str) -> list[Effect]:
        tool = self._tools.get(name)
        kept = self._kept_edit if tool and tool.streams else None
        call = _Call(self._new_id(), provider_id, name, tool, kept)
        self._calls[position] = call
        return [CallBegun(call.id, provider_id, name)]

    def _grow(self, call: _Call, fragment: str) -> list[Effect]:
        call.raw += fragment
        if call.reader is None or call.tool is None or not call.tool.streams:
            return []
        try:
            pieces = call.reader.feed(fragment)
        except ValueError:
            call.reader = None
            return []
        for piece in pieces:
            _learn(call, piece, call.tool.streams)
        return self._show(call, last=False)

    def _show(self, call: _Call, *, last: bool) -> list[Effect]:
        """What of the held text may be shown: from when the other arguments are known, and told from the kept text."""
        tool = call.tool
        if tool is None or not tool.streams or call.reader is None:
            return []
        others = set(tool.parameters["required"]) - {tool.streams}
        if not others <= set(call.known) or not (call.held or last):
            return []
        effects: list[Effect] = []
        if not call.begun:
            resumed = self._resumes(call)
            if resumed is None and not last:
                return []
            call.begun = True
            effects.append(EditBegun(call.id, dict(call.known), bool(resumed)))
            if resumed and call.kept:
                call.held = call.held[len(call.kept.text) :]
                self._kept_edit = None
        if call.held:
            effects.append(EditText(call.id, call.held))
            call.held = ""
        return effects

    def _resumes(self, call: _Call) -> bool | None:
        """Whether the new text begins with the kept one; None while that cannot be said yet."""
        kept = call.kept
        if kept is None or kept is not self._kept_edit or call.known.get("block") != kept.block:
            return False
        if call.held.startswith(kept.text):
            return True
        return None if kept.text.startswith(call.held) else False


def _learn(call: _Call, piece: StringPart | Value, streamed: str) -> None:
    match piece:
        case StringPart(key, text, _) if key == streamed:
            call.held += text
        case StringPart(key, text, whole):
            call.known[key] = call.known.get(key, "") + text
            if not whole:
                return
        case Value(key, value):
            call.known[key] = value


def _parsed(raw: str) -> dict[str, Any] | None:
    try:
        value = json.loads(raw or "{}")
    except ValueError:
        return None
    return value if isinstance(value, dict) else None
