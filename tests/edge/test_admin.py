from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from copilot.models import Run, RunEvent, Step, ToolCall
from editor import documents, people
from editor.models import Confirmation, Decision, Document, Grant, Invitation, Role, ShareLink, Suggestion, User
from tests.edge.histories import make_histories
from tests.edge.rooms import owner_with_document, person_with, signed_in

pytestmark = pytest.mark.django_db

LISTS = [
    User,
    Document,
    Grant,
    ShareLink,
    Invitation,
    Suggestion,
    Confirmation,
    Decision,
    Run,
    Step,
    ToolCall,
    RunEvent,
]
HISTORIES = [Suggestion, Confirmation, Decision, Run, Step, ToolCall, RunEvent]
OF_A_ROOM = [model for model in LISTS if model is not User]
BY_STATE = [(Run, "state"), (ToolCall, "state"), (Confirmation, "state"), (Suggestion, "status"), (Decision, "verdict")]


def address(model: Any, page: str, *args: object) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


@pytest.fixture
def client() -> Client:
    return signed_in(people.make_owner())


def queries(client: Client, url: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def test_every_list_takes_as_many_queries_at_1000_rows_as_at_10(client: Client, django_assert_num_queries: Any) -> None:
    make_histories(10)
    small = {model: queries(client, address(model, "changelist") + "?q=Person") for model in LISTS}
    User.objects.filter(is_superuser=False).delete()
    Document.objects.all().delete()
    make_histories(1000)
    for model in LISTS:
        with django_assert_num_queries(small[model]):
            response = client.get(address(model, "changelist") + "?q=Person")
        assert response.context["cl"].result_count >= 1000
        assert len(response.context["cl"].result_list) == 50
    assert max(small.values()) <= 12


@pytest.mark.parametrize("model", OF_A_ROOM)
def test_each_list_searches_by_person_and_document_and_links_to_the_room(client: Client, model: Any) -> None:
    make_histories(12)
    for words in ("Person 7", "p7@x.org", "Document 7"):
        response = client.get(address(model, "changelist"), {"q": words})
        found = list(response.context["cl"].result_list)
        assert found, words
        documents_found = {document_of(row) for row in found}
        assert {str(document) for document in documents_found} == {"Document 7"}, words
        assert f"/documents/{documents_found.pop().pk}" in response.content.decode()


def test_a_list_is_searched_by_a_documents_id(client: Client) -> None:
    make_histories(3)
    document = Document.objects.get(title="Document 1")
    for model in OF_A_ROOM:
        response = client.get(address(model, "changelist"), {"q": str(document.pk)})
        assert {document_of(row) for row in response.context["cl"].result_list} == {document}


def document_of(row: Any) -> Document:
    if isinstance(row, Document):
        return row
    if isinstance(row, Step | RunEvent):
        row = row.run
    if isinstance(row, ToolCall):
        row = row.step.run
    document: Document = row.document
    return document


@pytest.mark.parametrize(("model", "field"), BY_STATE)
def test_lists_filter_by_state(client: Client, model: Any, field: str) -> None:
    make_histories(3)
    value = getattr(model.objects.first(), field)
    for state, number in ((value, model.objects.filter(**{field: value}).count()), ("no-such", 0)):
        response = client.get(address(model, "changelist"), {f"{field}__exact": state})
        shown = response.context["cl"].result_count if response.status_code == 200 else 0
        assert shown == number


@pytest.mark.parametrize("model", HISTORIES)
def test_a_history_can_be_neither_added_nor_changed_nor_deleted_also_by_post(client: Client, model: Any) -> None:
    make_histories(2)
    before = list(model.objects.order_by("pk").values())
    row = model.objects.first()
    fields = {"state": "failed", "status": "accepted", "verdict": "rejected", "name": "x", "number": 9, "post": "yes"}
    assert client.get(address(model, "change", row.pk)).status_code == 200
    assert client.get(address(model, "add")).status_code == 403
    assert client.post(address(model, "add"), fields).status_code == 403
    assert client.post(address(model, "change", row.pk), fields).status_code == 403
    assert client.get(address(model, "delete", row.pk)).status_code == 403
    assert client.post(address(model, "delete", row.pk), {"post": "yes"}).status_code == 403
    action = {"action": "delete_selected", "_selected_action": [str(row.pk)], "post": "yes"}
    client.post(address(model, "changelist"), action)
    assert list(model.objects.order_by("pk").values()) == before


@pytest.mark.parametrize("model", [Document, User])
def test_what_histories_hang_on_cannot_be_deleted(client: Client, model: Any) -> None:
    make_histories(2)
    row = model.objects.last()
    assert client.post(address(model, "delete", row.pk), {"post": "yes"}).status_code == 403
    action = {"action": "delete_selected", "_selected_action": [str(row.pk)], "post": "yes"}
    client.post(address(model, "changelist"), action)
    assert model.objects.filter(pk=row.pk).exists()


def test_a_runs_page_tells_its_steps_tool_calls_and_events(client: Client) -> None:
    make_histories(1)
    page = client.get(address(Run, "change", Run.objects.get().pk)).content.decode()
    for words in ("Step 1", "Said.", "Tool <strong>invite</strong>", "RUN_STARTED", "1.500", "$0.0042"):
        assert words in page


def test_a_role_is_changed_with_its_generation_and_the_last_owner_stays(client: Client) -> None:
    document = documents.create("The mill", people.make_person("ann@example.com"))
    bea = person_with("editor", document)
    grant = Grant.objects.get(user=bea)
    client.post(address(Grant, "change", grant.pk), {"role": "viewer"})
    grant.refresh_from_db()
    assert (grant.role, grant.generation) == ("viewer", 2)
    client.post(address(Grant, "change", grant.pk), {"role": ""})
    grant.refresh_from_db()
    assert (grant.role, grant.generation) == ("", 3)
    last = Grant.objects.get(role="owner", document=document)
    refused = client.post(address(Grant, "change", last.pk), {"role": "editor"})
    assert "A document needs an owner" in refused.content.decode()
    assert Grant.objects.get(pk=last.pk).role == "owner"


def test_a_role_is_given(client: Client) -> None:
    document = documents.create("The mill", people.make_person("ann@example.com"))
    bea = people.make_person("bea@example.com")
    client.post(address(Grant, "add"), {"document": document.pk, "user": bea.pk, "role": "editor"})
    assert Grant.objects.get(user=bea).role == "editor"


def test_links_are_revoked_and_not_changed(client: Client) -> None:
    owner = people.owner()
    assert owner is not None
    document = documents.create("The mill", owner)
    link = documents.share_link(document.pk, Role.EDITOR, owner)
    guest = people.join_as_guest(link)
    assert client.post(address(ShareLink, "change", link.pk), {"role": "viewer"}).status_code == 403
    client.post(address(ShareLink, "changelist"), {"action": "revoke", "_selected_action": [str(link.pk)]})
    link.refresh_from_db()
    assert link.revoked is not None
    assert Grant.objects.get(user=guest).role == ""


def test_people_are_added_and_changed_without_a_user_name(client: Client) -> None:
    secret = "a quiet mill by the river"
    fields = {"email": "Zoe@example.com", "name": "Zoe", "usable_password": "true"}
    added = client.post(address(User, "add"), {**fields, "password1": secret, "password2": secret})
    assert added.status_code == 302
    zoe = User.objects.get(email="zoe@example.com")
    assert zoe.colour.startswith("#")
    assert zoe.check_password(secret)
    changed = {"name": "Zoë", "email": "zoe@example.com", "colour": zoe.colour, "is_active": ""}
    assert client.post(address(User, "change", zoe.pk), changed).status_code == 302
    zoe.refresh_from_db()
    assert (zoe.name, zoe.is_active) == ("Zoë", False)
    again = client.post(address(User, "add"), {**fields, "password1": secret, "password2": secret})
    assert "Somebody here has this address" in again.content.decode()


def test_people_are_switched_off_with_their_grants_and_links(client: Client) -> None:
    _, document = owner_with_document()
    person = person_with("editor", document)
    token = people.make_sign_in_link(person)
    before = person.grants.get().generation
    myself = str(client.session["_auth_user_id"])
    chosen = {"action": "switch_off", "_selected_action": [str(person.pk), myself]}
    client.post(address(User, "changelist"), chosen)
    person.refresh_from_db()
    assert not person.is_active
    assert person.grants.get().generation == before + 1
    assert people.whom_it_signs_in(token) is None
    assert User.objects.get(pk=myself).is_active
    people.switch_on(person)
    assert person.grants.get().generation == before + 2


def test_who_is_no_superuser_has_no_admin() -> None:
    _, document = owner_with_document()
    person = signed_in(person_with("owner", document))
    assert person.get(address(Run, "changelist")).status_code == 302
