"""Commands: each is a job that runs once, under the document's lock, and whose first answer is kept."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from dataclasses import replace
from functools import partial
from typing import Any
from uuid import UUID

from editor import documents
from editor.doorbell import room_changed
from editor.live import rows
from editor.live.connection import Connection
from editor.live.forks import LOCKED_SECONDS
from editor.live.host import Host
from editor.live.journal import Journal
from editor.models import CommandAnswer, Seat, User
from editor.room import presence
from editor.room.commands import Answer, CommandHandler
from editor.room.errors import Forbidden, Refusal
from editor.room.job import Workspace
from editor.room.participant import ABILITIES, Ability, Participant
from editor.wire import messages

log = logging.getLogger(__name__)
NO_SUCH_COMMAND = "This server does not know what was asked. Reload the page."
CANNOT_SAVE = "This cannot be saved at the moment. Try again when changes are being saved again."
TOO_MANY_COMMANDS = "That was too much at once. Wait a moment, then try again."


class Commands:
    """What the rooms of one process do when asked: each command becomes a job of the journal's, and gets one answer."""

    def __init__(self, handlers: Iterable[CommandHandler], journal: Callable[[], Journal]) -> None:
        self._handlers = {handler.type: handler for handler in handlers}
        self._journal = journal

    def take(self, host: Host, connection: Connection, command: messages.Command) -> None:
        handler = self._handlers.get(command.type)
        if handler is None:
            connection.tell(messages.Nack(command.id, "unknown_command", NO_SUCH_COMMAND))
            return
        if wait := connection.pace.command(time.monotonic()):
            details = {"retry_after": math.ceil(wait)}
            connection.tell(messages.Nack(command.id, "too_fast", TOO_MANY_COMMANDS, details))
            return
        try:
            asked = handler.parse(command.fields)
        except ValueError as error:
            connection.tell(messages.Nack(command.id, "invalid", str(error)))
            return
        if host.waiting.shut:
            connection.tell(messages.Nack(command.id, "not_saved", CANNOT_SAVE))
            return
        who = connection.participant
        job = job_of(handler, who, command.id, asked)
        connection.pace.waiting += 1
        done = self._journal().run_job(host.document_id, job, author=who.user, at_most=LOCKED_SECONDS)
        done.add_done_callback(partial(_answer, connection, command.id))


def _answer(connection: Connection, command_id: str, done: Future[Any]) -> None:
    connection.pace.waiting -= 1
    error = done.exception()
    if error is None:
        connection.tell(messages.Ack(command_id, done.result()))
        return
    refusal = nack(command_id, error)
    if refusal.code == "failed":
        log.error("a command failed", exc_info=error, extra={"command": command_id})
    connection.tell(refusal)


def job_of(
    handler: CommandHandler, participant: Participant, command_id: str, asked: Any
) -> Callable[[Workspace], Answer]:
    """The job of a command: the answer kept if there is one, the right as it stands, the handler's job."""

    def job(workspace: Workspace) -> Answer:
        kept = CommandAnswer.objects.filter(user_id=participant.user, command_id=command_id).first()
        if kept is not None:
            return dict(kept.answer)
        role = rows.role_of(workspace.document_id, participant.user)
        if role is None or handler.ability not in ABILITIES[role]:
            raise Forbidden
        answer = handler.job(workspace, replace(participant, role=role), asked)
        CommandAnswer.objects.create(user_id=participant.user, command_id=command_id, answer=answer)
        return answer

    return job


def nack(command_id: str, error: BaseException) -> messages.Nack:
    """What a client is told of an error; of ours only that there was one."""
    if isinstance(error, Refusal):
        details = {name: _json(value) for name, value in error.details.items()}
        return messages.Nack(command_id, error.code, error.message, details)
    if isinstance(error, rows.NoDocument):
        return messages.Nack(command_id, "no_document", "This document is no longer there.")
    return messages.Nack(command_id, "failed", "Something went wrong here. Try again.")


def _json(value: object) -> object:
    return value if isinstance(value, str | int | float | bool | list | dict | None) else str(value)


def built_in() -> list[CommandHandler]:
    """The message types of the room itself."""
    return [
        CommandHandler("set_name", Ability.READ, _parse_name, _set_name),
        CommandHandler("rename_document", Ability.RENAME, _parse_title, _rename),
    ]


def _parse_name(message: Mapping[str, Any]) -> str:
    return presence.clean_name(message.get("name"))


def _set_name(workspace: Workspace, by: Participant, name: str) -> Answer:
    User.objects.filter(pk=by.user).update(name=name)
    elsewhere: set[UUID] = set(Seat.objects.filter(user_id=by.user).values_list("document_id", flat=True))
    for document_id in elsewhere | {workspace.document_id}:
        room_changed(document_id)
    return {"name": name}


def _parse_title(message: Mapping[str, Any]) -> str:
    title = message.get("title")
    if not isinstance(title, str) or not documents.clean_title(title):
        raise ValueError("A document needs a title.")
    return title


def _rename(workspace: Workspace, by: Participant, title: str) -> Answer:
    return {"title": documents.rename(workspace.document_id, title)}
