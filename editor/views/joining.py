"""Coming by a link: as a guest bound to the tab, with one's account, or invited."""

from __future__ import annotations

from django.contrib.auth import login
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from editor import access, documents, invitations, people, throttle
from editor.models import Invitation, Role, ShareLink, User
from editor.room.participant import Role as RoomRole
from editor.views.documents import me, room_page
from editor.views.requests import person

BACKEND = "django.contrib.auth.backends.ModelBackend"


@never_cache
@require_GET
def join(request: HttpRequest, token: str) -> HttpResponse:
    """The room's page for whoever has the link. It reads the session, and never writes it."""
    link = _link(token)
    visitor = request.user if isinstance(request.user, User) else None
    ways = {
        "guest": reverse("join_as_guest", args=[token]),
        "account": reverse("join_with_account", args=[token]) if visitor else None,
        "signed_in_as": visitor.name if visitor else None,
    }
    urls: dict[str, str | None] = {"links": None, "documents": None, "guest_window": None}
    return room_page(request, link.document, RoomRole(link.role), me=None, urls=urls, join=ways)


@require_POST
def join_as_guest(request: HttpRequest, token: str) -> HttpResponse:
    """A new guest and its pass, which the tab keeps; the session stays as it is."""
    link = _link(token)
    if seconds := throttle.new_guest(request, link.pk):
        return throttle.refusal(request, seconds)
    try:
        guest = people.join_as_guest(link)
    except documents.LinkEnded as error:
        raise Http404 from error
    return JsonResponse({"pass": access.guest_pass(guest), "user": me(guest, RoomRole(link.role))})


@require_POST
@login_required
def join_with_account(request: HttpRequest, token: str) -> HttpResponse:
    link = _link(token)
    try:
        documents.give_role(link.document_id, person(request), Role(link.role), link)
    except documents.LinkEnded as error:
        raise Http404 from error
    return redirect(link.document)


def _link(token: str) -> ShareLink:
    link = access.live_link(token)
    if link is None:
        raise Http404
    return link


@never_cache
@require_http_methods(["GET", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows who invites to what; POST accepts, makes the person where there is none, and signs them in."""
    visitor = request.user if isinstance(request.user, User) else None
    invited = invitations.invitation_of(token)
    if invited and invited.accepted:
        if visitor and invited.accepted_by_id == visitor.pk:
            return redirect(invited.document)
        invited = None
    if invited and request.method == "POST":
        return _accept(request, invited, visitor)
    return render(request, "editor/invitation.html", {"invitation": invited}, status=200 if invited else 404)


def _accept(request: HttpRequest, invited: Invitation, visitor: User | None) -> HttpResponse:
    try:
        accepted_by = people.accept_invitation(invited, visitor)
    except people.NotYours:
        return redirect_to_login(request.get_full_path())
    if accepted_by is None:
        return render(request, "editor/invitation.html", {"invitation": None}, status=404)
    if accepted_by != visitor:
        login(request, accepted_by, backend=BACKEND)
    return redirect(invited.document)
