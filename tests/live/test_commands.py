"""A command holds a document's lock for a moment, or changes nothing."""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping
from typing import Any

import pytest

from editor.live.forks import LOCKED_SECONDS
from editor.live.journal import PATIENCE
from editor.live.registry import Registry
from editor.models import Document
from editor.room.commands import Answer, CommandHandler
from editor.room.job import Workspace
from editor.room.participant import Ability, Participant
from tests.live.desk import Socket, eventually, furnish, in_thread, running
from tests.live.people import reads

pytestmark = pytest.mark.django_db(transaction=True)


class Slow:
    """A command that writes a paragraph and a title, and takes so many seconds the first so many times."""

    def __init__(self, times: int, seconds: float) -> None:
        self.times = times
        self.seconds = seconds
        self.tried = 0

    def handler(self) -> CommandHandler:
        return CommandHandler("slow", Ability.WRITE, lambda message: None, self._job)

    def _job(self, workspace: Workspace, by: Participant, asked: Mapping[str, Any]) -> Answer:
        self.tried += 1
        with workspace.content.edit():
            workspace.content.root().insert_element(0, "paragraph", {}).insert_text(0).insert(0, "effect", {})
        Document.objects.filter(pk=workspace.document_id).update(title="Effect")
        if self.tried <= self.times:
            time.sleep(self.seconds)
        return {"tried": self.tried}


async def answered(socket: Socket, command_id: str) -> dict[str, Any]:
    found: list[dict[str, Any]] = []

    def look() -> bool:
        found[:] = [message for message in socket.messages if message.get("id") == command_id]
        return bool(found)

    await eventually(look)
    return found[-1]


async def title(document: Document) -> str:
    return await in_thread(lambda: Document.objects.get(pk=document.pk).title)


async def test_what_takes_too_long_under_the_lock_is_refused_and_changes_nothing() -> None:
    document, writer, _ = await in_thread(furnish)
    slow = Slow(times=2, seconds=1.1 * PATIENCE * LOCKED_SECONDS)
    async with running(Registry([slow.handler()])) as registry:
        socket = Socket(registry, document.pk, writer)
        await socket.joined()
        answer = await answered(socket, socket.command("slow"))
        assert (answer["type"], answer["code"]) == ("nack", "busy")
        assert await title(document) == "Test"
        assert slow.tried == 2, "it may have been the machine"
        command_id = str(uuid.uuid4())
        socket.say({"type": "slow", "id": command_id})
        assert (await answered(socket, command_id))["type"] == "ack", "asked again it may well be done"
        await eventually(lambda: reads(socket) == "effect")
        assert await title(document) == "Effect"
        await socket.leave()


async def test_a_machine_that_was_slow_once_costs_nobody_their_command() -> None:
    document, writer, _ = await in_thread(furnish)
    slow = Slow(times=1, seconds=1.5 * LOCKED_SECONDS)
    async with running(Registry([slow.handler()])) as registry:
        socket = Socket(registry, document.pk, writer)
        await socket.joined()
        assert (await answered(socket, socket.command("slow")))["type"] == "ack"
        await eventually(lambda: reads(socket) == "effect")
        await socket.leave()


async def test_a_very_long_document_takes_longer_and_is_not_refused_for_ever() -> None:
    document, writer, _ = await in_thread(furnish)
    slow = Slow(times=2, seconds=1.5 * LOCKED_SECONDS)
    async with running(Registry([slow.handler()])) as registry:
        socket = Socket(registry, document.pk, writer)
        await socket.joined()
        answer = await answered(socket, socket.command("slow"))
        assert (answer["type"], slow.tried) == ("ack", 2)
        await socket.leave()
