"""What has served is cleared away, and nothing else."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from io import StringIO

import pytest
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from editor import clearing, documents
from editor.models import CommandAnswer, Seat, SignInLink, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def user() -> User:
    return User.objects.create_user("ada@example.com", name="Ada", colour="#0f766e")


def answered(user: User, command_id: str, when: datetime) -> None:
    answer = CommandAnswer.objects.create(user=user, command_id=command_id, answer={})
    CommandAnswer.objects.filter(pk=answer.pk).update(created=when)


def test_an_answer_is_kept_for_24_hours(user: User) -> None:
    now = timezone.now()
    answered(user, "young", now - timedelta(hours=23, minutes=59))
    answered(user, "old", now - timedelta(hours=24, minutes=1))
    assert clearing.clear(now) == 1
    assert [answer.command_id for answer in CommandAnswer.objects.all()] == ["young"]


def test_seats_links_and_sign_ins_go_when_they_are_over(user: User) -> None:
    now = timezone.now()
    document = documents.create("Test", user)
    for number, ago in enumerate((timedelta(), timedelta(days=8))):
        Seat.objects.create(
            id=uuid.uuid4(), process="p", document=document, user=user, attention="gone", since=now, expires=now - ago
        )
        SignInLink.objects.create(user=user, token_hash=f"late {number}", expires=now - ago)
        SignInLink.objects.create(user=user, token_hash=f"spent {number}", spent=now - ago, expires=now + ago)
        Session.objects.create(session_key=str(number), expire_date=now + timedelta(minutes=1) - ago)
    assert clearing.clear(now) == 4
    assert Seat.objects.get().expires == now
    assert {link.token_hash for link in SignInLink.objects.all()} == {"late 0", "spent 0"}
    assert Session.objects.get().session_key == "0"


def test_no_statement_deletes_more_than_a_few(user: User) -> None:
    now = timezone.now()
    for number in range(7):
        answered(user, str(number), now - timedelta(days=2))
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert clearing.clear(now, at_once=3) == 7
    deleting = [query["sql"] for query in queries if query["sql"].startswith("DELETE")]
    assert len(deleting) == 3
    assert not CommandAnswer.objects.exists()


def test_compaction_clears_too(user: User) -> None:
    answered(user, "old", timezone.now() - timedelta(days=2))
    said = StringIO()
    call_command("compact", stdout=said)
    assert "1 rows that had served were cleared away." in said.getvalue()
