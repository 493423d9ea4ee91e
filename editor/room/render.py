"""A document as escaped HTML with the tags that the editor itself renders, and as plain text."""

from __future__ import annotations

from html import escape
from typing import Any

from editor.room.blocks import Block, blocks
from editor.room.delta import Delta, Run, base_name
from editor.room.replica import Element, Replica, Text
from editor.room.schema import LINK_DEFAULTS, MARKS, SUGGESTION, TEXTBLOCKS, safe_url

_TAGS = {
    "paragraph": "p",
    "bulletList": "ul",
    "listItem": "li",
    "blockquote": "blockquote",
    "tableRow": "tr",
    "table": "table",
    "codeBlock": "pre",
    "horizontalRule": "hr",
}
_MARK_TAGS = {"bold": "strong", "italic": "em", "strike": "s", "underline": "u", "code": "code"}


def html(replica: Replica) -> str:
    """The whole document. Everything that came from people is escaped, and only addresses of the schema are links."""
    return "".join(_node(child) for child in replica.root().children() if isinstance(child, Element))


def text(replica: Replica) -> str:
    """The document's words, a line for each textblock; a hard break is a line break too."""
    return "\n".join(block.text().replace("\ufffc", "\n") for block in blocks(replica))


def _node(node: Element) -> str:
    if node.name == "hardBreak":
        return "<br>"
    inner, attributes = _children(node), node.attributes()
    tag, shown = _tag(node.name, attributes)
    if not tag:
        return inner  # a node that this version does not know: its words are shown all the same
    start = f"<{tag}{_attributes({**shown, 'data-block': attributes.get('id')})}>"
    match node.name:
        case "horizontalRule":
            return start
        case "codeBlock":
            language = attributes.get("language")
            return f"{start}<code{_attributes({'class': language and f'language-{language}'})}>{inner}</code></pre>"
        case "table":
            return f"{start}<tbody>{inner}</tbody></table>"
    return f"{start}{inner}</{tag}>"


def _tag(name: str, attributes: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """A node's element and the attributes that show there, those with their usual value left out."""
    match name:
        case "heading":
            level = attributes.get("level")
            return (f"h{level}" if level in range(1, 7) else "h1"), {}
        case "orderedList":
            start, kind = attributes.get("start", 1), attributes.get("type")
            return "ol", {"start": start if start != 1 else None, "type": kind if kind != "1" else None}
        case "tableCell" | "tableHeader":
            spans = {name: attributes.get(name) for name in ("colspan", "rowspan") if attributes.get(name, 1) != 1}
            return ("td" if name == "tableCell" else "th"), spans
    return _TAGS.get(name, ""), {}


def _children(node: Element) -> str:
    if node.name in TEXTBLOCKS:
        return _inline(Block(0, node, None).delta())
    return "".join(_node(child) if isinstance(child, Element) else _inline_of(child) for child in node.children())


def _inline_of(text: Text) -> str:
    return _inline([Run(words, marks) for words, marks in text.runs()])


def _inline(delta: Delta) -> str:
    """Runs with their marks nested in the schema's order, a mark that neighbours share in one element."""
    result = ""
    open_marks: list[tuple[str, Any]] = []
    for run in (*delta, Run("")):
        wanted = _ordered(run)
        common = 0
        while common < min(len(wanted), len(open_marks)) and wanted[common] == open_marks[common]:
            common += 1
        result += "".join(f"</{_mark_tag(name)}>" for name, _ in reversed(open_marks[common:]))
        result += "".join(f"<{_mark_tag(name)}{_mark_attributes(name, value)}>" for name, value in wanted[common:])
        result += _leaf(run.leaf) if run.leaf else escape(run.text, quote=False)
        open_marks = wanted
    return result


def _ordered(run: Run) -> list[tuple[str, Any]]:
    marks = {base_name(name): value for name, value in run.marks.items()}
    return [(name, marks[name]) for name in MARKS if name in marks and name != SUGGESTION]


def _leaf(name: str) -> str:
    return "<br>" if name == "hardBreak" else ""


def _mark_tag(name: str) -> str:
    return "a" if name == "link" else _MARK_TAGS[name]


def _mark_attributes(name: str, value: Any) -> str:
    if name != "link":
        return ""
    href = (value or {}).get("href")
    shown = {"target": LINK_DEFAULTS["target"], "rel": LINK_DEFAULTS["rel"], "href": href if safe_url(href) else ""}
    return _attributes(shown)


def _attributes(values: dict[str, Any]) -> str:
    return "".join(f' {name}="{escape(str(value))}"' for name, value in values.items() if value is not None)
