"""People who keep typing while servers, stores and proxies come and go (survivors.mjs)."""

from __future__ import annotations

import json
import re
import subprocess
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.running.ports import until
from tests.running.process import ROOT

SCRIPT = Path(__file__).with_name("survivors.mjs")
EDIT = re.compile(r"<\d+\.\d+>")
PATIENCE = 180.0


class Survivors:
    def __init__(self, typing: subprocess.Popen[bytes], printed: Path) -> None:
        self._typing = typing
        self._printed = printed

    def lines(self, kind: str) -> list[str]:
        """What has been printed of a kind, whole lines only."""
        assert self._typing.poll() in (None, 0), self._printed.read_text()[-2000:]
        whole = self._printed.read_text().rpartition("\n")[0].split("\n")
        return [line.partition(" ")[2] for line in whole if line.startswith(kind + " ")]

    def acknowledged(self) -> list[str]:
        return self.lines("ack")

    def until_acknowledged(self, more: int) -> None:
        """Until so many edits more are acknowledged than now."""
        enough = len(self.acknowledged()) + more
        until(f"{enough} acknowledged edits", lambda: len(self.acknowledged()) >= enough, PATIENCE)

    def until_heard(self, kind: str, what: str, times: int) -> None:
        until(f"{times} times {kind} {what}", lambda: self.lines(kind).count(what) >= times, PATIENCE)

    def converge(self) -> str:
        """End the typing; the text that all have in the end, in which every edit stands exactly once."""
        assert self._typing.stdin
        self._typing.stdin.write(b"stop\n")
        self._typing.stdin.flush()
        until("everybody to have the same", lambda: self.lines("end"), PATIENCE)
        end = json.loads(self.lines("end")[0])
        (text,) = end["texts"]
        assert sorted(EDIT.findall(text)) == sorted(end["typed"])
        return str(text)


@contextmanager
def survivors(
    urls: Sequence[str], document: uuid.UUID, cookie: str, folder: Path, *, clients: int = 6, pause: int = 20
) -> Iterator[Survivors]:
    """Each in turn connects to the next of the http addresses."""
    sockets = [url.replace("http", "ws", 1) + "/ws/documents" for url in urls]
    plan = {"urls": sockets, "room": str(document), "cookie": cookie, "clients": clients, "pause": pause}
    printed = folder / f"survivors-{document}.txt"
    with printed.open("wb") as out:
        typing = subprocess.Popen(["node", str(SCRIPT), json.dumps(plan)], cwd=ROOT, stdin=subprocess.PIPE, stdout=out)
    try:
        yield Survivors(typing, printed)
    finally:
        typing.kill()
        typing.wait()
        if typing.stdin:
            typing.stdin.close()
