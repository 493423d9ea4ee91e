"""`manage.py serve`: from nothing to a running Scriptorium, and its links."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import DatabaseError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.urls import reverse

from editor import addresses, datafolder, documents, people, selectors
from editor.models import Role, User


class Command(BaseCommand):
    help = "Prepare the data folder and the database where need be, print the links, and serve."

    def handle(self, *args: Any, **options: Any) -> None:
        sentence = addresses.why_not(settings.HOST, settings.PORT)
        if sentence:
            sys.exit(sentence)
        prepare()
        settings.PUBLIC_URL = addresses.base_url()
        text = greeting(settings.PUBLIC_URL)

        def greet(host: str, port: int) -> None:
            self.stdout.write(text)
            self.stdout.flush()

        listen(settings.HOST, settings.PORT, greet)


def prepare() -> None:
    """Everything that a start needs; a second start finds it and changes nothing."""
    try:
        datafolder.prepare(settings.DATA_DIR)
    except datafolder.Unwritable as error:
        sys.exit(str(error))
    datafolder.use_key(settings.DATA_DIR)
    try:
        migrate()
        make_owner_and_sample()
    except DatabaseError as error:
        reason = " ".join(str(error).split())
        sys.exit(f"The database cannot be used ({reason}): see that it runs and that DATABASE_URL is right.")


def migrate() -> None:
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", interactive=False, verbosity=0)


def make_owner_and_sample() -> None:
    """Once, together: a sample that somebody deleted stays deleted."""
    if people.owner() is None:
        with transaction.atomic():
            documents.create_sample(people.make_owner())


def greeting(base: str) -> str:
    """What is printed: where it runs, how the owner gets in, and how a guest does."""
    owner = people.owner()
    lines = [f"Scriptorium is at {base}", ""]
    if owner is not None:
        lines += [_owner_line(owner, base), *_guest_lines(owner, base)]
    if selectors.copilot()["demo"]:
        lines += ["", "The demo copilot answers. To connect a model set OPENAI_API_KEY and start again."]
    return "\n".join([*lines, "", "Ctrl+C stops it; everything is kept.", ""])


def _owner_line(owner: User, base: str) -> str:
    if owner.has_usable_password():
        return f"  Sign in:     {base}{reverse('sign-in')}"
    return f"  Owner link:  {base}{reverse('sign-in-link', args=[people.make_sign_in_link(owner)])}  (works once)"


def _guest_lines(owner: User, base: str) -> list[str]:
    document = selectors.first_document_of(owner)
    if document is None:
        return []
    link = documents.share_link(document.pk, Role.EDITOR, owner)
    return [f"  Guest link:  {base}{reverse('join', args=[link.token])}  (anyone with it edits “{document}”)"]


def listen(host: str, port: int, listening: Callable[[str, int], None]) -> None:
    """Serve until stopped; `listening` is called once connections are taken."""
    from editor.asgi import application
    from editor.live.server import make_server

    make_server(application, host, port, listening=listening, stop=application.stop).run()
