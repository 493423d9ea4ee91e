"""Signing in by password or by a one-time link, and out."""

from __future__ import annotations

from django.contrib.auth import login, logout
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from editor import people
from editor.forms import SignInForm
from editor.views.joining import BACKEND


class SignIn(LoginView):
    template_name = "editor/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = False


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return redirect("sign-in")


@never_cache
@require_http_methods(["GET", "POST"])
def sign_in_link(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows a button, so that a preview does not spend the link; POST spends it and signs in."""
    if request.method == "POST":
        person = people.spend_sign_in_link(token)
        if person is not None:
            login(request, person, backend=BACKEND)
            return redirect("documents")
    else:
        person = people.whom_it_signs_in(token)
    return render(request, "editor/sign_in_link.html", {"person": person}, status=200 if person else 410)
