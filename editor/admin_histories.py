"""What the admin's lists share: histories that nobody can touch, links to the room, roles that keep an owner."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
else:
    ModelAdmin = admin.ModelAdmin

PERSON = "name", "email"
DOCUMENT_SEARCH = ("document__title", "document__id__iexact")


def person_search(path: str) -> tuple[str, ...]:
    """Search fields for the person at the end of `path`."""
    return tuple(f"{path}__{field}" for field in PERSON)


def room_link(document_id: UUID, title: object) -> SafeString:
    """A link to the document's page."""
    return format_html('<a href="{}">{}</a>', reverse("document", args=[document_id]), title)


class List(ModelAdmin):
    """A list whose number of queries does not grow with its rows."""

    list_per_page = 50
    show_full_result_count = False

    @admin.display(description="room", ordering="document__title")
    def room(self, row: Any) -> SafeString:
        return room_link(row.document_id, row.document)


class History(List):
    """Rows that are written where things happen: seen here, and neither added, changed nor deleted, also by POST."""

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False
