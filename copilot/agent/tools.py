"""What a tool is, and the tools that there are.

A site adds its own in a module `copilot_tools` of any installed app:

    from copilot.agent.tools import Effect, Reading, tool

    @tool(effect=Effect.READ)
    def count_words(room: Reading) -> dict[str, int]:
        \"\"\"Count the document's words.\"\"\"
        return {"words": sum(len(block.text.split()) for block in room.blocks)}

The function's name, docstring and signature are what the model is told. Its first parameter says where it works:
`Reading` for the effect `read`, `Working` for `document` and `site`, `Confirmed` for a tool that people confirm.
It returns JSON, or raises ToolRefused with a sentence for the model.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from copilot.agent.context import TextBlock
from copilot.agent.schema import checked, parameters_schema
from editor.room.job import Workspace
from editor.room.participant import Participant


class Where(StrEnum):
    SERVER = "server"
    BROWSER = "browser"


class Effect(StrEnum):
    READ = "read"
    DOCUMENT = "document"
    SITE = "site"
    EXTERNAL = "external"


@dataclass(frozen=True, slots=True)
class Reading:
    """Where a reading tool works: outside any transaction, on the document as it was when the step began."""

    document_id: UUID
    title: str
    blocks: tuple[TextBlock, ...]
    asker: UUID | None


@dataclass(frozen=True, slots=True)
class Working:
    """Where a tool that changes the document or the site works: in a job, as the asker."""

    workspace: Workspace
    run_id: UUID
    asker: UUID | None


@dataclass(frozen=True, slots=True)
class Confirmed:
    """Where a confirmed tool works: in the transaction of the decision, as the person who confirmed.

    `confirmation` is the row of editor.models.Confirmation; this package knows no Django.
    """

    workspace: Workspace
    by: Participant
    confirmation: Any


@dataclass(frozen=True, slots=True)
class Tool:
    """One thing that the copilot can do. `streams` names the argument whose text is shown while it arrives."""

    name: str
    description: str
    parameters: Mapping[str, Any]
    function: Callable[..., dict[str, Any]]
    effect: Effect
    where: Where = Where.SERVER
    confirm: bool = False
    idempotent: bool = False
    streams: str = ""
    sentence: Callable[[Mapping[str, Any]], str] | None = None

    def check(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """The arguments with defaults; raises ToolRefused."""
        return checked(self.function, arguments)

    def asks(self, arguments: Mapping[str, Any]) -> str:
        """What people are asked to confirm, as a sentence; raises ToolRefused where it makes no sense to ask."""
        if self.sentence:
            return self.sentence(arguments)
        return f"{self.name} with {json.dumps(dict(arguments), ensure_ascii=False)}"[:500]

    def schema(self) -> dict[str, Any]:
        """The tool as OpenAI's chat completions take it."""
        function = {"name": self.name, "description": self.description, "parameters": dict(self.parameters)}
        return {"type": "function", "function": function}


TOOLS: dict[str, Tool] = {}
"""Every declared tool by name; filled while the apps' `copilot_tools` modules are imported."""


def tool(
    *,
    effect: Effect,
    where: Where = Where.SERVER,
    confirm: bool = False,
    idempotent: bool = False,
    streams: str = "",
    sentence: Callable[[Mapping[str, Any]], str] | None = None,
    into: dict[str, Tool] | None = None,
) -> Callable[[Callable[..., dict[str, Any]]], Tool]:
    """Declare a function as a tool; raises ValueError on a name that is taken, or an external tool nobody confirms."""

    def declare(function: Callable[..., dict[str, Any]]) -> Tool:
        registry = TOOLS if into is None else into
        name = function.__name__
        if name in registry:
            raise ValueError(f"There are two tools with the name {name}.")
        if effect is Effect.EXTERNAL and not confirm:
            raise ValueError(f"{name} reaches outside, so people have to confirm it: confirm=True.")
        registry[name] = Tool(
            name=name,
            description=" ".join((function.__doc__ or "").split()),
            parameters=parameters_schema(function),
            function=function,
            effect=effect,
            where=where,
            confirm=confirm,
            idempotent=idempotent or effect is Effect.READ,
            streams=streams,
            sentence=sentence,
        )
        return registry[name]

    return declare
