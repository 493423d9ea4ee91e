"""One copy of a document's CRDT. The only importer of pycrdt, and the only user of its units (UTF-8 bytes).

Callers see code points. pycrdt panics with a BaseException that `except Exception` misses; here it becomes
`ReplicaBroken`, after which the replica is of no use and is loaded again from the journal.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pycrdt

from editor.room import units
from editor.room.errors import MalformedUpdate, ReplicaBroken

Values = Mapping[str, Any]
"""Attributes or marks by name: JSON values. Integral numbers are ints, though the CRDT holds floats."""


@contextmanager
def _guarded() -> Iterator[None]:
    try:
        yield
    except BaseException as error:
        _raise_if_panic(error)
        raise


def _raise_if_panic(error: BaseException) -> None:
    if type(error).__module__ == "pyo3_runtime":
        raise ReplicaBroken(str(error)) from error


def _plain(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in sorted(value.items())}
    return value


class Replica:
    """A CRDT document at one thread; never shared between threads. Every instance has a fresh random client id."""

    def __init__(self, update: bytes | None = None) -> None:
        self._doc: pycrdt.Doc[Any] = pycrdt.Doc()
        self._edits: list[bytes] = []
        self._subscription: pycrdt.Subscription | None = None
        if update is not None:
            self.apply(update)

    @property
    def client_id(self) -> int:
        return self._doc.client_id

    def apply(self, update: bytes) -> None:
        """Take in an update whose gaps and content were checked; raises MalformedUpdate or ReplicaBroken."""
        if self._subscription is not None:
            raise RuntimeError("an update cannot be applied inside an edit")
        try:
            self._doc.apply_update(update)
        except ValueError as error:
            raise MalformedUpdate(str(error)) from error
        except BaseException as error:  # as `_guarded`, whose generator would take as long as a keystroke's integration
            _raise_if_panic(error)
            raise

    def state(self) -> bytes:
        """The whole document as one update."""
        return self.diff(None)

    def state_vector(self) -> bytes:
        with _guarded():
            return self._doc.get_state()

    def diff(self, state_vector: bytes | None) -> bytes:
        """The update holding what `state_vector` lacks, and the whole delete set."""
        with _guarded():
            try:
                return self._doc.get_update(state_vector)
            except ValueError as error:
                raise MalformedUpdate(str(error)) from error

    @property
    def edited(self) -> bool:
        """Whether there are edits that were not taken."""
        return bool(self._edits)

    def take_edits(self) -> bytes | None:
        """One update of the edits made here since the last call, or None. What was applied is not among them."""
        edits, self._edits = self._edits, []
        if not edits:
            return None
        return edits[0] if len(edits) == 1 else Replica.merge(edits)

    def close(self) -> None:
        """Forget the edits that were not taken. A replica has no observer outside an edit, so that it is then freed."""
        self._edits.clear()

    @staticmethod
    def merge(updates: Iterable[bytes]) -> bytes:
        """One update for these few (it is quadratic), in causal order."""
        with _guarded():
            try:
                return pycrdt.merge_updates(*updates)
            except ValueError as error:
                raise MalformedUpdate(str(error)) from error

    @staticmethod
    def cut(update: bytes, state_vector: bytes) -> bytes:
        """What of an update is not yet known to a replica with this state vector, and all that it deletes."""
        with _guarded():
            try:
                return pycrdt.get_update(update, state_vector)
            except ValueError as error:
                raise MalformedUpdate(str(error)) from error

    @contextmanager
    def edit(self) -> Iterator[None]:
        """One transaction; inner ones join it. It is not undone by an exception: the replica is then thrown away."""
        if self._subscription is not None:
            yield
            return
        gathered: list[bytes] = []
        # The callback may only append: reading, writing or observing inside one panics.
        self._subscription = self._doc.observe(lambda event: gathered.append(event.update))
        try:
            with _guarded(), self._doc.transaction():
                yield
        finally:
            self._doc.unobserve(self._subscription)
            self._subscription = None
            self._edits += gathered

    def root(self, name: str = "content") -> Element:
        """The fragment that holds the document's blocks."""
        with _guarded():
            return Element(self, self._doc.get(name, type=pycrdt.XmlFragment))

    def section(self, name: str) -> Section:
        with _guarded():
            return Section(self, self._doc.get(name, type=pycrdt.Map))


