"""Django's backend for PostgreSQL (`ENGINE`), whose connections give up on a server that does not answer.

A server that hangs, or a network that swallows everything, ends no connection: only the one who waits can.
"""

from __future__ import annotations

from typing import Any, TypeVar

import psycopg
from django.db.backends.postgresql import base
from django.db.backends.postgresql.psycopg_any import IsolationLevel
from psycopg.abc import PQGen

from editor.postgresql import patience

T = TypeVar("T")
_AT_ONCE = 0.1
"""psycopg's own: how often it looks whether it was interrupted."""


class Connection(psycopg.Connection[Any]):
    def wait(self, gen: PQGen[T], interval: float = _AT_ONCE, timeout: float | None = None) -> T:
        """As psycopg's; a statement that is not answered in time leaves the connection closed."""
        try:
            return super().wait(gen, interval, patience() if timeout is None else timeout)
        except psycopg.errors._WaitTimeout as error:
            self.pgconn.finish()
            raise psycopg.OperationalError("the database does not answer") from error


class DatabaseWrapper(base.DatabaseWrapper):
    def get_new_connection(self, conn_params: dict[str, Any]) -> Connection:
        """As Django's, always of the isolation that the journal is made for, and without a pool."""
        self.isolation_level = IsolationLevel.READ_COMMITTED
        return Connection.connect(**conn_params)
