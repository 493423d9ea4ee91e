"""One copy of a document's CRDT. The only importer of pycrdt, and the only place that knows its units (UTF-8 bytes)."""

from __future__ import annotations


class Replica:
    """A CRDT document at one thread; never shared between threads. Every instance has a fresh random client id."""
