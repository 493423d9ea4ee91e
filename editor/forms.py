"""What people send by forms, and the sentences they get where it cannot be taken."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.auth import forms as auth_forms
from django.core.exceptions import ValidationError

from editor.documents import LINK_ROLES, MAX_TITLE
from editor.models import User
from editor.room import presence

if TYPE_CHECKING:
    UserForm = forms.ModelForm[User]
    SetPassword = auth_forms.SetPasswordForm[User]
else:
    UserForm = forms.ModelForm
    SetPassword = auth_forms.SetPasswordForm


class SignInForm(auth_forms.AuthenticationForm):
    error_messages = {
        "invalid_login": "This e-mail address and password do not go together. Try again, or open a sign-in link.",
        "inactive": "This account is switched off. Ask the owner of this server.",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"] = forms.EmailField(
            label="E-mail address", widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True})
        )

    def clean_username(self) -> str:
        return str(self.cleaned_data["username"]).lower()


class ProfileForm(UserForm):
    email = forms.EmailField(label="E-mail address", required=False, help_text="You sign in with it.")

    class Meta:
        model = User
        fields = ("name", "email")
        labels = {"name": "Your name"}

    def clean_name(self) -> str:
        try:
            return presence.clean_name(self.cleaned_data["name"])
        except ValueError as error:
            raise ValidationError(str(error)) from error

    def clean_email(self) -> str | None:
        email = str(self.cleaned_data["email"] or "").lower() or None
        if email is None and self.instance.has_usable_password():
            raise ValidationError("You sign in with this address, so it cannot be empty.")
        if email and User.objects.filter(email__iexact=email).exclude(pk=self.instance.pk).exists():
            raise ValidationError("Somebody else here has this address.")
        return email


class PasswordForm(SetPassword):
    """Sets a first password, or changes it for whoever knows the present one."""

    old_password = forms.CharField(
        label="Present password",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    field_order = ("old_password", "new_password1", "new_password2")

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(user, *args, **kwargs)
        if not user.has_usable_password():
            del self.fields["old_password"]

    def clean_old_password(self) -> str:
        old = str(self.cleaned_data["old_password"])
        if not self.user.check_password(old):
            raise ValidationError("This is not your present password.")
        return old

    def clean(self) -> dict[str, Any]:
        if not self.user.email:
            raise ValidationError("Give yourself an e-mail address first: you will sign in with it and the password.")
        return dict(super().clean() or self.cleaned_data)


class TitleForm(forms.Form):
    title = forms.CharField(required=False, max_length=MAX_TITLE)


class LinkForm(forms.Form):
    role = forms.ChoiceField(
        choices=[(role.value, role.label) for role in LINK_ROLES],
        error_messages={"invalid_choice": "A link can make people viewers, commenters or editors."},
    )
