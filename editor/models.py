"""The rows of a room: people, documents, their journal, grants, suggestions, confirmations, decisions.

Rows are written by `documents.py`, `people.py`, `suggestions.py`, `confirmations.py` and the journal alone.
"""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Now
from django.urls import reverse


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str | None, password: str | None = None, **extra: Any) -> User:
        user = self.model(email=self.normalize_email(email) if email else None, **extra)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **extra: Any) -> User:
        return self.create_user(email, password, is_staff=True, is_superuser=True, **extra)


class User(AbstractBaseUser, PermissionsMixin):
    """A person: someone who signs in, or a guest bound to one tab."""

    class Kind(models.TextChoices):
        PERSON = "person"
        GUEST = "guest"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(unique=True, null=True, blank=True)
    name = models.CharField(max_length=60)
    colour = models.CharField(max_length=7, help_text="#rrggbb, from the palette in editor/room/presence.py")
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.PERSON)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    created = models.DateTimeField(db_default=Now(), editable=False)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    def __str__(self) -> str:
        return self.name or self.email or str(self.pk)

    def get_short_name(self) -> str:
        """What the admin greets by."""
        return self.name


class Document(models.Model):
    """What people write: its title and who may open it. The text is in its CRDT documents' journals."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    title = models.CharField(max_length=200, default="Untitled", blank=True)
    created = models.DateTimeField(db_default=Now(), editable=False)
    updated = models.DateTimeField(db_default=Now(), editable=False)

    def __str__(self) -> str:
        return self.title or "Untitled"

    def get_absolute_url(self) -> str:
        return reverse("document", args=[self.pk])


class CrdtDocument(models.Model):
    """One of a room's two CRDT documents; `seq` is the number of its newest journal row, without holes."""

    class Kind(models.TextChoices):
        CONTENT = "content"
        SESSION = "session"

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="crdts")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    seq = models.BigIntegerField(default=0)
    epoch = models.PositiveIntegerField(default=1)
    schema = models.PositiveIntegerField(default=1, help_text="the highest schema number written to it")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["document", "kind"], name="one_crdt_a_kind"),)

    def __str__(self) -> str:
        return f"{self.kind} of {self.document_id} at {self.seq}"


class JournalRow(models.Model):
    """One committed update of a CRDT document, in the order of `seq` from 1."""

    crdt = models.ForeignKey(CrdtDocument, on_delete=models.CASCADE, related_name="rows")
    seq = models.BigIntegerField()
    update = models.BinaryField()
    author = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    run_id = models.UUIDField(null=True, blank=True, help_text="the copilot's run that wrote it")
    created = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["crdt", "seq"], name="one_row_a_seq"),)

    def __str__(self) -> str:
        return f"{self.crdt_id}:{self.seq}"


class Snapshot(models.Model):
    """Everything of a CRDT document up to `seq` in one update."""

    crdt = models.ForeignKey(CrdtDocument, on_delete=models.CASCADE, related_name="snapshots")
    seq = models.BigIntegerField()
    state = models.BinaryField()
    created = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["crdt", "seq"], name="one_snapshot_a_seq"),)

    def __str__(self) -> str:
        return f"{self.crdt_id} up to {self.seq}"


class Lease(models.Model):
    """What one process at a time may do. `epoch` grows with every holder: who lost it writes under an old one."""

    name = models.CharField(primary_key=True, max_length=100)
    holder = models.CharField(max_length=64)
    epoch = models.PositiveBigIntegerField(default=0)
    expires = models.DateTimeField(help_text="by the database's clock")

    def __str__(self) -> str:
        return f"{self.name} of {self.holder}"


class Role(models.TextChoices):
    VIEWER = "viewer"
    COMMENTER = "commenter"
    EDITOR = "editor"
    OWNER = "owner"


class ShareLink(models.Model):
    """A link that makes who opens it a guest with its role. Revoking it ends the grants that came by it."""

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="links")
    role = models.CharField(max_length=10, choices=Role.choices)
    token = models.CharField(max_length=43, unique=True)
    created_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    created = models.DateTimeField(db_default=Now(), editable=False)
    revoked = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.role} link of {self.document_id}"


class Grant(models.Model):
    """A person's role in a document; `generation` grows with every change, a withdrawn grant has no role."""

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="grants")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="grants")
    role = models.CharField(max_length=10, choices=Role.choices, blank=True)
    generation = models.PositiveIntegerField(default=1)
    link = models.ForeignKey(ShareLink, null=True, blank=True, on_delete=models.SET_NULL, related_name="grants")
    created = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["document", "user"], name="one_grant_a_person"),)

    def __str__(self) -> str:
        return f"{self.user_id} {self.role or 'no role'} in {self.document_id}"


