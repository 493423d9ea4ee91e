"""The server's schema is the front end's: `static/src/editor/content.test.ts` describes that one in the vector."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from editor.room.schema import MARKS, NODES

VECTOR: dict[str, Any] = json.loads((Path(__file__).parents[1] / "vectors" / "schema.json").read_text())
THEIRS = {name: node for name, node in VECTOR["nodes"].items() if name not in {"doc", "text"}}


def test_both_know_the_same_nodes_with_the_same_content() -> None:
    assert {name: node["content"] for name, node in THEIRS.items()} == {
        name: node.content.value for name, node in NODES.items()
    }
    assert {name for name, node in THEIRS.items() if node["inline"]} == {
        name for name, node in NODES.items() if node.group == "inline"
    }


def test_both_know_the_same_attributes() -> None:
    assert {name: set(node["attributes"]) for name, node in THEIRS.items()} == {
        name: set(node.attributes) for name, node in NODES.items()
    }


def test_the_server_allows_every_default_that_the_front_end_writes() -> None:
    for name, node in THEIRS.items():
        for attribute, value in node["attributes"].items():
            assert value is None or NODES[name].attributes[attribute](value), (name, attribute)


def test_both_know_the_same_marks_nested_in_the_same_order() -> None:
    assert VECTOR["mark_order"] == list(MARKS)
    assert {name: set(mark["attributes"]) for name, mark in VECTOR["marks"].items()} == {
        name: set(rules) for name, rules in MARKS.items()
    }
