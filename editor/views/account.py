"""One's own account: name, e-mail address, password."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from editor.forms import PasswordForm, ProfileForm
from editor.models import User
from editor.views.requests import person


@never_cache
@require_http_methods(["GET", "POST"])
@login_required
def account(request: HttpRequest) -> HttpResponse:
    user = person(request)
    changing_password = request.POST.get("save") == "password"
    profile = request.POST if request.method == "POST" and not changing_password else None
    password = request.POST if changing_password else None
    # A refused form leaves its values in its instance, and the menu shows request.user: hence a row of its own.
    form = ProfileForm(profile, instance=User.objects.get(pk=user.pk))
    password_form = PasswordForm(user, password)
    if profile is not None and form.is_valid():
        form.save()
        messages.success(request, "Saved.")
        return redirect("account")
    if password is not None and password_form.is_valid():
        update_session_auth_hash(request, password_form.save())
        messages.success(request, "The password is set. From now on you can sign in with it.")
        return redirect("account")
    return render(request, "editor/account.html", {"form": form, "password_form": password_form})
