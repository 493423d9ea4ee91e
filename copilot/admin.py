"""The copilot's histories in Django's admin, only seen: runs with state and cost, their steps, tool calls, events."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import admin
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from copilot.models import Run, RunEvent, Step, ToolCall
from editor.admin_histories import DOCUMENT_SEARCH, History, person_search, room_link

MAX_EVENTS = 2000


def dollars(microusd: int) -> str:
    """An amount as people read it: "$0.0042"."""
    return f"${microusd / 1_000_000:.4f}"


@admin.register(Run)
class RunAdmin(History):
    list_display = ("asked", "state", "cost", "tokens", "room", "asker", "model", "created")
    list_filter = ("state", "error_code", "model", "created")
    list_select_related = ("document", "asker")
    search_fields = ("request", *DOCUMENT_SEARCH, *person_search("asker"))
    ordering = ("-created",)
    fieldsets = (
        (None, {"fields": ("request", "state", "room", "asker", "stopped_by", "answer")}),
        ("What happened", {"fields": ("timeline",)}),
        ("Model", {"fields": ("model", "finish_reason", "tokens", "cost")}),
        ("Trouble", {"fields": ("error_code", "error_message", "lease_holder", "lease_expires")}),
        ("Times", {"fields": ("created", "started", "ended")}),
    )

    class Media:
        css = {"all": ("admin.css",)}

    @admin.display(description="request", ordering="request")
    def asked(self, row: Run) -> str:
        return row.request if len(row.request) <= 80 else row.request[:79] + "…"

    @admin.display(description="tokens in / out")
    def tokens(self, row: Run) -> str:
        return f"{row.input_tokens} / {row.output_tokens}"

    @admin.display(description="cost", ordering="cost_microusd")
    def cost(self, row: Run) -> str:
        return dollars(row.cost_microusd)

    @admin.display(description="timeline")
    def timeline(self, row: Run) -> SafeString:
        return render_to_string("admin/copilot/run_timeline.html", timeline(row))


def timeline(run: Run) -> dict[str, Any]:
    """A run's steps with their tool calls, and its events in order, as the template shows them."""
    steps = [
        {
            "step": step,
            "said": (step.message or {}).get("content") or "",
            "calls": [
                {"call": call, "arguments": _pretty(call.arguments), "result": _pretty(call.result)}
                for call in step.tool_calls.all()
            ],
        }
        for step in run.steps.order_by("number").prefetch_related("tool_calls")
    ]
    rows = list(run.events.order_by("sequence")[: MAX_EVENTS + 1])
    events = [
        {"seconds": f"{event.ms / 1000:.3f}", "type": event.type, "payload": _line(event.payload)}
        for event in rows[:MAX_EVENTS]
    ]
    return {"steps": steps, "events": events, "more": len(rows) > MAX_EVENTS}


def _pretty(value: Any) -> str:
    return "" if value is None else json.dumps(value, indent=2, ensure_ascii=False)


def _line(value: Any) -> str:
    return "" if not value else json.dumps(value, ensure_ascii=False)


class OfRun(History):
    """Rows of a run: they link to it and to its room."""

    @admin.display(description="run")
    def run_link(self, row: Any) -> SafeString:
        run = self.run_of(row)
        return format_html('<a href="{}">{}</a>', reverse("admin:copilot_run_change", args=[run.pk]), str(run.pk)[:8])

    @admin.display(description="room")
    def room(self, row: Any) -> SafeString:
        run = self.run_of(row)
        return room_link(run.document_id, run.document)

    @admin.display(description="asker")
    def asker(self, row: Any) -> str:
        return str(self.run_of(row).asker or "nobody")

    def run_of(self, row: Any) -> Run:
        run: Run = row.run
        return run


RUN_SEARCH = ("run__document__title", "run__document__id__iexact", *person_search("run__asker"))


@admin.register(Step)
class StepAdmin(OfRun):
    list_display = ("number", "run_link", "room", "asker", "finish_reason", "input_tokens", "output_tokens", "created")
    list_filter = ("finish_reason", "run__state")
    list_select_related = ("run__document", "run__asker")
    search_fields = RUN_SEARCH
    ordering = ("-created", "-pk")


@admin.register(ToolCall)
class ToolCallAdmin(OfRun):
    list_display = ("name", "state", "run_link", "room", "asker", "created", "ended")
    list_filter = ("state", "name")
    list_select_related = ("step__run__document", "step__run__asker")
    search_fields = ("name", *(f"step__{field}" for field in RUN_SEARCH))
    ordering = ("-created",)

    def run_of(self, row: Any) -> Run:
        run: Run = row.step.run
        return run


@admin.register(RunEvent)
class RunEventAdmin(OfRun):
    list_display = ("sequence", "type", "ms", "run_link", "room", "asker")
    list_filter = ("type", "run__state")
    list_select_related = ("run__document", "run__asker")
    search_fields = RUN_SEARCH
    ordering = ("-pk",)
