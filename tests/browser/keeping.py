"""What a browser has kept of documents, and a server's rows changed behind its back while it is down."""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pycrdt
from playwright.sync_api import BrowserContext, Dialog, Page, WebSocketRoute

from editor.room.replica import Replica
from tests.running.server import Server

NAMES = "async () => (await indexedDB.databases()).map((each) => each.name).filter((name) => /^scriptorium/.test(name))"
STANDS = "() => window.scriptorium?.editor"


NOTED = """async ([name, unsaved]) => {
  const answer = (request) => new Promise((resolve) => { request.onsuccess = () => resolve(request.result); });
  const database = await answer(indexedDB.open(name));
  const custom = database.transaction("custom").objectStore("custom");
  const notes = await answer(custom.getAll(IDBKeyRange.bound("unsaved:", "unsaved:~")));
  database.close();
  return notes.includes(unsaved);
}"""


def until_stored(page: Page, document: uuid.UUID, unsaved: int, kind: str = "person") -> None:
    """The browser has written what the tab told it last: a tab that is killed sooner may lose that."""
    page.wait_for_function(NOTED, arg=[copy_name(kind, me(page), document), unsaved])


def kept(page: Page, person: str = "") -> list[str]:
    """The names of the copies in this page's browser."""
    return sorted(name for name in page.evaluate(NAMES) if person in name)


def copy_name(kind: str, person: str, document: uuid.UUID, epoch: int = 1) -> str:
    return f"scriptorium/{kind}/{person}/{document}/{epoch}"


def me(page: Page) -> str:
    return str(page.evaluate("() => window.scriptorium.room.me().user"))


def open_without_a_server(context: BrowserContext, url: str) -> Page:
    """A page that came, of a server whose sockets are away."""
    page = context.new_page()
    page.route_web_socket("**/ws/**", _refuse)
    page.goto(url)
    page.wait_for_function(STANDS)
    return page


def _refuse(socket: WebSocketRoute) -> None:
    socket.close(code=1012)


def change(server: Server, sql: str, *values: object) -> None:
    """Write into the database of a server that is not running."""
    assert server.ended()
    assert isinstance(server.database.place, Path)
    with closing(sqlite3.connect(server.database.place)) as database, database:
        found = database.execute(sql, [value.hex if isinstance(value, uuid.UUID) else value for value in values])
        assert found.rowcount == 1


def stored(server: Server, document: uuid.UUID) -> bytes:
    """A document's content, as one update that is the same for the same content."""
    content = content_id(server, document)
    replica = Replica()
    for table, column in (("snapshot", "state"), ("journalrow", '"update"')):
        for (update,) in server.database.rows(
            f"SELECT {column} FROM editor_{table} WHERE crdt_id = ? ORDER BY seq", content
        ):
            replica.apply(bytes(update))
    return replica.state()


def add_callout(server: Server, document: uuid.UUID) -> None:
    """As a later version would: a node that this one does not know, in the journal of a server that is down."""
    content = content_id(server, document)
    newer: pycrdt.Doc[Any] = pycrdt.Doc()
    newer.apply_update(stored(server, document))
    before = newer.get_state()
    newer.get("content", type=pycrdt.XmlFragment).children.append(pycrdt.XmlElement("callout"))
    change(server, "UPDATE editor_crdtdocument SET seq = seq + 1 WHERE id = ?", content)
    change(
        server,
        'INSERT INTO editor_journalrow (crdt_id, seq, "update")'
        " SELECT id, seq, ? FROM editor_crdtdocument WHERE id = ?",
        newer.get_update(before),
        content,
    )


def content_id(server: Server, document: uuid.UUID) -> int:
    sql = "SELECT id FROM editor_crdtdocument WHERE document_id = ? AND kind = 'content'"
    return int(server.database.one(sql, document))


@contextmanager
def answering(page: Page, *, accept: bool) -> Iterator[list[str]]:
    """Answers what the browser asks meanwhile; the questions."""
    asked: list[str] = []

    def answer(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept() if accept else dialog.dismiss()

    page.on("dialog", answer)
    yield asked
    page.remove_listener("dialog", answer)