class SignInLink(models.Model):
    """A one-time link that signs a person in; spent by POST, so that a preview does not spend it."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sign_in_links")
    token_hash = models.CharField(max_length=64, unique=True)
    created = models.DateTimeField(db_default=Now(), editable=False)
    expires = models.DateTimeField()
    spent = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"sign-in link of {self.user_id}"


class Invitation(models.Model):
    """An e-mail address invited to a document with a role, at most once a tool call."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField()
    role = models.CharField(max_length=10, choices=Role.choices)
    invited_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    tool_call_id = models.CharField(max_length=64, null=True, blank=True, unique=True)
    created = models.DateTimeField(db_default=Now(), editable=False)
    accepted = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    def __str__(self) -> str:
        return f"{self.email} as {self.role}"


class Seat(models.Model):
    """One connection's place in a room and how present its person is; `since` is when that attention began."""

    class Attention(models.TextChoices):
        ACTIVE = "active"
        VISIBLE = "visible"
        HIDDEN = "hidden"
        GONE = "gone"

    id = models.UUIDField(primary_key=True, editable=False)
    process = models.CharField(max_length=64)
    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="seats")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="seats")
    attention = models.CharField(max_length=10, choices=Attention.choices)
    since = models.DateTimeField()
    expires = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=["document", "expires"], name="seat_by_document"),)

    def __str__(self) -> str:
        return f"{self.user_id} {self.attention} in {self.document_id}"


class Suggestion(models.Model):
    """A proposed change of one block, by a person or a run, awaiting one decision."""

    class Kind(models.TextChoices):
        INSERT = "insert"
        REPLACE = "replace"
        DELETE = "delete"
        FORMAT = "format"

    class Status(models.TextChoices):
        STREAMING = "streaming"
        PENDING = "pending"
        ACCEPTED = "accepted"
        REJECTED = "rejected"
        WITHDRAWN = "withdrawn"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="suggestions")
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.REPLACE)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.STREAMING)
    block_id = models.CharField(max_length=64)
    base = models.JSONField(help_text="the block's marked text when it was opened: a delta of (text, marks)")
    body = models.TextField(blank=True, help_text="the proposed text, Markdown, once it is whole")
    author = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    run_id = models.UUIDField(null=True, blank=True, db_index=True)
    created = models.DateTimeField(db_default=Now(), editable=False)

    def __str__(self) -> str:
        return f"{self.kind} {self.status} in {self.document_id}"


class Confirmation(models.Model):
    """A question to people: may this tool call run with these literal arguments?"""

    class State(models.TextChoices):
        PENDING = "pending"
        APPROVED = "approved"
        EXECUTING = "executing"
        DONE = "done"
        FAILED = "failed"
        OUTCOME_UNKNOWN = "outcome_unknown"
        DENIED = "denied"
        EXPIRED = "expired"
        WITHDRAWN = "withdrawn"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="confirmations")
    run_id = models.UUIDField(db_index=True)
    tool_call_id = models.CharField(max_length=64, unique=True)
    tool = models.CharField(max_length=64)
    arguments = models.JSONField()
    sentence = models.CharField(max_length=500, help_text="what will happen, as people read it")
    state = models.CharField(max_length=16, choices=State.choices, default=State.PENDING)
    asked_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    result = models.JSONField(null=True, blank=True)
    expires = models.DateTimeField()
    created = models.DateTimeField(db_default=Now(), editable=False)

    def __str__(self) -> str:
        return f"{self.tool} {self.state} in {self.document_id}"


class Decision(models.Model):
    """An immutable row: who decided what, when, and what it changed. At most one settles a question."""

    class Verdict(models.TextChoices):
        ACCEPTED = "accepted"
        REJECTED = "rejected"
        UNDONE = "undone"
        APPROVED = "approved"
        DENIED = "denied"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="decisions")
    verdict = models.CharField(max_length=10, choices=Verdict.choices)
    by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="decisions")
    suggestion = models.ForeignKey(
        Suggestion, null=True, blank=True, on_delete=models.CASCADE, related_name="decisions"
    )
    confirmation = models.OneToOneField(
        Confirmation, null=True, blank=True, on_delete=models.CASCADE, related_name="decision"
    )
    undoes = models.OneToOneField("self", null=True, blank=True, on_delete=models.CASCADE, related_name="undone_by")
    effect = models.JSONField(null=True, blank=True, help_text="the block's delta before and after, for undo")
    seq = models.BigIntegerField(null=True, blank=True, help_text="the content's journal row that applied it")
    created = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["suggestion"],
                condition=models.Q(verdict__in=["accepted", "rejected"]),
                name="one_decision_a_suggestion",
            ),
        )

    def __str__(self) -> str:
        return f"{self.verdict} by {self.by_id}"


class CommandAnswer(models.Model):
    """The first answer that a command got; a repeated command gets it again for 24 hours."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    command_id = models.CharField(max_length=64)
    answer = models.JSONField()
    created = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["user", "command_id"], name="one_answer_a_command"),)

    def __str__(self) -> str:
        return self.command_id
