"""The tools that the copilot has in every room."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from copilot.agent.errors import ToolRefused
from copilot.agent.tools import Confirmed, Effect, Reading, Working, tool
from editor import invitations

MOST_BLOCKS = 200


@tool(effect=Effect.DOCUMENT, idempotent=True, streams="replacement")
def propose_edit(
    room: Working,
    block: Annotated[int, "The number of the block, as in the document given to you."],
    replacement: Annotated[str, "Its new text, or that of its selected part; Markdown for marks."],
) -> dict[str, Any]:
    """Propose a new text for one block. People see it beside the old one while you write, and accept or reject it."""
    raise ToolRefused("not_streamed", "This tool works while its argument arrives.")


@tool(effect=Effect.READ)
def read_document(
    room: Reading,
    first: Annotated[int, "The number of the first block."] = 1,
    last: Annotated[int | None, "The number of the last block; null for the rest."] = None,
) -> dict[str, Any]:
    """Read blocks of the document that were left out because it is long."""
    blocks = room.blocks[max(first - 1, 0) : last][:MOST_BLOCKS]
    return {"blocks": [{"number": block.number, "kind": block.kind, "text": block.text} for block in blocks]}


def _invites(arguments: Mapping[str, Any]) -> str:
    try:
        validate_email(arguments["email"])
    except ValidationError:
        raise ToolRefused("bad_email", f"{arguments['email']} is not an e-mail address.") from None
    return f"Invite {arguments['email']} to this document as {arguments['role']}."


@tool(effect=Effect.EXTERNAL, confirm=True, sentence=_invites)
def invite_person(
    room: Confirmed,
    email: Annotated[str, "The e-mail address."],
    role: Annotated[Literal["viewer", "commenter", "editor"], "What the person may do."] = "editor",
) -> dict[str, Any]:
    """Invite a person to this document by e-mail. People in the room have to confirm it first."""
    return invitations.invite(room.workspace, room.by, room.confirmation)
