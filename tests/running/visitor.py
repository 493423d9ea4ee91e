"""Someone at a browser without scripts: cookies, forms, and what the pages say."""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.parse
import urllib.request
import uuid
from dataclasses import dataclass
from http.cookiejar import CookieJar
from typing import Any


@dataclass(frozen=True)
class Answer:
    status: int
    url: str
    text: str

    def json(self) -> Any:
        return json.loads(self.text)


class Visitor:
    """`server` is the server's http address. Redirects are followed."""

    def __init__(self, server: str) -> None:
        self.server = server
        self._jar = CookieJar()
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self._jar))

    def get(self, path: str) -> Answer:
        return self._open(urllib.request.Request(self._place(path)))

    def post(self, path: str, fields: dict[str, str] | None = None, *, as_json: Any = None) -> Answer:
        """A form, or JSON, with the token that a page has given in a cookie."""
        body = urllib.parse.urlencode(fields or {}).encode() if as_json is None else json.dumps(as_json).encode()
        kind = "application/x-www-form-urlencoded" if as_json is None else "application/json"
        headers = {"Content-Type": kind, "X-CSRFToken": self._token(), "Referer": self.server + "/"}
        headers["Origin"] = self.server
        return self._open(urllib.request.Request(self._place(path), data=body, headers=headers))

    def sign_in(self, link: str) -> None:
        assert self.get(link).status == 200
        assert self.post(link).status == 200

    def new_document(self) -> uuid.UUID:
        if not self._token():
            self.get("/")
        found = re.search(r"/documents/([0-9a-f-]{36})", self.post("/documents/").url)
        assert found, "a new document opens"
        return uuid.UUID(found[1])

    def link(self, document: uuid.UUID, role: str) -> str:
        """A link by which guests join with `role`."""
        self.get(f"/documents/{document}")
        answer = self.post(f"/documents/{document}/links", as_json={"role": role})
        assert answer.status == 200, answer
        return str(urllib.parse.urljoin(self.server, answer.json()["url"]))

    def guest(self, link: str) -> dict[str, Any]:
        """Join by a link as a new guest: `pass` and `user`."""
        self.get(link)
        answer = self.post(f"{link.rstrip('/')}/guest")
        assert answer.status == 200, answer
        return dict(answer.json())

    @property
    def cookie(self) -> str:
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in self._jar)

    def _token(self) -> str:
        return next((str(cookie.value) for cookie in self._jar if cookie.name.endswith("csrf")), "")

    def _place(self, path: str) -> str:
        return urllib.parse.urljoin(self.server, path)

    def _open(self, request: urllib.request.Request) -> Answer:
        try:
            with self._opener.open(request, timeout=30) as answer:
                return Answer(answer.status, answer.url, answer.read().decode())
        except urllib.error.HTTPError as refused:
            with refused:
                return Answer(refused.code, refused.url, refused.read().decode())
