"""`manage.py owner_link`: a fresh one-time link for the owner, or for anybody else."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import DatabaseError
from django.urls import reverse

from editor import addresses, people
from editor.models import User


class Command(BaseCommand):
    help = "Print a one-time link that signs the owner in; earlier ones that nobody used end."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--email", help="whom to sign in instead of the owner")

    def handle(self, *args: Any, email: str | None = None, **options: Any) -> None:
        try:
            person = User.objects.filter(email__iexact=email, is_active=True).first() if email else people.owner()
        except DatabaseError:
            sys.exit("There is no database yet: start Scriptorium first, with `make run`.")
        if person is None:
            sys.exit(f"Nobody here has the address {email}." if email else "There is no owner yet: run `make run`.")
        link = reverse("sign-in-link", args=[people.make_sign_in_link(person)])
        self.stdout.write(addresses.base_url() + link)
