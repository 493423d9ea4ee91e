"""`manage.py doctor`: what is missing for production."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand

from editor.operations.doctor import Verdict, examine


class Command(BaseCommand):
    help = "Say what this server lacks for production; exits with 1 when something must be mended."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        to_mend = 0
        for finding in examine():
            self.stdout.write(f"{finding.verdict.value:>5}  {finding.sentence}")
            to_mend += finding.verdict is Verdict.MEND
        if to_mend:
            self.stdout.write(f"\n{to_mend} of these must be mended.")
            sys.exit(1)
        self.stdout.write("\nNothing must be mended.")
