"""Confirmations on real rows: asked once, decided once, carried out once."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core import mail

from editor import confirmations, invitations
from editor.confirmations import Decide, Hook, handler
from editor.models import Confirmation, Grant, Invitation
from editor.room.commands import Answer
from editor.room.confirmation import Event
from editor.room.errors import Refusal
from editor.room.job import Workspace
from editor.room.participant import Participant, Role
from tests.suggestions.desk import Desk

pytestmark = pytest.mark.django_db

ADA = "ada@example.com"


def decide(desk: Desk, question: UUID, verdict: str, by: Participant | None = None, *hooks: Hook) -> Answer:
    taken = handler({"invite_person": invitations.invite}, hooks)
    command = taken.parse({"confirmation": str(question), "verdict": verdict})
    return desk.job(lambda ws: taken.job(ws, by or desk.bob, command))


def refused(call: Any, *arguments: Any) -> Refusal:
    with pytest.raises(Refusal) as caught:
        call(*arguments)
    return caught.value


def test_a_question_shows_its_literal_arguments_and_is_asked_once_a_call() -> None:
    desk = Desk()
    question = desk.ask(email=ADA, role="editor")
    card = desk.question(question)
    assert json.loads(card["arguments"]) == {"email": ADA, "role": "editor"}
    assert (card["state"], card["asked_by"], card["sentence"]) == ("pending", "Ada", "Shall I?")
    row = Confirmation.objects.get()
    again = desk.job(
        lambda ws: confirmations.ask(
            ws,
            run_id=row.run_id,
            tool_call_id=row.tool_call_id,
            tool="x",
            arguments={},
            sentence="",
            asked_by=None,
            expires=desk.now,
        )
    )
    assert again == question


def test_approval_makes_one_invitation_and_tells_the_hooks_after_the_commit() -> None:
    desk = Desk()
    question = desk.ask(email=ADA, role="viewer")
    heard: list[Confirmation] = []
    answer = decide(desk, question, "approve", desk.bob, heard.append)
    invitation = Invitation.objects.get()
    assert (invitation.email, invitation.role, invitation.invited_by_id) == (ADA, "viewer", desk.bob.user)
    assert heard == []
    for call in desk.after_commit:
        call()
    assert [row.state for row in heard] == ["done"]
    card = desk.question(question)
    assert (card["state"], card["decided_by"], card["verdict"]) == ("done", "Bob", "approved")
    assert json.loads(card["result"]) == {"invitation": str(invitation.pk), "email": ADA, "role": "viewer"}
    assert answer["by"] == "Bob"


@pytest.mark.parametrize("first", ["approve", "deny"])
@pytest.mark.parametrize("second", ["approve", "deny"])
def test_of_two_decisions_the_first_stands(first: str, second: str) -> None:
    desk = Desk()
    question = desk.ask(email=ADA)
    decide(desk, question, first, desk.ada)
    loser = refused(decide, desk, question, second, desk.bob)
    assert (loser.code, loser.details["by"]) == ("already_resolved", "Ada")
    assert Invitation.objects.count() == (first == "approve")
    assert len(desk.decided()) == 1


def test_denied_does_nothing() -> None:
    desk = Desk()
    question = desk.ask(email=ADA)
    decide(desk, question, "deny")
    assert not Invitation.objects.exists()
    assert (desk.question(question)["state"], desk.question(question)["result"]) == ("denied", "")


@pytest.mark.parametrize("arguments", [{"email": "no address"}, {"email": ADA, "role": "king"}, {}])
def test_an_effect_that_refuses_fails_and_says_why(arguments: dict[str, str]) -> None:
    desk = Desk()
    question = desk.ask(**arguments)
    decide(desk, question, "approve")
    assert not Invitation.objects.exists()
    assert desk.question(question)["state"] == "failed"
    assert json.loads(desk.question(question)["result"])["message"]


def test_nobody_gives_a_role_that_may_more_than_their_own() -> None:
    desk = Desk()
    question = desk.ask(email=ADA, role="owner")
    decide(desk, question, "approve", desk.bob)
    assert json.loads(desk.question(question)["result"])["error"] == "forbidden"
    decide(desk, desk.ask(email=ADA, role="owner"), "approve", desk.ada)
    assert Invitation.objects.get().role == Role.OWNER


def test_a_tool_that_is_not_there_fails() -> None:
    desk = Desk()
    question = desk.ask("no_tool")
    decide(desk, question, "approve")
    assert desk.question(question)["state"] == "failed"


def test_a_fault_of_ours_leaves_the_question_open() -> None:
    desk = Desk()
    question = desk.ask("broken")

    def broken(ws: Workspace, by: Participant, confirmation: Confirmation) -> dict[str, Any]:
        raise ZeroDivisionError

    taken = handler({"broken": broken})
    with pytest.raises(ZeroDivisionError):
        desk.job(lambda ws: taken.job(ws, desk.bob, Decide(question, Event.APPROVE)))
    assert Confirmation.objects.get().state == "pending"
    assert desk.decided() == []


def test_withdrawn_and_expired_ones_are_not_decided() -> None:
    desk = Desk()
    withdrawn = desk.ask(email=ADA)
    desk.job(lambda ws: confirmations.withdraw_all(ws, desk.run))
    assert desk.question(withdrawn)["state"] == "withdrawn"
    assert refused(decide, desk, withdrawn, "approve").code == "not_pending"
    expired = desk.ask(email=ADA)
    desk.now += timedelta(hours=25)
    assert refused(decide, desk, expired, "approve").code == "not_pending"
    assert desk.job(confirmations.expire_due) == [desk.run]
    assert desk.question(expired)["state"] == "expired"
    assert not Invitation.objects.exists()


def test_nothing_is_done_for_an_asker_who_lost_the_room() -> None:
    desk = Desk()
    question = desk.ask(email=ADA)
    Grant.objects.filter(user_id=desk.ada.user).update(role="")
    assert refused(decide, desk, question, "approve").code == "asker_gone"
    decide(desk, question, "deny")


@pytest.mark.parametrize("message", [{}, {"verdict": "approve"}, {"confirmation": str(UUID(int=1)), "verdict": "yes"}])
def test_what_is_no_command_is_refused_with_a_sentence(message: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="is "):
        handler({}).parse(message)


def test_a_question_of_another_document_is_unknown() -> None:
    question = Desk().ask(email=ADA)
    assert refused(decide, Desk(), question, "approve").code == "unknown"


def test_the_link_is_handed_out_and_leads_to_the_invitation() -> None:
    desk = Desk()
    decide(desk, desk.ask(email=ADA), "approve")
    invitation = Invitation.objects.get()
    taken = invitations.LINK_HANDLER
    answer = desk.job(lambda ws: taken.job(ws, desk.bob, taken.parse({"invitation": str(invitation.pk)})))
    assert "/invitation/" in answer["url"]
    assert invitations.invitation_of(answer["url"].rsplit("/", 1)[1]) == invitation
    assert invitations.invitation_of("forged") is None
    with pytest.raises(Refusal):
        desk.job(lambda ws: invitations.link(ws, desk.bob, uuid4()))


@pytest.mark.parametrize(("backend", "outcome"), [("locmem.EmailBackend", "sent"), ("missing.EmailBackend", "failed")])
def test_the_mail_goes_out_after_the_commit_and_the_card_says_how_that_went(
    backend: str, outcome: str, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.EMAIL_BACKEND = f"django.core.mail.backends.{backend}"
    desk = Desk()
    question = desk.ask(email=ADA)
    decide(desk, question, "approve")
    row = Confirmation.objects.get()
    invitations.mail(lambda _, job: desk.job(job), row, Invitation.objects.get().pk)
    assert json.loads(desk.question(question)["result"])["mail"] == outcome
    assert len(mail.outbox) == (outcome == "sent")
    assert len(caplog.records) == (outcome == "failed")
    if mail.outbox:
        assert mail.outbox[0].to == [ADA]
        assert "/invitation/" in str(mail.outbox[0].body)
