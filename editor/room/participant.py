"""One seat in a room: who it is, of which kind, with which role and so which abilities."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class Role(StrEnum):
    VIEWER = "viewer"
    COMMENTER = "commenter"
    EDITOR = "editor"
    OWNER = "owner"


class Ability(StrEnum):
    READ = "read"
    ASK = "ask"
    COMMENT = "comment"
    SUGGEST = "suggest"
    WRITE = "write"
    DECIDE = "decide"
    STOP = "stop"
    RENAME = "rename"
    SHARE = "share"


ABILITIES: dict[Role, frozenset[Ability]] = {
    Role.VIEWER: frozenset({Ability.READ}),
    Role.COMMENTER: frozenset({Ability.READ, Ability.ASK, Ability.COMMENT, Ability.SUGGEST}),
    Role.EDITOR: frozenset(Ability) - {Ability.SHARE},
    Role.OWNER: frozenset(Ability),
}
"""What each role may do: the one place where it is written."""


class Kind(StrEnum):
    PERSON = "person"
    GUEST = "guest"
    AGENT = "agent"


@dataclass(frozen=True, slots=True)
class Participant:
    """Who sits here, as the server knows it. `generation` is the grant's at the last check."""

    connection: UUID
    user: UUID
    name: str
    colour: str
    kind: Kind
    role: Role
    generation: int

    def may(self, ability: Ability) -> bool:
        return ability in ABILITIES[self.role]
