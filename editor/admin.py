"""The room's rows in Django's admin. What decides (decisions, confirmations, suggestions) is only seen there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from editor import documents, people
from editor.admin_histories import DOCUMENT_SEARCH, History, List, person_search, room_link
from editor.doorbell import room_changed
from editor.models import (
    Confirmation,
    Decision,
    Document,
    Grant,
    Invitation,
    Role,
    ShareLink,
    Suggestion,
    User,
)

if TYPE_CHECKING:
    GrantModelForm = forms.ModelForm[Grant]
    PersonCreationForm = AdminUserCreationForm[User]
    BaseUserAdmin = UserAdmin[User]
else:
    GrantModelForm = forms.ModelForm
    PersonCreationForm = AdminUserCreationForm
    BaseUserAdmin = UserAdmin

admin.site.site_header = "Scriptorium"
admin.site.site_title = "Scriptorium"
admin.site.index_title = "Administration"
admin.site.enable_nav_sidebar = False
admin.site.unregister(Group)


class NewPersonForm(PersonCreationForm):
    class Meta:
        model = User
        fields = ("email", "name")
        field_classes = {"email": forms.EmailField}

    def clean_email(self) -> str:
        email = str(self.cleaned_data["email"] or "").lower()
        if not email:
            raise ValidationError("A person signs in with this address, so it cannot be empty.")
        if User.objects.filter(email__iexact=email).exists():
            raise ValidationError("Somebody here has this address.")
        return email


@admin.register(User)
class PersonAdmin(BaseUserAdmin):
    """People are switched off, not deleted: what they wrote and decided keeps their name."""

    add_form = NewPersonForm
    ordering = ("name", "pk")
    list_display = ("name", "email", "kind", "is_active", "is_superuser", "created")
    list_filter = ("kind", "is_active", "is_superuser")
    search_fields = ("name", "email", "grants__document__title")
    readonly_fields = ("kind", "created", "last_login")
    filter_horizontal = ()
    actions = ("switch_off",)
    list_per_page = 50
    show_full_result_count = False
    fieldsets = (
        (None, {"fields": ("name", "email", "password", "colour", "kind", "created", "last_login")}),
        ("Rights", {"fields": ("is_active", "is_staff", "is_superuser")}),
    )
    add_fieldsets = ((None, {"fields": ("email", "name", "usable_password", "password1", "password2")}),)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        obj.colour = obj.colour or people.new_colour()
        obj.email = obj.email or None
        super().save_model(request, obj, form, change)
        if change and "is_active" in form.changed_data:
            (people.switch_on if obj.is_active else people.switch_off)(obj)

    @admin.action(
        description="Switch off: close their pages everywhere, and let them in no more", permissions=["change"]
    )
    def switch_off(self, request: HttpRequest, rows: QuerySet[User]) -> None:
        for person in rows:
            if person != request.user:
                people.switch_off(person)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False


@admin.register(Document)
class DocumentAdmin(List):
    """Documents are made on their own page, and their text is in the journal."""

    list_display = ("title_or_untitled", "owner", "people", "updated", "open_room")
    list_filter = ("updated",)
    search_fields = ("title", "id__iexact", *person_search("grants__user"))
    readonly_fields = ("id", "created", "updated", "open_room")
    ordering = ("-updated",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Document]:
        owners = Grant.objects.filter(document=OuterRef("pk"), role=Role.OWNER).order_by("created")
        holders = Grant.objects.filter(document=OuterRef("pk")).exclude(role="").order_by().values("document")
        rows: QuerySet[Document] = super().get_queryset(request)
        return rows.annotate(
            owner_name=Subquery(owners.values("user__name")[:1]),
            people_count=Subquery(holders.annotate(number=Count("pk")).values("number")),
        )

    @admin.display(description="title", ordering="title")
    def title_or_untitled(self, row: Document) -> str:
        return str(row)

    @admin.display(ordering="owner_name")
    def owner(self, row: Any) -> str:
        return str(row.owner_name or "nobody")

    @admin.display(ordering="people_count")
    def people(self, row: Any) -> int:
        return int(row.people_count or 0)

    @admin.display(description="room")
    def open_room(self, row: Document) -> SafeString:
        return room_link(row.pk, "Open")

    def save_model(self, request: HttpRequest, obj: Document, form: Any, change: bool) -> None:
        documents.rename(obj.pk, obj.title)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Document | None = None) -> bool:
        return False


class GrantForm(GrantModelForm):
    role = forms.ChoiceField(
        choices=[*Role.choices, ("", "no access")],
        required=False,
        help_text="“no access” closes the person's open pages.",
    )

    def clean_role(self) -> str:
        role = str(self.cleaned_data["role"])
        if self.instance.pk and role != Role.OWNER and documents.is_last_owner(self.instance):
            raise ValidationError(str(documents.LastOwner()))
        return role


@admin.register(Grant)
class GrantAdmin(List):
    """Who may do what, where."""

    form = GrantForm
    list_display = ("user", "role", "room", "by_link", "created")
    list_display_links = ("user",)
    list_filter = ("role", "user__kind")
    list_select_related = ("user", "document", "link")
    search_fields = (*person_search("user"), *DOCUMENT_SEARCH)
    autocomplete_fields = ("document", "user")
    fields = ("document", "user", "role")
    ordering = ("-created", "-pk")

    @admin.display(boolean=True)
    def by_link(self, row: Grant) -> bool:
        return row.link_id is not None

    def get_readonly_fields(self, request: HttpRequest, obj: Grant | None = None) -> tuple[str, ...]:
        return ("document", "user") if obj else ()

    def save_model(self, request: HttpRequest, obj: Grant, form: Any, change: bool) -> None:
        if change:
            documents.set_role(obj, obj.role)
        else:
            super().save_model(request, obj, form, change)
            room_changed(obj.document_id)

    def has_delete_permission(self, request: HttpRequest, obj: Grant | None = None) -> bool:
        return False


@admin.register(ShareLink)
class ShareLinkAdmin(History):
    """Links are made in the room; here they are revoked."""

    list_display = ("role", "room", "created_by", "created", "revoked")
    list_filter = ("role", ("revoked", admin.EmptyFieldListFilter))
    list_select_related = ("document", "created_by")
    search_fields = (*DOCUMENT_SEARCH, *person_search("created_by"))
    fields = ("document", "role", "created_by", "created", "revoked")
    actions = ("revoke",)
    ordering = ("-created", "-pk")

    @admin.action(description="Revoke: end these links, and every role that came by them", permissions=["revoke"])
    def revoke(self, request: HttpRequest, rows: QuerySet[ShareLink]) -> None:
        for link in rows:
            documents.revoke_link(link)

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("editor.change_sharelink")


@admin.register(Invitation)
class InvitationAdmin(History):
    list_display = ("email", "role", "room", "invited_by", "accepted", "accepted_by", "created")
    list_filter = ("role", ("accepted", admin.EmptyFieldListFilter))
    list_select_related = ("document", "invited_by", "accepted_by")
    search_fields = ("email", *DOCUMENT_SEARCH, *person_search("invited_by"))
    ordering = ("-created",)


def run_link(run_id: object) -> SafeString | str:
    """A link to the run's page, by its address alone: the room does not know the copilot's rows."""
    if run_id is None:
        return "-"
    return format_html('<a href="{}">{}</a>', reverse("admin:copilot_run_change", args=[run_id]), str(run_id)[:8])


@admin.register(Suggestion)
class SuggestionAdmin(History):
    list_display = ("kind", "status", "room", "author", "run", "created")
    list_filter = ("status", "kind")
    list_select_related = ("document", "author")
    search_fields = (*DOCUMENT_SEARCH, *person_search("author"), *person_search("decisions__by"))
    ordering = ("-created",)

    @admin.display(description="run")
    def run(self, row: Suggestion) -> SafeString | str:
        return run_link(row.run_id)


@admin.register(Confirmation)
class ConfirmationAdmin(History):
    list_display = ("tool", "sentence", "state", "room", "asked_by", "run", "created")
    list_filter = ("state", "tool")
    list_select_related = ("document", "asked_by")
    search_fields = ("sentence", *DOCUMENT_SEARCH, *person_search("asked_by"), *person_search("decision__by"))
    ordering = ("-created",)

    @admin.display(description="run")
    def run(self, row: Confirmation) -> SafeString | str:
        return run_link(row.run_id)


@admin.register(Decision)
class DecisionAdmin(History):
    list_display = ("verdict", "by", "about", "room", "created")
    list_filter = ("verdict", ("suggestion", admin.EmptyFieldListFilter))
    list_select_related = ("document", "by", "suggestion", "confirmation")
    search_fields = (*DOCUMENT_SEARCH, *person_search("by"))
    ordering = ("-created",)

    @admin.display(description="about")
    def about(self, row: Decision) -> str:
        if row.confirmation:
            return row.confirmation.sentence
        return f"suggestion: {row.suggestion.kind}" if row.suggestion else "an earlier decision"
