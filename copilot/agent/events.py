"""What a language model says, as it arrives: one union, the same for every model."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TextDelta:
    """More of the answer's text."""

    text: str


@dataclass(frozen=True, slots=True)
class ToolCallStarted:
    """A tool call begins; `position` numbers the calls of the answer from 0, `provider_id` is the model's own id."""

    position: int
    provider_id: str
    name: str


@dataclass(frozen=True, slots=True)
class ToolCallArguments:
    """More of a call's arguments: a fragment of JSON text."""

    position: int
    fragment: str


@dataclass(frozen=True, slots=True)
class ModelStopped:
    """The answer is whole; `finish_reason` is OpenAI's word. Token counts are 0 where the provider gives none."""

    finish_reason: str
    input_tokens: int = 0
    output_tokens: int = 0


ModelEvent = TextDelta | ToolCallStarted | ToolCallArguments | ModelStopped
