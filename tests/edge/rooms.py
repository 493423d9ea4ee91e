"""People and documents for the tests of the pages: real rows."""

from __future__ import annotations

from django.test import Client

from editor import documents, people
from editor.models import Document, Grant, Role, User


def owner_with_document(content: str = "# Mill\n\nWords.") -> tuple[User, Document]:
    owner = people.make_owner()
    return owner, documents.create("The mill", owner, content)


def person_with(role: str, document: Document, email: str = "bea@example.com") -> User:
    person = people.make_person(email)
    Grant.objects.create(document=document, user=person, role=role)
    return person


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def guest_link(document: Document, owner: User, role: Role = Role.EDITOR) -> str:
    return documents.share_link(document.pk, role, owner).token
