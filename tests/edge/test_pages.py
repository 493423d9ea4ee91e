from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from editor import access, documents, people
from editor.models import Document, Grant, Role, User
from tests.edge.rooms import guest_link, owner_with_document, person_with, signed_in
from tests.running.ports import free_port

pytestmark = pytest.mark.django_db

AJAX: dict[str, Any] = {"headers": {"accept": "application/json"}, "content_type": "application/json"}


def page_data(response: Any) -> dict[str, Any]:
    text = response.content.decode()
    found = text.split('<script id="page-data" type="application/json">')[1].split("</script>")[0]
    data: dict[str, Any] = json.loads(found)
    return data


def test_the_first_response_carries_the_text_escaped_and_what_the_page_needs() -> None:
    owner, document = owner_with_document("# Mill\n\n5 < 6 & <script>alert(1)</script>")
    response = signed_in(owner).get(reverse("document", args=[document.pk]))
    text = response.content.decode()
    assert ">Mill</h1>" in text
    assert "5 &lt; 6 &amp; &lt;script&gt;alert(1)" in text
    data = page_data(response)
    assert data["document"] == {"id": str(document.pk), "title": "The mill", "epoch": 1, "schema": 1}
    assert data["me"]["id"] == str(owner.pk)
    assert data["socket"] == f"/ws/documents/{document.pk}"
    assert "share" in data["abilities"]
    assert data["join"] is None
    assert data["session"] == {"runs": {}, "suggestions": {}, "confirmations": {}}
    assert data["copilot"]["demo"] is True


@pytest.mark.parametrize("name", ["document", "rename", "links", "guest_window"])
def test_a_stranger_cannot_tell_a_document_from_none(name: str) -> None:
    _, document = owner_with_document()
    stranger = signed_in(people.make_person("eve@example.com"))
    method = stranger.post if name in ("rename", "links") else stranger.get
    theirs = method(reverse(name, args=[document.pk]))
    nothing = method(reverse(name, args=[uuid.uuid4()]))
    assert theirs.status_code == nothing.status_code == 404
    assert b"The mill" not in theirs.content


@pytest.mark.parametrize("name", ["document", "rename", "links", "guest_window"])
def test_whoever_is_not_signed_in_is_sent_to_sign_in(name: str) -> None:
    _, document = owner_with_document()
    method = Client().post if name in ("rename", "links") else Client().get
    for pk in (document.pk, uuid.uuid4()):
        address = reverse(name, args=[pk])
        response = method(address)
        assert response.status_code == 302
        assert response["Location"] == f"/sign-in/?next={address}"


def test_somebody_whose_role_was_withdrawn_is_a_stranger() -> None:
    _, document = owner_with_document()
    bea = person_with("editor", document)
    documents.set_role(Grant.objects.get(user=bea), "")
    assert signed_in(bea).get(reverse("document", args=[document.pk])).status_code == 404
    assert b"The mill" not in signed_in(bea).get("/").content


@pytest.mark.parametrize(("role", "rename", "links"), [("viewer", 403, 403), ("editor", 200, 403), ("owner", 200, 200)])
def test_each_role_may_do_what_the_table_says(role: str, rename: int, links: int) -> None:
    _, document = owner_with_document()
    client = signed_in(person_with(role, document))
    renamed = client.post(reverse("rename", args=[document.pk]), {"title": "New"}, **AJAX)
    assert renamed.status_code == rename
    shared = client.post(reverse("links", args=[document.pk]), {"role": "viewer"}, **AJAX)
    assert shared.status_code == links
    page = client.get(reverse("document", args=[document.pk]))
    assert (page_data(page)["urls"]["links"] is not None) == (links == 200)


def test_rename_takes_a_form_and_json() -> None:
    owner, document = owner_with_document()
    client = signed_in(owner)
    address = reverse("rename", args=[document.pk])
    assert client.post(address, {"title": " By  JSON "}, **AJAX).json() == {"title": "By JSON"}
    assert client.post(address, {"title": "By form"})["Location"] == "/"
    assert Document.objects.get().title == "By form"
    too_long = client.post(address, {"title": "x" * 201}, **AJAX)
    assert too_long.status_code == 400
    assert "200 characters" in too_long.json()["message"]


def test_new_makes_a_document_of_ones_own() -> None:
    person = people.make_person("bea@example.com")
    response = signed_in(person).post(reverse("create"))
    document = Document.objects.get()
    assert response["Location"] == f"/documents/{document.pk}"
    assert Grant.objects.get().role == "owner"


def test_a_link_is_absolute_by_the_address_of_the_request_and_refuses_other_roles() -> None:
    owner, document = owner_with_document()
    client = signed_in(owner)
    address = reverse("links", args=[document.pk])
    first = client.post(address, {"role": "editor"}, **AJAX, HTTP_HOST="localhost:9000").json()
    assert first["url"].startswith("http://localhost:9000/join/")
    assert client.post(address, {"role": "editor"}, **AJAX, HTTP_HOST="localhost:9000").json() == first
    for role in ("owner", "", "king"):
        assert client.post(address, {"role": role}, **AJAX).status_code == 400
    assert client.post(address, "[]", **AJAX).status_code == 400
    assert client.post(address, "{", **AJAX).status_code == 400


