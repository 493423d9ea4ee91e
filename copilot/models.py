"""The copilot's rows: threads, runs, steps, tool calls and what happened in a run. Written by `runs.py` alone."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from editor.models import Document


class Thread(models.Model):
    """A conversation with the copilot; for now one a room."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    document = models.OneToOneField(Document, on_delete=models.CASCADE, related_name="thread")
    created = models.DateTimeField(db_default=Now(), editable=False)

    def __str__(self) -> str:
        return f"thread of {self.document_id}"


class Run(models.Model):
    """One task given to the copilot. `rev` grows with every change of state and fences late writers."""

    class State(models.TextChoices):
        QUEUED = "queued"
        THINKING = "thinking"
        STREAMING = "streaming"
        EXECUTING_TOOL = "executing_tool"
        AWAITING_CONFIRMATION = "awaiting_confirmation"
        AWAITING_CLIENT_TOOL = "awaiting_client_tool"
        PAUSED = "paused"
        COMPLETED = "completed"
        CANCELLED = "cancelled"
        FAILED = "failed"
        SUPERSEDED = "superseded"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="runs")
    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="runs")
    asker = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="runs")
    request = models.TextField(help_text="what the asker wrote")
    target = models.JSONField(null=True, blank=True, help_text="the selected ranges, as the command gave them")
    state = models.CharField(max_length=24, choices=State.choices, default=State.QUEUED)
    rev = models.PositiveIntegerField(default=1)
    model = models.CharField(max_length=100, blank=True)
    answer = models.TextField(blank=True, help_text="the text it said, whole once it has ended")
    finish_reason = models.CharField(max_length=24, blank=True)
    error_code = models.CharField(max_length=40, blank=True)
    error_message = models.CharField(max_length=500, blank=True)
    input_tokens = models.PositiveIntegerField(default=0)
    output_tokens = models.PositiveIntegerField(default=0)
    cost_microusd = models.BigIntegerField(default=0)
    lease_holder = models.CharField(max_length=64, blank=True)
    lease_expires = models.DateTimeField(null=True, blank=True)
    stopped_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created = models.DateTimeField(db_default=Now(), editable=False)
    started = models.DateTimeField(null=True, blank=True)
    ended = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = (
            models.Index(fields=["document", "state"], name="run_by_document_state"),
            models.Index(fields=["state", "lease_expires"], name="run_by_lease"),
        )

    def __str__(self) -> str:
        return f"{self.state} in {self.document_id}"


class Step(models.Model):
    """One exchange with the language model; `message` is what it said, as the API's assistant message."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="steps")
    number = models.PositiveIntegerField()
    message = models.JSONField(null=True, blank=True)
    finish_reason = models.CharField(max_length=24, blank=True)
    input_tokens = models.PositiveIntegerField(default=0)
    output_tokens = models.PositiveIntegerField(default=0)
    created = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["run", "number"], name="one_step_a_number"),)

    def __str__(self) -> str:
        return f"{self.run_id} step {self.number}"


class ToolCall(models.Model):
    """A call of a tool by the model, started at most once; `id` is ours, `provider_id` the model's."""

    class State(models.TextChoices):
        PENDING = "pending"
        EXECUTING = "executing"
        DONE = "done"
        FAILED = "failed"
        DENIED = "denied"
        CANCELLED = "cancelled"
        UNKNOWN = "unknown"

    id = models.CharField(primary_key=True, max_length=64)
    step = models.ForeignKey(Step, on_delete=models.CASCADE, related_name="tool_calls")
    provider_id = models.CharField(max_length=100)
    name = models.CharField(max_length=64)
    arguments = models.JSONField()
    state = models.CharField(max_length=12, choices=State.choices, default=State.PENDING)
    result = models.JSONField(null=True, blank=True)
    created = models.DateTimeField(db_default=Now(), editable=False)
    ended = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.name} {self.state}"


class RunEvent(models.Model):
    """What happened in a run, in order; `ms` is monotonic since the run's start in that process."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="events")
    sequence = models.PositiveIntegerField()
    ms = models.PositiveIntegerField()
    type = models.CharField(max_length=40)
    payload = models.JSONField(default=dict)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["run", "sequence"], name="one_event_a_sequence"),)

    def __str__(self) -> str:
        return f"{self.run_id} {self.sequence} {self.type}"