class Text:
    """A piece of marked text in an element. Offsets are code points."""

    def __init__(self, replica: Replica, inner: pycrdt.XmlText) -> None:
        self.replica = replica
        self._inner = inner

    def runs(self) -> list[tuple[str, dict[str, Any]]]:
        """The text in order, cut where its marks change. An embed (there should be none) is one "\ufffc"."""
        with _guarded():
            chunks = self._inner.diff()
        return [(text if isinstance(text, str) else "\ufffc", _plain(marks or {})) for text, marks in chunks]

    def __str__(self) -> str:
        return "".join(text for text, _ in self.runs())

    def _byte(self, offset: int) -> int:
        with _guarded():
            if any(not isinstance(chunk, str) for chunk, _ in self._inner.diff()):
                raise ReplicaBroken("a text holds an embedded object")
        return units.to_utf8(str(self), offset)

    def insert(self, offset: int, text: str, marks: Values) -> None:
        at, text = self._byte(offset), units.storable(text)
        if text:
            with self.replica.edit(), _guarded():
                self._inner.insert(at, text, marks)

    def delete(self, start: int, end: int) -> None:
        first, last = self._byte(start), self._byte(end)
        if first < last:
            with self.replica.edit(), _guarded():
                del self._inner[first:last]

    def format(self, start: int, end: int, marks: Values) -> None:
        """Set these marks; one whose value is None is removed."""
        first, last = self._byte(start), self._byte(end)
        if first < last:
            with self.replica.edit(), _guarded():
                self._inner.format(first, last, dict(marks))


class Element:
    """A node of the tree: a block, a leaf, or the root (whose name is "")."""

    def __init__(self, replica: Replica, inner: pycrdt.XmlElement | pycrdt.XmlFragment) -> None:
        self.replica = replica
        self._inner = inner

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Element) and bool(self._inner == other._inner)

    def __hash__(self) -> int:
        return hash(self._inner)

    @property
    def name(self) -> str:
        return (self._inner.tag or "") if isinstance(self._inner, pycrdt.XmlElement) else ""

    def attributes(self) -> dict[str, Any]:
        if not isinstance(self._inner, pycrdt.XmlElement):
            return {}
        with _guarded():
            return {name: _plain(value) for name, value in sorted(self._inner.attributes)}  # type: ignore[call-overload]

    def attribute(self, name: str) -> Any:
        """One attribute, or None."""
        if not isinstance(self._inner, pycrdt.XmlElement):
            return None
        with _guarded():
            return _plain(self._inner.attributes.get(name))

    def source(self) -> str:
        """All of it as pycrdt writes it down, marks as tags: to look whether something may be there, not to read."""
        with _guarded():
            return str(self._inner)

    def set(self, name: str, value: Any) -> None:
        assert isinstance(self._inner, pycrdt.XmlElement)
        with self.replica.edit(), _guarded():
            self._inner.attributes[name] = value

    def children(self) -> list[Element | Text]:
        with _guarded():
            return [
                Text(self.replica, child) if isinstance(child, pycrdt.XmlText) else Element(self.replica, child)
                for child in self._inner.children
            ]

    def insert_element(self, index: int, name: str, attributes: Values) -> Element:
        inner = pycrdt.XmlElement(name)
        with self.replica.edit(), _guarded():
            self._inner.children.insert(index, inner)
            for key, value in attributes.items():
                inner.attributes[key] = value
        return Element(self.replica, inner)

    def insert_text(self, index: int) -> Text:
        inner = pycrdt.XmlText()
        with self.replica.edit(), _guarded():
            self._inner.children.insert(index, inner)
        return Text(self.replica, inner)

    def remove(self, index: int) -> None:
        with self.replica.edit(), _guarded():
            del self._inner.children[index]


class Section:
    """A root Map from a key to a Map of plain values and Texts."""

    def __init__(self, replica: Replica, inner: pycrdt.Map[Any]) -> None:
        self.replica = replica
        self._inner = inner

    def ids(self) -> list[str]:
        with _guarded():
            return sorted(self._inner.keys())

    def read(self, key: str) -> dict[str, Any] | None:
        """The entry's values, its Texts as strings, or None."""
        with _guarded():
            entry = self._inner.get(key)
            return None if entry is None else _plain(entry.to_py() or {})

    def put(self, key: str, values: Values) -> None:
        """Set the values that differ; the entry is made where it is missing."""
        with self.replica.edit(), _guarded():
            entry = self._entry(key)
            now = _plain({name: entry[name] for name in values if name in entry})
            for name, given in values.items():
                value = units.storable(given) if isinstance(given, str) else given
                if name not in now or now[name] != value or type(now[name]) is not type(value):
                    entry[name] = value

    def append(self, key: str, name: str, text: str) -> None:
        """Append to the entry's Text `name`; both are made where they are missing."""
        with self.replica.edit(), _guarded():
            entry = self._entry(key)
            if name not in entry:
                entry[name] = pycrdt.Text()
            entry[name].insert(len(entry[name]), units.storable(text))

    def remove(self, key: str) -> None:
        with self.replica.edit(), _guarded():
            if key in self._inner:
                del self._inner[key]

    def _entry(self, key: str) -> Any:
        if key not in self._inner:
            self._inner[key] = pycrdt.Map()
        return self._inner[key]