def test_a_link_opens_the_room_without_touching_the_session() -> None:
    owner, document = owner_with_document()
    token = guest_link(document, owner)
    client = signed_in(owner)
    session = client.cookies["scriptorium_session"].value
    response = client.get(reverse("join", args=[token]))
    assert "scriptorium_session" not in response.cookies
    joining = page_data(response)["join"]
    assert joining == {
        "guest": f"/join/{token}/guest",
        "account": f"/join/{token}/account",
        "signed_in_as": "Owner",
    }
    assert page_data(response)["me"] is None
    guest = client.post(joining["guest"])
    assert "scriptorium_session" not in guest.cookies
    assert client.cookies["scriptorium_session"].value == session
    assert page_data(client.get(reverse("document", args=[document.pk])))["me"]["id"] == str(owner.pk)


def test_a_guest_gets_a_pass_that_says_who_they_are_and_nothing_else_does() -> None:
    owner, document = owner_with_document()
    answer = Client().post(reverse("join_as_guest", args=[guest_link(document, owner)])).json()
    guest = User.objects.get(pk=answer["user"]["id"])
    assert answer["user"]["kind"] == "guest"
    assert answer["user"]["role"] == "editor"
    assert access.user_of_guest_pass(answer["pass"]) == guest
    assert all(c.isalnum() or c in "._-" for c in answer["pass"])
    assert access.user_of_guest_pass(answer["pass"][:-1]) is None
    assert access.user_of_guest_pass("") is None
    assert access.user_of_guest_pass(access.guest_pass(owner)) is None


def test_a_link_that_was_revoked_leads_nowhere() -> None:
    owner, document = owner_with_document()
    link = documents.share_link(document.pk, Role.EDITOR, owner)
    documents.revoke_link(link)
    assert Client().get(reverse("join", args=[link.token])).status_code == 404
    assert Client().post(reverse("join_as_guest", args=[link.token])).status_code == 404
    assert not User.objects.filter(kind="guest").exists()


def test_a_signed_in_person_takes_the_links_role() -> None:
    owner, document = owner_with_document()
    token = guest_link(document, owner, Role.VIEWER)
    bea = people.make_person("bea@example.com")
    response = signed_in(bea).post(reverse("join_with_account", args=[token]))
    assert response["Location"] == f"/documents/{document.pk}"
    assert Grant.objects.get(user=bea).role == "viewer"


def test_the_owners_second_window_is_the_editor_link() -> None:
    owner, document = owner_with_document()
    response = signed_in(owner).get(reverse("guest_window", args=[document.pk]))
    assert response["Location"] == reverse("join", args=[guest_link(document, owner)])


def test_the_owner_sees_admin_in_the_menu_and_others_do_not() -> None:
    owner, document = owner_with_document()
    assert b'href="/admin/"' in signed_in(owner).get("/").content
    assert b'href="/admin/"' not in signed_in(person_with("owner", document)).get("/").content
    assert signed_in(owner).get("/admin/").status_code == 200


def test_every_page_has_a_policy_without_inline_scripts_and_styles() -> None:
    for path in ("/sign-in/", "/livez", "/nowhere", "/admin/login/"):
        policy = Client().get(path)["Content-Security-Policy"]
        assert "script-src 'self';" in policy
        assert "unsafe" not in policy


def test_health_says_ok_and_livez_asks_no_database(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        assert Client().get("/livez").content == b"ok\n"
    with django_assert_num_queries(1):
        assert Client().get("/readyz").content == b"database: ok\n"


def test_readyz_says_that_redis_is_away_and_people_go_on(settings: Any, redis_url: str) -> None:
    settings.REDIS_URL = redis_url
    assert Client().get("/readyz").content == b"database: ok\nredis: ok\n"
    settings.REDIS_URL = f"redis://127.0.0.1:{free_port()}"
    without = Client().get("/readyz")
    assert (without.status_code, without.content) == (200, b"database: ok\nredis: does not answer\n")


def test_an_origin_is_ours_if_its_host_is_the_requests() -> None:
    assert access.same_origin("http://192.168.1.7:8000", "192.168.1.7:8000")
    assert not access.same_origin("http://evil.example", "192.168.1.7:8000")
    assert not access.same_origin("http://192.168.1.7:8001", "192.168.1.7:8000")
    assert not access.same_origin("null", "192.168.1.7:8000")


def test_forms_need_their_token_and_take_it_from_the_requests_own_address(settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    client = Client(enforce_csrf_checks=True, HTTP_HOST="192.168.1.7:8000")
    token = people.make_sign_in_link(people.make_owner())
    address = reverse("sign-in-link", args=[token])
    assert client.post(address).status_code == 403
    client.get(address)
    fields = {"csrfmiddlewaretoken": client.cookies["scriptorium_csrf"].value}
    foreign = client.post(address, fields, headers={"origin": "http://evil.example"})
    assert foreign.status_code == 403
    ours = client.post(address, fields, headers={"origin": "http://192.168.1.7:8000"})
    assert ours.status_code == 302


def test_the_worker_stands_at_the_root_is_asked_for_each_time_and_may_run() -> None:
    response = Client().get("/service-worker.js")
    assert response.status_code == 200
    assert response["Content-Type"].startswith("text/javascript")
    assert response["Cache-Control"] == "no-cache"
    assert "script-src 'self'" in response["Content-Security-Policy"]
    assert b"/static/page.js" in b"".join(response)


def test_the_page_without_a_connection_names_nobody() -> None:
    text = Client().get("/offline").content.decode()
    assert "No connection" in text
    assert 'data-person=""' in text
    assert "Sign in" not in text, "nor does it offer what needs the server"


def test_each_page_says_whose_it_is() -> None:
    owner, document = owner_with_document()
    assert f'data-person="{owner.pk}"' in signed_in(owner).get(f"/documents/{document.pk}").content.decode()
    assert 'data-person=""' in Client().get("/sign-in/").content.decode()
