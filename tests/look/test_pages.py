"""What the templates promise: the first paint is whole, escaped, and right in each state."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.template.loader import render_to_string
from django.test import RequestFactory

from editor.models import Document, User

EVIL = "<script>alert(1)</script>"


def page(template: str, context: dict[str, Any], user: User | None = None, **cookies: str) -> str:
    request = RequestFactory().get("/")
    request.COOKIES.update(cookies)
    request.user = user or AnonymousUser()
    return render_to_string(template, context, request=request)


def document_page(**changes: Any) -> str:
    page_data = {
        "abilities": [],
        "copilot": {"name": "Copilot", "demo": True},
        "urls": {},
        "join": None,
        "session": {"confirmations": {}},
        **changes.pop("page_data", {}),
    }
    context = {"document": Document(title="Plan"), "content_html": "", "runs": [], "page_data": page_data, **changes}
    return page("editor/document.html", context, User(name="Olga", is_superuser=True))


def test_the_document_page_has_every_part_that_the_scripts_take_over() -> None:
    html = document_page()
    for part in ("title", "save-state", "participants", "own-name", "document-content", "room-bar", "copilot-panel"):
        assert html.count(f'id="{part}"') == 1, part


def test_no_page_has_a_script_or_a_style_in_its_text() -> None:
    html = document_page(page_data={"abilities": ["share"]})
    scripts = re.findall(r"<script(?![^>]*(?:\bsrc=|application/json))", html)
    assert scripts == []
    assert " style=" not in html
    assert not re.search(r"\son\w+=", html)


def test_what_people_wrote_is_escaped() -> None:
    run = {"id": "r1", "state": "failed", "asker_name": EVIL, "request": EVIL, "answer": EVIL, "error": EVIL}
    html = document_page(document=Document(title=EVIL), runs=[run])
    assert "<script>alert" not in html
    assert html.count("&lt;script&gt;alert(1)&lt;/script&gt;") >= 5


def test_the_panels_history_stands_in_the_first_response() -> None:
    run = {"id": "r1", "state": "cancelled", "asker_name": "Olga", "request": "Outline", "stopped_by": "Ben"}
    asked = {"run": "r1", "sentence": "Invite ada@example.com", "state": "denied", "decided_by": "Ben"}
    html = document_page(runs=[run], page_data={"session": {"confirmations": {"c1": asked}}})
    assert 'data-run-id="r1"' in html
    assert "Stopped by Ben" in html
    assert "Denied by Ben" in html


def test_only_who_may_share_finds_share() -> None:
    assert 'id="share"' not in document_page()
    assert 'id="share-dialog"' in document_page(page_data={"abilities": ["share"]})


def test_a_superuser_finds_admin_and_the_guest_window_in_the_menu() -> None:
    html = document_page(page_data={"urls": {"guest_window": "/join/abc"}})
    assert 'href="/admin/"' in html
    assert 'href="/join/abc" target="_blank" rel="noopener"' in html


def test_the_first_paint_follows_what_was_chosen_in_this_browser() -> None:
    html = page("404.html", {}, theme="dark", panel="closed", face="serif")
    assert 'data-theme="dark" data-face="serif" data-panel="closed"' in html
    assert EVIL not in page("404.html", {}, theme=EVIL)


def test_without_documents_the_list_says_how_to_begin() -> None:
    html = page("editor/documents.html", {"documents": []}, User(name="Olga"))
    assert "No documents yet." in html
    assert "New document" in html


@pytest.mark.parametrize("template", ["403.html", "403_csrf.html", "404.html", "500.html"])
def test_errors_render_without_a_request(template: str) -> None:
    assert 'href="/"' in render_to_string(template)


def test_a_mail_is_plain_text() -> None:
    context = {"by": "Olga & Ben", "title": "Plan", "role": "editor", "url": "https://x/y?a=b&c", "email": "a@b.c"}
    assert "Olga & Ben invites you" in render_to_string("editor/mail/invitation.txt", context)
    assert "https://x/y?a=b&c" in render_to_string("editor/mail/invitation.txt", context)
