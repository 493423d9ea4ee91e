"""`manage.py compact`: long journals become snapshots, and rows that have served go, also while people type."""

from __future__ import annotations

import logging
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from editor import clearing
from editor.leases import LeaseLost
from editor.live import compaction
from editor.models import CrdtDocument
from editor.room.errors import RoomError

log = logging.getLogger(__name__)
LEAST = 500


class Command(BaseCommand):
    help = "Put the rows of long journals into snapshots, also while people type: rooms then open sooner."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--least", type=int, default=LEAST, help="leave journals with fewer rows (%(default)s)")

    def handle(self, *args: Any, least: int = LEAST, **options: Any) -> None:
        texts = rows = failed = 0
        for crdt_id in compaction.candidates(least):
            try:
                done = compaction.compact(crdt_id)
            except (compaction.NotWhole, LeaseLost, RoomError) as error:
                failed += 1
                crdt = CrdtDocument.objects.get(pk=crdt_id)
                self.stderr.write(f"The {crdt.kind} of {crdt.document_id} stays as it is: {error}.")
                continue
            if done is not None and done.rows:
                texts, rows = texts + 1, rows + done.rows
        self.stdout.write(f"{rows} rows of {texts} texts are in snapshots now.")
        self.stdout.write(f"{clearing.clear(timezone.now())} rows that had served were cleared away.")
        if failed:
            raise CommandError(f"{failed} texts could not be compacted.")
