"""The port by which the room and other apps take commands from participants.

A command arrives as a message with an `id`. Its handler is a job: it runs once, under the document's lock, and
its answer is stored with its effect, so that a repeated command gets the first answer and changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from editor.room.job import Workspace
from editor.room.participant import Ability, Participant

Answer = dict[str, Any]
"""What the `ack` carries besides `type` and `id`: JSON."""


@dataclass(frozen=True, slots=True)
class CommandHandler:
    """Takes one message type. `parse` raises ValueError with a sentence; `job` raises Refusal.

    `ability` is checked against the sender's grant inside the job's transaction, before `job` is called.
    """

    type: str
    ability: Ability
    parse: Callable[[Mapping[str, Any]], Any]
    job: Callable[[Workspace, Participant, Any], Answer]
