"""A document as escaped HTML with the tags that the editor itself renders, and as plain text."""

from __future__ import annotations

from html import escape
from typing import Any

from editor.room.blocks import blocks
from editor.room.delta import Run, base_name
from editor.room.replica import Element, Replica
from editor.room.schema import LINK_DEFAULTS, MARKS, SUGGESTION, safe_url

_TAGS = {
    "paragraph": "p",
    "bulletList": "ul",
    "listItem": "li",
    "blockquote": "blockquote",
    "tableRow": "tr",
}
_MARK_TAGS = {"bold": "strong", "italic": "em", "strike": "s", "underline": "u", "code": "code"}


def html(replica: Replica) -> str:
    """The whole document. Everything that came from people is escaped, and only addresses of the schema are links."""
    return "".join(_node(child) for child in replica.root().children() if isinstance(child, Element))


def text(replica: Replica) -> str:
    """The document's words, a line for each textblock; a hard break is a line break too."""
    return "\n".join(block.text().replace("\ufffc", "\n") for block in blocks(replica))


def _node(node: Element) -> str:
    inner = _children(node)
    attributes = node.attributes()
    match node.name:
        case "heading":
            level = attributes.get("level")
            tag = f"h{level}" if level in range(1, 7) else "h1"
            return f"<{tag}>{inner}</{tag}>"
        case "codeBlock":
            language = attributes.get("language")
            return (
                f"<pre><code{_attributes({'class': f'language-{language}' if language else None})}>{inner}</code></pre>"
            )
        case "orderedList":
            start, kind = attributes.get("start", 1), attributes.get("type")
            shown = {"start": start if start != 1 else None, "type": kind if kind != "1" else None}
            return f"<ol{_attributes(shown)}>{inner}</ol>"
        case "horizontalRule":
            return "<hr>"
        case "hardBreak":
            return "<br>"
        case "table":
            return f"<table><tbody>{inner}</tbody></table>"
        case "tableCell" | "tableHeader":
            tag = "td" if node.name == "tableCell" else "th"
            spans = {name: attributes.get(name) for name in ("colspan", "rowspan") if attributes.get(name, 1) != 1}
            return f"<{tag}{_attributes(spans)}>{inner}</{tag}>"
        case name if name in _TAGS:
            return f"<{_TAGS[name]}>{inner}</{_TAGS[name]}>"
    return inner  # a node that this version does not know: its words are shown all the same


def _children(node: Element) -> str:
    result = ""
    for child in node.children():
        if isinstance(child, Element):
            result += _node(child)
        else:
            result += "".join(_run(Run(words, marks)) for words, marks in child.runs())
    return result


def _run(run: Run) -> str:
    marks = {base_name(name): value for name, value in run.marks.items()}
    result = escape(run.text, quote=False)
    for name in reversed(list(MARKS)):
        if name in marks and name != SUGGESTION:
            result = _mark(name, marks[name], result)
    return result


def _mark(name: str, value: Any, inner: str) -> str:
    if name != "link":
        return f"<{_MARK_TAGS[name]}>{inner}</{_MARK_TAGS[name]}>"
    href = (value or {}).get("href")
    shown = {"target": LINK_DEFAULTS["target"], "rel": LINK_DEFAULTS["rel"], "href": href if safe_url(href) else ""}
    return f"<a{_attributes(shown)}>{inner}</a>"


def _attributes(values: dict[str, Any]) -> str:
    return "".join(f' {name}="{escape(str(value))}"' for name, value in values.items() if value is not None)
