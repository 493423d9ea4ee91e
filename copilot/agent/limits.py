"""What one run may use up at most."""

from __future__ import annotations

from dataclasses import dataclass

from copilot.agent.errors import LimitReached


@dataclass(frozen=True, slots=True)
class Limits:
    steps: int = 12
    calls: int = 24
    output_tokens: int = 8_000
    seconds: float = 600.0
    repeats: int = 3
    request_chars: int = 8_000
    queued: int = 5


@dataclass(frozen=True, slots=True)
class Tally:
    """What a run has used so far; `repeats` is how often its most repeated call, with the same arguments, was made."""

    steps: int = 0
    calls: int = 0
    output_tokens: int = 0
    seconds: float = 0.0
    repeats: int = 0


def check(tally: Tally, limits: Limits) -> None:
    """Raise LimitReached where a further step would pass a limit."""
    if tally.repeats >= limits.repeats:
        raise LimitReached(f"It did the same thing {tally.repeats} times and got no further, so it stopped.")
    if tally.steps >= limits.steps:
        raise LimitReached(f"This took more than {limits.steps} steps, so it stopped. Ask for a smaller part.")
    if tally.calls >= limits.calls:
        raise LimitReached(f"It used its tools {tally.calls} times, the most for one request, so it stopped.")
    if tally.output_tokens >= limits.output_tokens:
        raise LimitReached(f"It wrote {tally.output_tokens} tokens, the most for one request, so it stopped.")
    if tally.seconds >= limits.seconds:
        raise LimitReached(f"It worked for {round(limits.seconds / 60)} minutes, the most for one request.")


def estimated_tokens(text: str) -> int:
    """A guess where the provider gave no count: four characters a token."""
    return (len(text) + 3) // 4
