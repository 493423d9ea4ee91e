"""`manage.py restore FILE`: what a backup holds, in an empty or, with --replace, in a used data folder."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.db import DatabaseError

from editor import datafolder
from editor.operations import restore
from editor.operations.archive import BadArchive


class Command(BaseCommand):
    help = "Put a backup's rows into the database, checked by their hashes. Stop the server first."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--replace", action="store_true", help="in place of the documents and people there")

    def handle(self, *args: Any, file: Path, replace: bool = False, **options: Any) -> None:
        try:
            done = restore.restore(file, replace=replace)
        except (BadArchive, restore.CannotRestore, datafolder.Unwritable) as error:
            sys.exit(f"Nothing was changed. {error}")
        except DatabaseError as error:
            sys.exit(f"Nothing was changed. The database cannot be used: {' '.join(str(error).split())}.")
        self.stdout.write(
            f"Restored {done.documents} documents with {done.updates} updates, and {done.people} people and guests, "
            f"as of {done.created}. Every text was read again and has the digest that was backed up."
        )
        self.stdout.write(
            f"Its epoch is {done.epoch}: pages that are still open ask to be reloaded, "
            "and keep aside what they had not saved."
        )
        if done.about_keys:
            self.stdout.write(done.about_keys)
