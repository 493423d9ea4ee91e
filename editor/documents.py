"""Writes of documents, roles and share links. The journal writes text; a new document's first row alone is ours."""

from __future__ import annotations

import secrets
import uuid
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from editor.doorbell import room_changed
from editor.models import CrdtDocument, Document, Grant, JournalRow, Role, ShareLink, Snapshot, User
from editor.room import markdown
from editor.room.replica import Replica

SAMPLE = Path(__file__).with_name("sample.md")
MAX_TITLE = 200
RANK = {"": 0, Role.VIEWER: 1, Role.COMMENTER: 2, Role.EDITOR: 3, Role.OWNER: 4}
LINK_ROLES = (Role.VIEWER, Role.COMMENTER, Role.EDITOR)


class LastOwner(Exception):
    """A document keeps at least one owner."""

    def __str__(self) -> str:
        return "A document needs an owner: make somebody else its owner first."


class LinkEnded(Exception):
    """Somebody has revoked the link."""


def create(title: str, owner: User, content: str = "") -> Document:
    """A new document whose text is `content`, Markdown."""
    with transaction.atomic():
        document = Document.objects.create(title=clean_title(title))
        Grant.objects.create(document=document, user=owner, role=Role.OWNER)
        first = _first_update(content)
        kinds = CrdtDocument.Kind
        text = CrdtDocument.objects.create(
            document=document, kind=kinds.CONTENT, seq=1 if first else 0, schema=settings.SCHEMA
        )
        CrdtDocument.objects.create(document=document, kind=kinds.SESSION, schema=settings.SCHEMA)
        if first:
            JournalRow.objects.create(crdt=text, seq=1, update=first, author=owner)
    return document


def _first_update(content: str) -> bytes | None:
    if not content.strip():
        return None
    replica = Replica()
    markdown.write(replica, markdown.parse(content), new_id=lambda: uuid.uuid4().hex)
    return replica.take_edits()


def create_sample(owner: User) -> Document:
    """The document that a newcomer finds: it teaches by being edited."""
    title, _, content = SAMPLE.read_text(encoding="utf-8").partition("\n")
    return create(title.removeprefix("# "), owner, content)


def load_replica(document_id: UUID, kind: str) -> tuple[Replica, int]:
    """A replica from the newest snapshot and the rows above it, and the seq up to which it holds the journal."""
    crdt = CrdtDocument.objects.get(document_id=document_id, kind=kind)
    while True:
        snapshot, rows = _stored(crdt)
        if not Snapshot.objects.filter(crdt=crdt, seq__gt=snapshot.seq if snapshot else 0).exists():
            break  # else it was compacted between the two looks, and rows may be missing
    seq = snapshot.seq if snapshot else 0
    replica = Replica(bytes(snapshot.state)) if snapshot else Replica()
    for seq, update in rows:  # noqa: B007 - the last one's is wanted
        replica.apply(update)
    return replica, seq


def _stored(crdt: CrdtDocument) -> tuple[Snapshot | None, list[tuple[int, bytes]]]:
    snapshot = Snapshot.objects.filter(crdt=crdt).order_by("-seq").first()
    above = JournalRow.objects.filter(crdt=crdt, seq__gt=snapshot.seq if snapshot else 0)
    return snapshot, [(seq, bytes(update)) for seq, update in above.order_by("seq").values_list("seq", "update")]


def clean_title(title: str) -> str:
    """A title as it is stored: one line of at most 200 characters."""
    return " ".join(title.split())[:MAX_TITLE]


def rename(document_id: UUID, title: str) -> str:
    """Set the title and return it as it is stored."""
    title = clean_title(title)
    with transaction.atomic():
        Document.objects.filter(pk=document_id).update(title=title, updated=timezone.now())
        room_changed(document_id)
    return title


def lock(document_id: UUID) -> None:
    """Hold the document's row to the end of the transaction: who joins or changes roles takes turns."""
    Document.objects.select_for_update().only("pk").get(pk=document_id)


def hold(link: ShareLink) -> None:
    """Hold the link's document, and with it the link, to the end of the transaction; raises LinkEnded."""
    lock(link.document_id)
    if not ShareLink.objects.filter(pk=link.pk, revoked=None).exists():
        raise LinkEnded


def share_link(document_id: UUID, role: Role, by: User) -> ShareLink:
    """The document's live link for that role; made where there is none."""
    if role not in LINK_ROLES:
        raise ValueError("A link can make people viewers, commenters or editors, not owners.")
    with transaction.atomic():
        lock(document_id)
        live = ShareLink.objects.filter(document_id=document_id, role=role, revoked=None).order_by("pk").first()
        return live or ShareLink.objects.create(
            document_id=document_id, role=role, token=secrets.token_urlsafe(32), created_by=by
        )


def revoke_link(link: ShareLink) -> None:
    """End a link and every role that came by it; open pages of theirs are closed."""
    with transaction.atomic():
        lock(link.document_id)
        ShareLink.objects.filter(pk=link.pk, revoked=None).update(revoked=timezone.now())
        Grant.objects.filter(link=link).exclude(role="").update(role="", generation=F("generation") + 1)
        room_changed(link.document_id)


def give_role(document_id: UUID, user: User, role: Role, link: ShareLink | None = None) -> Grant:
    """Make the person at least `role`; a higher one that they have stays. Raises LinkEnded."""
    with transaction.atomic():
        if link is None:
            lock(document_id)
        else:
            hold(link)
        grant, made = Grant.objects.get_or_create(
            document_id=document_id, user=user, defaults={"role": role, "link": link}
        )
        if not made and RANK[grant.role] < RANK[role]:
            grant.role, grant.link = role, link
            grant.generation += 1
            grant.save(update_fields=["role", "link", "generation"])
            room_changed(document_id)
    return grant


def set_role(grant: Grant, role: str) -> None:
    """Change or, with an empty role, withdraw a grant; raises LastOwner."""
    with transaction.atomic():
        lock(grant.document_id)
        if role != Role.OWNER and is_last_owner(grant):
            raise LastOwner
        Grant.objects.filter(pk=grant.pk).update(role=role, link=None, generation=F("generation") + 1)
        room_changed(grant.document_id)
    grant.refresh_from_db()


def is_last_owner(grant: Grant) -> bool:
    owners = Grant.objects.filter(document_id=grant.document_id, role=Role.OWNER, user__is_active=True)
    return owners.filter(pk=grant.pk).exists() and not owners.exclude(pk=grant.pk).exists()
