"""Signing in by password or by a one-time link, and out."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.contrib.auth import login, logout
from django.contrib.auth.views import LoginView, redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from editor import people, throttle
from editor.forms import SignInForm
from editor.views.joining import BACKEND

TOO_MANY = "Too many passwords were tried here or for this account. Try again {}, or open a sign-in link."


class SignIn(LoginView):
    template_name = "editor/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = False

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Counted before the password is looked at: trying many at a time gains nothing."""
        account = request.POST.get("username", "")
        seconds = throttle.sign_in(request, account)
        if seconds:
            return self._not_yet(account, seconds)
        response = super().post(request, *args, **kwargs)
        if response.status_code == HTTPStatus.FOUND:
            throttle.signed_in(account)
        return response

    def _not_yet(self, account: str, seconds: float) -> HttpResponse:
        """A form that is not bound: its password stays unread."""
        form = SignInForm(self.request, initial={"username": account})
        too_many = TOO_MANY.format(throttle.in_words(seconds))
        context = self.get_context_data(form=form, too_many=too_many)
        response = self.render_to_response(context, status=HTTPStatus.TOO_MANY_REQUESTS)
        return throttle.retry_after(response, seconds)


def admin_sign_in(request: HttpRequest) -> HttpResponse:
    """The admin has no door of its own: one place looks at passwords, and counts them."""
    return redirect_to_login(request.GET.get("next") or reverse("admin:index"))


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """The cookie tells the sign-in page whose copies of documents the browser is to clear."""
    person = request.user.pk
    logout(request)
    response = redirect("sign-in")
    if person is not None:
        response.set_cookie("signed_out", str(person), max_age=24 * 60 * 60, samesite="Lax")
    return response


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
