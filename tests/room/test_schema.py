"""What a document may hold."""

from __future__ import annotations

import pytest

from editor.room.schema import attribute_allowed, mark_allowed, node_allowed, safe_url

ID = "0f8fad5b-d9cb-469f-a165-70867728950e"


@pytest.mark.parametrize(
    "url",
    ["https://example.com/a?b=c#d", "HTTP://example.com", "mailto:ada@example.com", "/documents/1", "#top", "?a=b:c"],
)
def test_a_link_may_lead_to_the_web_to_mail_and_within_the_site(url: str) -> None:
    assert safe_url(url)


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java\nscript:alert(1)",
        " javascript:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "https://a b",
        "a/b",
        "x" * 3000,
        None,
        3,
    ],
)
def test_no_link_runs_a_script_or_leads_astray(url: object) -> None:
    assert not safe_url(url)


@pytest.mark.parametrize(
    ("name", "value", "node"),
    [
        ("level", 1, "heading"),
        ("level", 6.0, "heading"),
        ("id", "a-B_9", "paragraph"),
        ("start", 3, "orderedList"),
        ("type", "a", "orderedList"),
        ("language", "c++", "codeBlock"),
        ("colwidth", [100, 20], "tableCell"),
        ("colwidth", None, "tableHeader"),
        ("level", 2, None),
    ],
)
def test_attributes_of_the_schema_are_allowed(name: str, value: object, node: str | None) -> None:
    assert attribute_allowed(name, value, node)


@pytest.mark.parametrize(
    ("name", "value", "node"),
    [
        ("level", 7, "heading"),
        ("level", 0, "heading"),
        ("level", 1.5, "heading"),
        ("level", True, "heading"),
        ("level", float("nan"), "heading"),
        ("level", float("inf"), "heading"),
        ("level", "1", "heading"),
        ("level", 1, "paragraph"),
        ("onclick", "x", "paragraph"),
        ("id", "a b", "paragraph"),
        ("id", {"a": 1}, "paragraph"),
        ("colspan", 10**9, "tableCell"),
        ("colwidth", ["x"], "tableCell"),
        ("style", "x", None),
        ("language", 'x" onload="', "codeBlock"),
    ],
)
def test_other_attributes_and_values_are_not(name: str, value: object, node: str | None) -> None:
    assert not attribute_allowed(name, value, node)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("bold", {}),
        ("bold", None),
        ("bold--a1B2c3D4", {}),
        ("link", {"href": "https://a.example", "target": "_blank", "rel": "noopener", "class": None}),
        ("suggestion", {"ids": f"{ID} {ID}"}),
    ],
)
def test_marks_of_the_schema_are_allowed(name: str, value: object) -> None:
    assert mark_allowed(name, value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("blink", {}),
        ("bold", {"style": "x"}),
        ("bold", True),
        ("bold--", {}),
        ("link", {}),
        ("link", {"href": "javascript:x"}),
        ("suggestion", {"ids": "x"}),
        ("suggestion", {}),
    ],
)
def test_other_marks_are_not(name: str, value: object) -> None:
    assert not mark_allowed(name, value)


def test_nodes_are_known_by_name() -> None:
    assert node_allowed("tableHeader")
    assert not node_allowed("script")
