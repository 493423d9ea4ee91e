"""Who the copilot is in a room."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

COPILOT_ID = UUID("c0b110c0-0000-4000-8000-000000000001")


@dataclass(frozen=True, slots=True)
class Copilot:
    """Its name, colour and model as people see them; `demo` if no model is connected."""

    id: UUID
    name: str
    colour: str
    model: str
    demo: bool
