"""Leases: what one process at a time may do, by the database's clock.

Whoever acts under a lease says so in the transaction that writes: `renew` holds it to the commit.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Now

from editor.models import Lease


class LeaseLost(Exception):
    """Somebody else has it, or may have: nothing may be written under it."""


@dataclass(frozen=True, slots=True)
class Held:
    name: str
    holder: str
    epoch: int


def acquire(name: str, holder: str, seconds: float) -> Held | None:
    """The lease for so long, or None while somebody else has it."""
    expires = Now() + timedelta(seconds=seconds)
    with transaction.atomic():
        Lease.objects.bulk_create([Lease(name=name, holder="", expires=Now())], ignore_conflicts=True)
        free = Lease.objects.filter(name=name).filter(Q(expires__lte=Now()) | Q(holder=""))
        if not free.update(holder=holder, epoch=F("epoch") + 1, expires=expires):
            return None
        return Held(name, holder, Lease.objects.get(name=name).epoch)


def renew(held: Held, seconds: float) -> None:
    """In the transaction that writes: hold it to the commit, and for so long from now; raises LeaseLost."""
    mine = Lease.objects.filter(name=held.name, holder=held.holder, epoch=held.epoch, expires__gt=Now())
    if not mine.update(expires=Now() + timedelta(seconds=seconds)):
        raise LeaseLost(held.name)


def release(held: Held) -> None:
    """Others may have it at once. A lease that was lost stays with whoever has it."""
    Lease.objects.filter(name=held.name, holder=held.holder, epoch=held.epoch).update(holder="", expires=Now())
