"""Markdown to content and back: inline text as runs, documents as nodes to write, blocks as the model reads them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

from editor.room.blocks import Block, write_runs
from editor.room.delta import LEAF, Delta, Marks, Run, base_name, joined
from editor.room.replica import Element, Replica
from editor.room.schema import LINK_DEFAULTS, MARKS, safe_url

HARD_BREAK = Run(LEAF, {}, "hardBreak")

_MARKS_BY_TOKEN = {"strong": "bold", "em": "italic", "s": "strike"}
_NODES_BY_TOKEN = {
    "paragraph": "paragraph",
    "heading": "heading",
    "bullet_list": "bulletList",
    "ordered_list": "orderedList",
    "list_item": "listItem",
    "blockquote": "blockquote",
    "table": "table",
    "tr": "tableRow",
    "th": "tableHeader",
    "td": "tableCell",
}


def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": True}).enable(["strikethrough", "table"]).disable("html_block")


@dataclass(slots=True)
class Node:
    """A block to be written: its children are nodes, or, in a textblock, `runs`."""

    name: str
    attributes: dict[str, Any] = field(default_factory=dict)
    children: list[Node] = field(default_factory=list)
    runs: Delta = field(default_factory=list)


def link(href: str) -> Marks:
    """A link mark as the front end stores it, or none for an address that is not allowed."""
    return {"link": {"href": href, **LINK_DEFAULTS}} if safe_url(href) else {}


def inline(text: str) -> Delta:
    """The runs of inline Markdown. Paragraphs and lines that end in a hard break are joined by a hard break."""
    result: Delta = []
    for number, paragraph in enumerate(re.split(r"\n[ \t]*\n\s*", text.strip("\n"))):
        if number:
            result.append(HARD_BREAK)
        for token in _parser().parseInline(paragraph):
            result += _runs(token.children or [])
    return joined(result)


def _runs(tokens: Sequence[Token]) -> Delta:
    result: Delta = []
    marks: dict[str, Any] = {}
    for token in tokens:
        kind = token.type.removesuffix("_open").removesuffix("_close")
        if kind in _MARKS_BY_TOKEN or kind == "link" or token.content in ("<u>", "</u>"):
            marks = _marks_after(token, kind, marks)
        elif token.type == "hardbreak" or (token.type == "html_inline" and token.content == "<br>"):
            result.append(HARD_BREAK)
        elif token.type == "softbreak":
            result.append(Run(" ", marks))
        elif token.type == "code_inline":
            result.append(Run(token.content, {**marks, "code": {}}))
        else:
            result.append(Run(token.content, marks))
    return joined(result)


def _marks_after(token: Token, kind: str, marks: dict[str, Any]) -> dict[str, Any]:
    name = "underline" if token.type == "html_inline" else _MARKS_BY_TOKEN.get(kind, "link")
    if token.type.endswith("_close") or token.content == "</u>":
        return {key: value for key, value in marks.items() if key != name}
    if name == "link":
        return {**marks, **link(str(token.attrGet("href") or ""))}
    return {**marks, name: {}}


def parse(text: str) -> list[Node]:
    """The blocks of a Markdown document; what the schema does not know becomes text."""
    root = Node("doc")
    open_nodes = [root]
    for token in _parser().parse(text):
        kind = token.type.removesuffix("_open").removesuffix("_close")
        parent = open_nodes[-1]
        if token.type == "inline":
            _put_inline(parent, _runs(token.children or []))
        elif token.type in ("fence", "code_block"):
            parent.children.append(_code_block(token))
        elif token.type == "hr":
            parent.children.append(Node("horizontalRule"))
        elif kind in _NODES_BY_TOKEN and token.nesting == 1:
            node = Node(_NODES_BY_TOKEN[kind], _attributes(token, kind))
            parent.children.append(node)
            open_nodes.append(node)
        elif kind in _NODES_BY_TOKEN and token.nesting == -1:
            _complete(open_nodes.pop())
    return root.children


def _complete(node: Node) -> None:
    """A list item begins with a paragraph, and a quotation holds a block: the editor drops what has none."""
    first = node.children[0].name if node.children else None
    if (node.name == "listItem" and first != "paragraph") or (node.name == "blockquote" and first is None):
        node.children.insert(0, Node("paragraph"))


def _put_inline(parent: Node, runs: Delta) -> None:
    if parent.name in ("tableHeader", "tableCell"):
        parent.children.append(Node("paragraph", runs=runs))
    else:
        parent.runs = runs


def _code_block(token: Token) -> Node:
    language = token.info.split()[0] if token.info.strip() else None
    code = token.content.removesuffix("\n")
    return Node("codeBlock", {"language": language} if language else {}, runs=[Run(code)] if code else [])


def _attributes(token: Token, kind: str) -> dict[str, Any]:
    if kind == "heading":
        return {"level": int(token.tag[1])}
    if kind == "ordered_list":
        return {"start": int(token.attrGet("start") or 1)}
    if kind in ("th", "td"):
        return {"colspan": 1, "rowspan": 1}
    return {}


def write(replica: Replica, nodes: Iterable[Node], new_id: Callable[[], str] | None = None) -> None:
    """Append the nodes to the document; textblocks get ids where `new_id` is given."""
    with replica.edit():
        _write(replica.root(), nodes, new_id)


def _write(parent: Element, nodes: Iterable[Node], new_id: Callable[[], str] | None) -> None:
    for index, node in enumerate(nodes, start=len(parent.children())):
        attributes = dict(node.attributes)
        if new_id is not None and not node.children and node.name in ("paragraph", "heading", "codeBlock"):
            attributes["id"] = new_id()
        element = parent.insert_element(index, node.name, attributes)
        write_runs(element, 0, node.runs)
        _write(element, node.children, new_id)


_SIGNS: Mapping[str, tuple[str, str]] = {
    "bold": ("**", "**"),
    "italic": ("*", "*"),
    "strike": ("~~", "~~"),
    "underline": ("<u>", "</u>"),
}


def from_runs(delta: Iterable[Run]) -> str:
    """Inline Markdown of a delta; spaces at the ends of a marked run stand outside its signs."""
    result = ""
    open_names: list[tuple[str, Any]] = []
    for run in (*delta, Run("")):
        wanted = _ordered(run.marks)
        common = 0
        while common < min(len(wanted), len(open_names)) and wanted[common] == open_names[common]:
            common += 1
        space = result[len(result.rstrip(" ")) :] if common < len(open_names) else ""
        result = result[: len(result) - len(space)]
        result += "".join(_close(mark) for mark in reversed(open_names[common:])) + space
        lead = len(run.text) - len(run.text.lstrip(" ")) if common < len(wanted) else 0
        result += run.text[:lead] + "".join(_open(mark) for mark in wanted[common:]) + _body(run, run.text[lead:])
        open_names = wanted
    return result


def _ordered(marks: Marks) -> list[tuple[str, Any]]:
    """The marks that Markdown has, in the schema's order; code is written with the text."""
    by_name = {base_name(name): value for name, value in marks.items()}
    return [(name, by_name[name]) for name in MARKS if name in by_name and (name in _SIGNS or name == "link")]


