"""`manage.py backup FILE`: everything as of one moment, while people go on writing."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.db import DatabaseError

from editor.operations import backup

NO_KEY = (
    "The secret key is not in it: without it sign-ins, guests' passes and mailed links end when it is restored. "
    "Keep the data folder's secret_key (or SECRET_KEY) in a safe place, or back up --with-key."
)
KEY = "The secret key is in it: whoever has the file can sign in as anybody. Keep it as you keep a password."


class Command(BaseCommand):
    help = "Write all documents, people and histories to one file, also while people type. `restore` reads it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="where to write it, for example scriptorium.backup.tar.gz")
        parser.add_argument("--with-key", action="store_true", help="put the secret key into it too")

    def handle(self, *args: Any, file: Path, with_key: bool = False, **options: Any) -> None:
        try:
            made = backup.make(file, with_key=with_key)
        except OSError as error:
            sys.exit(f"The backup cannot be written to {file}: {error.strerror or error}.")
        except DatabaseError as error:
            reason = " ".join(str(error).split())
            sys.exit(
                f"The database cannot be read ({reason}): start Scriptorium once, or see that DATABASE_URL is right."
            )
        for problem in made.problems:
            self.stderr.write(problem)
        self.stdout.write(
            f"{file} holds {made.documents} documents with {made.updates} updates, and {made.people} people and guests."
        )
        self.stdout.write(KEY if with_key else NO_KEY)
