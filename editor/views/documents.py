"""The list of documents, and a document: its page, its title, its links."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from editor import access, documents, selectors
from editor.forms import LinkForm, TitleForm
from editor.models import Document, Role, User
from editor.room.participant import ABILITIES, Ability
from editor.room.participant import Role as RoomRole
from editor.views.requests import fields, person, wants_json


@never_cache
@require_GET
@login_required
def documents_list(request: HttpRequest) -> HttpResponse:
    return render(request, "editor/documents.html", {"documents": selectors.documents_of(person(request))})


@require_POST
@login_required
def create(request: HttpRequest) -> HttpResponse:
    form = TitleForm(request.POST)
    title = form.cleaned_data["title"] if form.is_valid() else ""
    return redirect(documents.create(title or "Untitled", person(request)))


@never_cache
@require_GET
@login_required
def document(request: HttpRequest, document_id: UUID) -> HttpResponse:
    grant = access.grant_or_404(person(request), document_id)
    role = RoomRole(grant.role)
    may_share = Ability.SHARE in ABILITIES[role]
    urls = {
        "links": reverse("links", args=[document_id]) if may_share else None,
        "documents": reverse("documents"),
        "guest_window": reverse("guest_window", args=[document_id]) if may_share else None,
    }
    return room_page(request, grant.document, role, me=me(grant.user, role), urls=urls, join=None)


def me(user: User, role: RoomRole) -> dict[str, str]:
    """A person as the page knows them."""
    return {"id": str(user.pk), "name": user.name, "colour": user.colour, "kind": user.kind, "role": role.value}


def room_page(
    request: HttpRequest,
    document: Document,
    role: RoomRole,
    *,
    me: dict[str, str] | None,
    urls: dict[str, str | None],
    join: dict[str, str | None] | None,
) -> HttpResponse:
    """The page of a room, with its text and history already in it."""
    room = selectors.room_page(document.pk)
    page_data: dict[str, Any] = {
        "document": {
            "id": str(document.pk),
            "title": document.title,
            "epoch": room.epoch,
            "schema": room.schema,
        },
        "socket": f"/ws/documents/{document.pk}",
        "me": me,
        "role": role.value,
        "abilities": sorted(ABILITIES[role]),
        "join": join,
        "copilot": selectors.copilot(),
        "urls": urls,
        "session": room.session,
    }
    context = {
        "document": document,
        "content_html": room.content_html,
        "runs": room.runs,
        "page_data": page_data,
    }
    return render(request, "editor/document.html", context)


@require_POST
@login_required
def rename(request: HttpRequest, document_id: UUID) -> HttpResponse:
    access.grant_or_404(person(request), document_id, Ability.RENAME)
    form = TitleForm(fields(request))
    if not form.is_valid():
        return _refused(form)
    title = documents.rename(document_id, form.cleaned_data["title"])
    return JsonResponse({"title": title}) if wants_json(request) else redirect("documents")


@require_POST
@login_required
def links(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """The document's link for a role: the same one as long as nobody revokes it."""
    access.grant_or_404(person(request), document_id, Ability.SHARE)
    form = LinkForm(fields(request))
    if not form.is_valid():
        return _refused(form)
    link = documents.share_link(document_id, Role(form.cleaned_data["role"]), person(request))
    url = request.build_absolute_uri(reverse("join", args=[link.token]))
    return JsonResponse({"url": url, "role": link.role})


@require_GET
@login_required
def guest_window(request: HttpRequest, document_id: UUID) -> HttpResponseRedirect:
    """Lead the owner to the document's editor link, in whose page they are a guest."""
    access.grant_or_404(person(request), document_id, Ability.SHARE)
    link = documents.share_link(document_id, Role.EDITOR, person(request))
    return redirect("join", link.token)


def _refused(form: TitleForm | LinkForm) -> JsonResponse:
    message = next(iter(form.errors.values()))[0]
    return JsonResponse({"message": message}, status=400)
