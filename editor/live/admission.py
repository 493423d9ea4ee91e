"""Who may come in: reads rows, and nothing else. Runs off the loop."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from http.cookies import SimpleCookie
from urllib.parse import parse_qs
from uuid import UUID

from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django.http import HttpRequest

from editor import access
from editor.live import rows, seats
from editor.live.seats import Elsewhere
from editor.models import CrdtDocument, Document, Grant, User
from editor.room.participant import Kind, Participant, Role
from editor.wire.close_codes import CloseCode

GUEST_PREFIX = "guest."
SUBPROTOCOL = "scriptorium"

_GUEST = (
    f"SELECT g.role, g.generation, u.name, u.colour, c.epoch, c.schema, {seats.ELSEWHERE}"
    f" FROM {Grant._meta.db_table} g JOIN {User._meta.db_table} u ON u.id = g.user_id"
    f" JOIN {CrdtDocument._meta.db_table} c ON c.document_id = g.document_id AND c.kind = '{CrdtDocument.Kind.CONTENT}'"
    f" WHERE g.document_id = %s AND g.user_id = %s AND g.role <> '' AND u.is_active AND u.kind = '{User.Kind.GUEST}'"
)


class NotAdmitted(Exception):
    def __init__(self, close_code: CloseCode) -> None:
        super().__init__(close_code.name)
        self.close_code = close_code


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a socket shows of itself."""

    cookie: str
    guest_pass: str
    epoch: int | None
    schema: int | None
    person: str
    """Whose page it is, where it says so: the browser may have changed hands."""


def credentials(headers: Mapping[bytes, bytes], subprotocols: list[str], query: bytes) -> Credentials:
    """Raises NotAdmitted where the query holds no numbers."""
    cookies: SimpleCookie = SimpleCookie()
    cookies.load(headers.get(b"cookie", b"").decode("latin-1"))
    morsel = cookies.get(settings.SESSION_COOKIE_NAME)
    passes = [value[len(GUEST_PREFIX) :] for value in subprotocols if value.startswith(GUEST_PREFIX)]
    asked = parse_qs(query.decode("latin-1"))
    try:
        epoch, schema = (int(asked[name][0]) if name in asked else None for name in ("epoch", "schema"))
    except ValueError:
        raise NotAdmitted(CloseCode.MALFORMED) from None
    return Credentials(
        cookie=morsel.value if morsel else "",
        guest_pass=passes[0] if passes else "",
        epoch=epoch,
        schema=schema,
        person=asked.get("person", [""])[0],
    )


@dataclass(frozen=True, slots=True)
class Admitted:
    """The participant that a socket will be, and how many there are beside it in other processes than `process`."""

    participant: Participant
    elsewhere: Elsewhere
    schema: int | None
    """That of its page, and never above the server's own, which takes nothing of a higher one."""


def admit(document_id: UUID, shown: Credentials, process: str) -> Admitted:
    """Raises NotAdmitted."""
    return _guest(document_id, shown, process) or _anybody(document_id, shown, process)


def _guest(document_id: UUID, shown: Credentials, process: str) -> Admitted | None:
    """A guest who may come in, by one statement: hundreds come back at once. Who else it is, and why not, asks more."""
    user = access.guest_of_pass(shown.guest_pass) if shown.guest_pass else None
    if user is None:
        return None
    with connection.cursor() as cursor:
        counted = seats.elsewhere_values(process, user, document_id)
        cursor.execute(_GUEST, [*counted, *rows.ids([document_id]), *rows.ids([user])])
        found = cursor.fetchone()
    if found is None:
        return None
    role, generation, name, colour, epoch, schema, *elsewhere = found
    _same_document(epoch, schema, shown)
    guest = Participant(uuid.uuid4(), user, name, colour, Kind.GUEST, Role(role), generation)
    return Admitted(guest, Elsewhere(*elsewhere), _ours(shown.schema))


def _anybody(document_id: UUID, shown: Credentials, process: str) -> Admitted:
    user = _user(shown)
    if user is None or shown.person not in ("", str(user.pk)):
        raise NotAdmitted(CloseCode.NOT_SIGNED_IN)
    grant = access.participant_for(document_id, user)
    if grant is None:
        known = Document.objects.filter(pk=document_id).exists()
        raise NotAdmitted(CloseCode.NO_RIGHT if known else CloseCode.NO_DOCUMENT)
    content = CrdtDocument.objects.get(document_id=document_id, kind=CrdtDocument.Kind.CONTENT)
    _same_document(content.epoch, content.schema, shown)
    return Admitted(participant(grant), seats.elsewhere(process, user.pk, document_id), _ours(shown.schema))


def _ours(schema: int | None) -> int | None:
    return None if schema is None else min(schema, settings.SCHEMA)


def _same_document(epoch: int, schema: int, shown: Credentials) -> None:
    """A client that names no epoch is admitted only while it is the first one."""
    epoch_fits = (1 if shown.epoch is None else shown.epoch) == epoch
    schema_fits = shown.schema is None or shown.schema >= schema
    if not (epoch_fits and schema_fits):
        raise NotAdmitted(CloseCode.EPOCH_OR_SCHEMA)


def _user(shown: Credentials) -> User | None:
    if shown.guest_pass:
        return access.user_of_guest_pass(shown.guest_pass)
    if not shown.cookie:
        return None
    request = HttpRequest()
    request.session = SessionStore(shown.cookie)
    user = get_user(request)
    return user if isinstance(user, User) else None


def participant(grant: Grant) -> Participant:
    return Participant(
        connection=uuid.uuid4(),
        user=grant.user_id,
        name=grant.user.name,
        colour=grant.user.colour,
        kind=Kind(grant.user.kind),
        role=Role(grant.role),
        generation=grant.generation,
    )
