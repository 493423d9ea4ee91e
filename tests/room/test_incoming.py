"""What an update may bring: the schema's nodes, marks and attributes, in the one root."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pycrdt
import pytest

from editor.room import anchor, blocks, markdown
from editor.room.replica import Replica
from editor.room.schema import VOCABULARY, check
from editor.wire.places import Places
from editor.wire.update import decode_update

ID = "00000000-0000-4000-8000-000000000001"


def update_of(edit: Callable[[Any], object]) -> bytes:
    """The update of an edit that a client of its own making does on the document's root."""
    doc: pycrdt.Doc[Any] = pycrdt.Doc()
    root = doc.get("content", type=pycrdt.XmlFragment)
    edit(root)
    return doc.get_update()


def brings(update: bytes, *suggestions: str, to: bytes = b"\0\0") -> str | None:
    """What is not allowed in an update of a document."""
    places = Places(VOCABULARY)
    places.add(decode_update(to))
    read = decode_update(update)
    return check(read, places.add(read), suggestions)


def problem(edit: Callable[[Any], object]) -> str | None:
    return brings(update_of(edit))


def test_a_whole_document_is_allowed_with_its_suggestions_alone() -> None:
    replica = Replica()
    source = (
        "# T\n\na **b** [c](https://a.example)\\\nd\n\n- e\n\n3. f\n\n"
        "> g\n\n---\n\n```py\nh\n```\n\n| i |\n|---|\n| j |"
    )
    markdown.write(replica, markdown.parse(source), lambda: "id")
    assert brings(replica.state()) is None
    anchor.put_mark(anchor.whole(blocks.blocks(replica)[0]), ID)
    assert brings(replica.state(), ID) is None
    assert brings(replica.state()) == "a mark of a suggestion that does not exist"


def test_several_values_of_an_attribute_come_deleted() -> None:
    """Yjs joins those that it keeps for undo. Of living ones it forgets the first, and throws when the block goes."""
    heading = bytes.fromhex("01014d00070107636f6e74656e74030768656164696e6700")
    values = bytes.fromhex("01014d0128004d00056c6576656c027d017d02")
    client = b"\x01\x4d"
    assert brings(values + client + b"\x01\x01\x02", to=heading) is None
    assert brings(values + client + b"\x02\x01\x01\x02\x01", to=heading) is None
    for deletes in (b"\0", client + b"\x01\x01\x01", client + b"\x01\x02\x01"):
        assert brings(values + deletes, to=heading) == "several values of one attribute at a time"
    assert brings(bytes.fromhex("01014d0128004d00056c6576656c017d0100"), to=heading) is None


def test_deleting_and_changing_an_attribute_is_allowed() -> None:
    replica = Replica()
    markdown.write(replica, markdown.parse("# T"))
    before, state = replica.state_vector(), replica.state()
    block = blocks.blocks(replica)[0]
    block.element.set("level", 2)
    blocks.delete(block.element, 0, 1)
    assert brings(replica.diff(before), to=state) is None


def test_a_replaced_attribute_has_a_value_that_this_attribute_may_have() -> None:
    replica = Replica()
    markdown.write(replica, markdown.parse("# T"))
    before, state = replica.state_vector(), replica.state()
    blocks.blocks(replica)[0].element.set("level", "x onload=1")
    assert brings(replica.diff(before), to=state) == "an attribute that the schema does not have"


def _text(root: Any, marks: dict[str, Any] | None = None) -> Any:
    root.children.append(pycrdt.XmlElement("paragraph"))
    root.children[0].children.append(pycrdt.XmlText())
    text = root.children[0].children[0]
    text.insert(0, "words", marks or {})
    return text


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (lambda root: root.children.append(pycrdt.XmlElement("script")), "a node that the schema does not have"),
        (lambda root: root.children.append(pycrdt.XmlElement("tableRow")), "a part of a block outside of one"),
        (lambda root: root.children.append(pycrdt.XmlText("x")), "text outside of blocks"),
        (
            lambda root: root.children.append(pycrdt.XmlElement("paragraph", {"onclick": "x"})),
            "an attribute that the schema does not have",
        ),
        (
            lambda root: root.children.append(pycrdt.XmlElement("heading", {"level": "9"})),
            "an attribute that the schema does not have",
        ),
        (lambda root: _text(root, {"blink": {}}), "a mark that the schema does not have"),
        (lambda root: _text(root, {"link": {"href": "javascript:x"}}), "a mark that the schema does not have"),
        (lambda root: _text(root).insert(0, "a\0b"), "a character that no database takes"),
        (lambda root: _text(root).insert_embed(0, {"image": "x"}), "content of a kind that no document has"),
        (
            lambda root: root.doc.get("other", type=pycrdt.Text).insert(0, "x"),
            "a root that no document has",
        ),
        (
            lambda root: root.doc.get("runs", type=pycrdt.Map).__setitem__("a", 1),
            "a root that no document has",
        ),
    ],
)
def test_what_the_schema_does_not_have_is_named(edit: Callable[[Any], object], words: str) -> None:
    assert problem(edit) == words
