"""The copilot's errors.

CopilotError
├── RunError                 ends the run; `code` is stable, the sentence is shown in the room
│   ├── ModelError             theirs: the language model's side
│   │   ├── WrongKey, NoSuchModel, Unreachable, TooBusy, OutOfCredit, TooLong, RequestRefused
│   │   └── NoFirstToken, Stalled, BrokenOff, ProviderFailed, UnreadableAnswer
│   ├── LimitReached           the run has used up one of its limits
│   └── RightsLost             who asked may not any more
├── ToolRefused              the model sees the sentence as the call's result, and may try again
└── IllegalTransition        ours: a state and an event that do not go together
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar


class CopilotError(Exception):
    """Root of what the copilot raises by itself. What is ours (a bug) is any other exception."""


class RunError(CopilotError):
    """Ends a run: `code` is stable, `str()` a sentence that people read, `retryable` whether to ask again helps."""

    code: ClassVar[str] = "failed"
    sentence: ClassVar[str] = "The copilot could not go on."
    retryable: ClassVar[bool] = True

    def __init__(self, sentence: str = "") -> None:
        super().__init__(sentence or self.sentence)


class ModelError(RunError):
    """The language model's side failed; `transient` says whether to try at once again, before the first token."""

    transient: ClassVar[bool] = False


class WrongKey(ModelError):
    code = "wrong_key"
    sentence = "The language model refused the key. Whoever runs this site has to check OPENAI_API_KEY."
    retryable = False


class NoSuchModel(ModelError):
    code = "no_such_model"
    sentence = "The provider does not know this model. Whoever runs this site has to check OPENAI_MODEL."
    retryable = False


class Unreachable(ModelError):
    code = "unreachable"
    sentence = (
        "The language model cannot be reached. Try again in a moment; if it stays so, "
        "whoever runs this site has to check OPENAI_BASE_URL."
    )
    transient = True


class TooBusy(ModelError):
    code = "too_busy"
    sentence = "The language model has too much to do. Try again in a minute."
    transient = True


class OutOfCredit(ModelError):
    code = "out_of_credit"
    sentence = "The language model's account has no credit left. Whoever runs this site has to top it up."
    retryable = False


class TooLong(ModelError):
    code = "too_long"
    sentence = "This document is too long for the language model. Select a part of it and ask again."
    retryable = False


class RequestRefused(ModelError):
    code = "request_refused"
    sentence = "The language model refused the request. Ask in other words."


class NoFirstToken(ModelError):
    code = "no_first_token"
    sentence = "The language model did not begin to answer. Try again in a moment."
    transient = True


class Stalled(ModelError):
    code = "stalled"
    sentence = "The language model stopped in the middle of its answer. What it wrote is kept; ask again to go on."


class BrokenOff(ModelError):
    code = "broken_off"
    sentence = "The connection to the language model broke in the middle. What it wrote is kept; ask again to go on."
    transient = True


class ProviderFailed(ModelError):
    code = "provider_failed"
    sentence = "The language model's provider has a problem. Try again in a moment."
    transient = True


class UnreadableAnswer(ModelError):
    code = "unreadable_answer"
    sentence = "The language model sent an answer that cannot be read. Ask again."


class LimitReached(RunError):
    """One of the run's limits; the sentence says which and how much."""

    code = "limit"


class RightsLost(RunError):
    code = "rights_lost"
    sentence = "Who asked for this may no longer ask in this document, so it stopped."
    retryable = False


class ToolRefused(CopilotError):
    """A call cannot be done; `code` and the sentence are the result that the model gets, with `details`."""

    def __init__(self, code: str, sentence: str, details: Mapping[str, Any] | None = None) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence
        self.details = dict(details or {})

    def result(self) -> dict[str, Any]:
        return {"error": self.code, "message": self.sentence, **self.details}


class IllegalTransition(CopilotError):
    def __init__(self, state: str, event: str) -> None:
        super().__init__(f"A run that is {state} cannot take the event {event}.")
        self.state = state
        self.event = event
