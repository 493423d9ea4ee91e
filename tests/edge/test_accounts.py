from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from editor import invitations, people
from editor.models import Grant, Invitation, User
from tests.edge.rooms import owner_with_document, person_with, signed_in

pytestmark = pytest.mark.django_db

PASSWORD = "a quiet mill by the river"


def who(client: Client) -> str | None:
    return client.session.get("_auth_user_id")


def test_looking_at_a_sign_in_link_does_not_spend_it() -> None:
    owner = people.make_owner()
    address = reverse("sign-in-link", args=[people.make_sign_in_link(owner)])
    client = Client()
    for _ in range(2):
        assert b"signs you in once" in client.get(address).content
        assert who(client) is None
    assert client.head(address).status_code == 405
    assert client.post(address)["Location"] == "/"
    assert who(client) == str(owner.pk)
    late = Client()
    assert late.post(address).status_code == 410
    assert late.get(address).status_code == 410
    assert who(late) is None


def test_signing_in_by_password_says_what_is_wrong_and_goes_where_one_wanted() -> None:
    bea = people.make_person("bea@example.com")
    bea.set_password(PASSWORD)
    bea.save()
    client = Client()
    wrong = client.post(reverse("sign-in"), {"username": "bea@example.com", "password": "no"})
    assert "do not go together" in wrong.content.decode()
    right = client.post(
        reverse("sign-in"), {"username": "Bea@Example.com", "password": PASSWORD, "next": reverse("account")}
    )
    assert right["Location"] == "/account/"
    foreign = Client().post(
        reverse("sign-in"), {"username": "bea@example.com", "password": PASSWORD, "next": "https://evil.example/"}
    )
    assert foreign["Location"] == "/"


def test_signing_out_takes_a_post() -> None:
    client = signed_in(people.make_owner())
    assert client.get(reverse("sign-out")).status_code == 405
    client.post(reverse("sign-out"))
    assert who(client) is None


def test_the_owner_gives_themselves_an_address_and_then_a_password_and_stays_signed_in() -> None:
    owner = people.make_owner()
    client = signed_in(owner)
    passwords = {"save": "password", "new_password1": PASSWORD, "new_password2": PASSWORD}
    assert "e-mail address first" in client.post(reverse("account"), passwords).content.decode()
    profile = {"save": "profile", "name": "  Olga ", "email": "Olga@example.com"}
    assert client.post(reverse("account"), profile).status_code == 302
    assert client.post(reverse("account"), passwords).status_code == 302
    owner.refresh_from_db()
    assert (owner.name, owner.email) == ("Olga", "olga@example.com")
    assert owner.check_password(PASSWORD)
    assert client.get("/").status_code == 200


def test_changing_a_password_takes_the_present_one() -> None:
    bea = people.make_person("bea@example.com")
    bea.set_password(PASSWORD)
    bea.save()
    client = signed_in(bea)
    new = {"save": "password", "new_password1": PASSWORD + "!", "new_password2": PASSWORD + "!"}
    assert client.post(reverse("account"), {**new, "old_password": "wrong"}).status_code == 200
    assert client.post(reverse("account"), {**new, "old_password": PASSWORD}).status_code == 302


def test_names_and_addresses_that_cannot_be_are_refused_with_a_sentence() -> None:
    _, document = owner_with_document()
    person_with("editor", document, "ada@example.com")
    client = signed_in(person_with("editor", document, "bea@example.com"))
    taken = client.post(reverse("account"), {"save": "profile", "name": "Bea", "email": "ADA@example.com"})
    assert "Somebody else here has this address" in taken.content.decode()
    nameless = client.post(reverse("account"), {"save": "profile", "name": " ", "email": ""})
    assert nameless.status_code == 200
    assert User.objects.get(email="bea@example.com").name == "Bea"


def invitation_to(email: str) -> tuple[Invitation, str]:
    owner, document = owner_with_document()
    made = Invitation.objects.create(document=document, email=email, role="editor", invited_by=owner)
    return made, reverse("invitation", args=[invitations.token(made.pk)])


def test_an_invitation_makes_its_person_and_leads_to_the_document() -> None:
    made, address = invitation_to("ada@example.com")
    client = Client()
    page = client.get(address).content.decode()
    assert "Owner invites you" in page
    assert not User.objects.filter(email="ada@example.com").exists()
    response = client.post(address)
    assert response["Location"] == f"/documents/{made.document_id}"
    assert Grant.objects.get(user__name="Ada").role == "editor"
    assert client.get(response["Location"]).status_code == 200
    assert client.get(address)["Location"] == response["Location"]
    assert Client().post(address).status_code == 404
    assert User.objects.filter(email="ada@example.com").count() == 1


def test_an_invitation_to_an_account_that_exists_asks_to_sign_in() -> None:
    made, address = invitation_to("ada@example.com")
    ada = people.make_person("ada@example.com")
    stranger = Client()
    assert stranger.post(address)["Location"] == f"/sign-in/?next={address}".replace(":", "%3A")
    assert who(stranger) is None
    assert signed_in(ada).post(address)["Location"] == f"/documents/{made.document_id}"


@pytest.mark.parametrize("token", ["x", "x:y:z", "%00"])
def test_an_invitation_that_is_none_says_so(token: str) -> None:
    response = Client().get(f"/invitation/{token}")
    assert response.status_code == 404
    assert b"does not work" in response.content


def test_a_guest_has_no_password_to_sign_in_with(client: Any) -> None:
    assert not User.objects.create_user(None, name="Guest").has_usable_password()
