"""Replicas that take the same edits: ours, and Yjs in a child process. Offsets are code points."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

import pycrdt

from editor.room import units
from editor.room.replica import Element, Replica, Text

Run = tuple[str, dict[str, Any]]
Marks = Mapping[str, Any]
PEER = Path(__file__).parent / "yjs_peer.mjs"


class Peer(Protocol):
    """One writer. Each edit gives the updates that it made."""

    def texts(self) -> list[str]: ...
    def insert(self, block: int, at: int, words: str, marks: Marks) -> list[bytes]: ...
    def delete(self, block: int, at: int, end: int) -> list[bytes]: ...
    def format(self, block: int, at: int, end: int, marks: Marks) -> list[bytes]: ...
    def attribute(self, block: int, name: str, value: int) -> list[bytes]: ...
    def add_block(self, at: int, name: str) -> list[bytes]: ...
    def remove_block(self, at: int) -> list[bytes]: ...
    def apply(self, update: bytes) -> list[bytes]: ...
    def vector(self) -> bytes: ...
    def diff(self, vector: bytes) -> bytes: ...
    def view(self) -> list[Any]: ...


def squashed(runs: list[Run]) -> list[Run]:
    """Neighbours with the same marks as one: where a mark began and ended at once, replicas may cut differently."""
    out: list[Run] = []
    for text, marks in runs:
        kept = {name: value for name, value in marks.items() if value is not None}
        if out and out[-1][1] == kept:
            out[-1] = (out[-1][0] + text, kept)
        else:
            out.append((text, kept))
    return out


def tree(node: Element | Text) -> Any:
    """The whole tree, whatever stands in it, as `yjs_peer.mjs` gives it."""
    if isinstance(node, Text):
        return [[text, marks] for text, marks in squashed(node.runs())]
    return [node.name, node.attributes(), [tree(child) for child in node.children()]]


def squashed_tree(node: Any) -> Any:
    """Yjs's tree with its texts' runs squashed."""
    if len(node) == 3 and isinstance(node[0], str) and isinstance(node[2], list):
        return [node[0], node[1], [squashed_tree(child) for child in node[2]]]
    return [[text, marks] for text, marks in squashed([(text, marks) for text, marks in node])]


class Ours:
    """The server's replica, with a client id that a failing plan can be repeated with."""

    def __init__(self, client: int) -> None:
        self.replica = Replica()
        self.replica._doc = pycrdt.Doc(client_id=client)

    def _block(self, index: int) -> Element:
        block = self.replica.root().children()[index]
        assert isinstance(block, Element)
        return block

    def _text(self, index: int) -> Text:
        text = self._block(index).children()[0]
        assert isinstance(text, Text)
        return text

    def _made(self) -> list[bytes]:
        made = self.replica.take_edits()
        return [] if made is None else [made]

    def texts(self) -> list[str]:
        return [str(self._text(index)) for index in range(len(self.replica.root().children()))]

    def insert(self, block: int, at: int, words: str, marks: Marks) -> list[bytes]:
        self._text(block).insert(at, words, marks)
        return self._made()

    def delete(self, block: int, at: int, end: int) -> list[bytes]:
        self._text(block).delete(at, end)
        return self._made()

    def format(self, block: int, at: int, end: int, marks: Marks) -> list[bytes]:
        self._text(block).format(at, end, marks)
        return self._made()

    def attribute(self, block: int, name: str, value: int) -> list[bytes]:
        self._block(block).set(name, value)
        return self._made()

    def add_block(self, at: int, name: str) -> list[bytes]:
        with self.replica.edit():
            self.replica.root().insert_element(at, name, {}).insert_text(0)
        return self._made()

    def remove_block(self, at: int) -> list[bytes]:
        self.replica.root().remove(at)
        return self._made()

    def apply(self, update: bytes) -> list[bytes]:
        self.replica.apply(update)
        return []

    def vector(self) -> bytes:
        return self.replica.state_vector()

    def diff(self, vector: bytes) -> bytes:
        return self.replica.diff(vector)

    def view(self) -> list[Any]:
        blocks = [self._block(index) for index in range(len(self.replica.root().children()))]
        return [(b.name, b.attributes(), squashed(self._text(i).runs())) for i, b in enumerate(blocks)]


class Yjs:
    """Yjs itself, in Node."""

    def __init__(self) -> None:
        self._node = subprocess.Popen(["node", str(PEER)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, do: str, **fields: Any) -> dict[str, Any]:
        assert self._node.stdin
        assert self._node.stdout
        self._node.stdin.write(json.dumps({"do": do, **fields}) + "\n")
        self._node.stdin.flush()
        answer: dict[str, Any] = json.loads(self._node.stdout.readline())
        assert "error" not in answer, answer["error"]
        return answer

    def begin(self, client: int) -> None:
        self.ask("begin", client=client)

    def close(self) -> None:
        with self._node:
            assert self._node.stdin
            self._node.stdin.close()
            self._node.wait(10)

    def _edit(self, edit: str, /, **fields: Any) -> list[bytes]:
        return self._made("edit", edit=edit, **fields)

    def _made(self, do: str, **fields: Any) -> list[bytes]:
        return [bytes.fromhex(update) for update in self.ask(do, **fields)["updates"]]

    def _span(self, block: int, at: int, end: int) -> tuple[int, int]:
        text = self.texts()[block]
        start = units.to_utf16(text, at)
        return start, units.to_utf16(text, end) - start

    def texts(self) -> list[str]:
        return ["".join(text for text, _ in runs) for _, _, runs in self.view()]

    def insert(self, block: int, at: int, words: str, marks: Marks) -> list[bytes]:
        return self._edit("insert", block=block, at=self._span(block, at, at)[0], words=words, marks=marks)

    def delete(self, block: int, at: int, end: int) -> list[bytes]:
        start, length = self._span(block, at, end)
        return self._edit("delete", block=block, at=start, length=length)

    def format(self, block: int, at: int, end: int, marks: Marks) -> list[bytes]:
        start, length = self._span(block, at, end)
        return self._edit("format", block=block, at=start, length=length, marks=marks)

    def attribute(self, block: int, name: str, value: int) -> list[bytes]:
        return self._edit("attribute", block=block, name=name, value=value)

    def add_block(self, at: int, name: str) -> list[bytes]:
        return self._edit("block", at=at, name=name)

    def remove_block(self, at: int) -> list[bytes]:
        return self._edit("remove", at=at)

    def apply(self, update: bytes) -> list[bytes]:
        return self._made("apply", update=update.hex())

    def vector(self) -> bytes:
        return bytes.fromhex(self.ask("vector")["update"])

    def diff(self, vector: bytes) -> bytes:
        return bytes.fromhex(self.ask("diff", vector=vector.hex())["update"])

    def view(self) -> list[Any]:
        answer = self.ask("view")
        assert not answer["pending"], "Yjs waits for something that it lacks"
        return [
            (b["name"], b["attributes"], squashed([(text, marks) for text, marks in b["runs"]]))
            for b in answer["blocks"]
        ]