def _open(mark: tuple[str, Any]) -> str:
    return "[" if mark[0] == "link" else _SIGNS[mark[0]][0]


def _close(mark: tuple[str, Any]) -> str:
    if mark[0] != "link":
        return _SIGNS[mark[0]][1]
    href = str((mark[1] or {}).get("href") or "")
    return f"](<{href}>)" if re.search(r"[\s()<>]", href) else f"]({href})"


def _body(run: Run, text: str) -> str:
    if run.leaf:
        return "\\\n" if run.leaf == "hardBreak" else "\n"
    if "code" in (base_name(name) for name in run.marks) and text.strip():
        ticks = "`" * (1 + max((len(found) for found in re.findall("`+", text)), default=0))
        pad = " " if text.startswith("`") or text.endswith("`") else ""
        return f"{ticks}{pad}{text}{pad}{ticks}"
    return re.sub(r"([\\`*_\[\]<~&])", r"\\\1", text)


def document(replica: Replica) -> str:
    """The whole document as Markdown, for a model to read."""
    return "\n\n".join(part for part in (_block(child) for child in replica.root().children()) if part)


def _block(node: object) -> str:
    if not isinstance(node, Element):
        return ""
    if node.name in _LAYOUTS:
        return _LAYOUTS[node.name](node)
    parts = [_block(child) for child in node.children()]
    return "\n\n".join(part for part in parts if part)


def _inline_of(node: Element) -> str:
    return from_runs(Block(0, node, None).delta())


def _items(node: Element) -> str:
    start = node.attributes().get("start", 1)
    lines = []
    for number, child in enumerate(node.children()):
        marker = f"{start + number}. " if node.name == "orderedList" else "- "
        lines.append(marker + _block(child).replace("\n", "\n" + " " * len(marker)))
    return "\n".join(lines)


def _table(node: Element) -> str:
    rows = [[_block(cell).replace("\n", " ") for cell in _elements(row)] for row in _elements(node)]
    lines = ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]
    if rows:
        lines.insert(1, "|" + " --- |" * len(rows[0]))
    return "\n".join(lines)


def _elements(node: Element) -> list[Element]:
    return [child for child in node.children() if isinstance(child, Element)]


def _code(node: Element) -> str:
    text = "".join(str(child) for child in node.children() if not isinstance(child, Element))
    fence = "`" * max(3, 1 + max((len(found) for found in re.findall("`+", text)), default=0))
    return f"{fence}{node.attributes().get('language') or ''}\n{text}\n{fence}"


def _quote(node: Element) -> str:
    inner = "\n\n".join(_block(child) for child in node.children())
    return "\n".join(f"> {line}".rstrip() for line in inner.split("\n"))


_LAYOUTS: Mapping[str, Callable[[Element], str]] = {
    "paragraph": _inline_of,
    "heading": lambda node: "#" * int(node.attributes().get("level", 1)) + " " + _inline_of(node),
    "codeBlock": _code,
    "bulletList": _items,
    "orderedList": _items,
    "blockquote": _quote,
    "horizontalRule": lambda node: "---",
    "table": _table,
}
