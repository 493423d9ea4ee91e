"""A provider for the tests: an HTTP server that speaks OpenAI's chat completions stream, with tool calls.

Run it as a process, `python -m tests.copilot.provider --port 0`; it prints `listening on http://127.0.0.1:PORT/v1`.
Or in a test: `async with Provider() as provider: ... provider.url`.

What it answers follows from the request alone:

* asked to write at length: LENGTH words of text that depend on the request's words, and no tool call
* the last message is a tool's result: what became of it, in a sentence
* the request has an e-mail address: it calls `invite_person` with it
* it is no question, and something is selected, or was by the turn before: `propose_edit` for each such block, with
  the `improved` text
* otherwise it says how many blocks the document and how many turns the conversation has, and the last earlier request

How it answers is set by `behaviour`, in the constructor or while it runs by `POST /behaviour` with a JSON object:

* `words_a_second` (50), `length` (400 words), `arguments_first` (the replacement before its block)
* `fail`: an HTTP status for the next `fail_times` requests (default: all)
* `hang`: "start" (headers, then nothing) or "middle" (after `hang_after` words, 5)
* `cut_after`: the connection is dropped after so many words; `cut_times` says how often (default: always)
* `key`: another key than this gets 401

`GET /requests` lists the requests: `{messages, tools, path, sent (the text), started, ended, closed_by}`, where `ended`
is in seconds of this machine's monotonic clock and `closed_by` is "client", "server" or null while it streams.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from typing import Any

EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]*\w")
AT_LENGTH = re.compile(r"\bat length\b", re.IGNORECASE)
SELECTED = re.compile(r"Selected in block (\d+)[^\n]*\n<<<[^\n]*\n(.*?)\n>>>end", re.DOTALL)
BLOCK = re.compile(r"^\[(\d+)\] \(\w+\) (.*)$", re.MULTILINE)
EARLIER = re.compile(r"<<<selected earlier\n(.*?)\n>>>end", re.DOTALL)
ASKS = re.compile(r"(.*) asks: (.*)", re.DOTALL)


@dataclass
class Behaviour:
    words_a_second: float = 50
    length: int = 400
    arguments_first: bool = False
    fail: int = 0
    fail_times: int = -1
    hang: str = ""
    hang_after: int = 5
    cut_after: int = -1
    cut_times: int = -1
    key: str = ""


@dataclass
class Recorded:
    """One request and how its answer ended."""

    path: str
    messages: list[dict[str, Any]]
    tools: list[str]
    sent: str = ""
    started: float = field(default_factory=time.monotonic)
    ended: float | None = None
    closed_by: str | None = None


@dataclass
class Answer:
    text: str = ""
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)


def improved(text: str) -> str:
    """Another text, computed from this one: each sentence begins with a capital, and its words are tidied."""
    sentences = re.split(r"(?<=[.!?])\s+", " ".join(text.split()))
    tidy = [sentence[:1].upper() + sentence[1:] for sentence in sentences if sentence]
    return " ".join([*tidy, f"({len(text.split())} words, looked through.)"])


def at_length(seed: str, words: int) -> str:
    """A long text that is different everywhere, so that a lost or doubled piece shows."""
    own = re.findall(r"\w+", seed) or ["word"]
    return " ".join(f"{own[i % len(own)].lower()}{i}" + ("." if i % 12 == 11 else "") for i in range(words))


def answer(messages: list[dict[str, Any]], behaviour: Behaviour) -> Answer:
    """What is said to a request."""
    last = messages[-1]
    if last["role"] == "tool":
        return Answer(text="Result: " + "; ".join(_results(messages)))
    users = [str(message["content"]) for message in messages if message["role"] == "user"]
    current = next((text for text in reversed(users) if ASKS.search(text)), users[-1])
    asked = ASKS.search(current)
    request = asked[2] if asked else current
    if AT_LENGTH.search(request):
        return Answer(text=at_length(request, behaviour.length))
    if email := EMAIL.search(request):
        role = next((role for role in ("viewer", "commenter", "editor") if role in request.lower()), "editor")
        return Answer(calls=[("invite_person", {"email": email[0], "role": role})])
    places = SELECTED.findall(current) or _selected_earlier(users)
    if places and "?" not in request:
        calls = [("propose_edit", {"block": int(block), "replacement": improved(text)}) for block, text in places]
        return Answer("Here is another wording.", calls)
    return Answer(text=_told(messages, users))


def _results(messages: list[dict[str, Any]]) -> list[str]:
    results = []
    for message in reversed(messages):
        if message["role"] != "tool":
            break
        content = json.loads(message["content"])
        results.append(", ".join(f"{name} {value}" for name, value in content.items() if isinstance(value, str)))
    return results[::-1]


def _selected_earlier(users: list[str]) -> list[tuple[str, str]]:
    """The block that holds what the turn before selected."""
    earlier = [text for text in users[:-1] if ASKS.search(text)]
    quotes = EARLIER.findall(earlier[-1]) if earlier else []
    blocks = [found for text in users for found in BLOCK.findall(text)]
    return [(number, text) for number, text in blocks if any(quote in text for quote in quotes)]


def _told(messages: list[dict[str, Any]], users: list[str]) -> str:
    blocks = sum(len(BLOCK.findall(text)) for text in users)
    requests = [asked[2] for text in users if (asked := ASKS.search(text))]
    before = f" The request before was: {requests[-2]}" if len(requests) > 1 else ""
    return f"The document has {blocks} blocks; this is request {len(requests)} of the conversation.{before}"


class Provider:
    """The server. `requests` grows while it runs; `url` is the base URL to give to a client."""

    def __init__(self, **behaviour: Any) -> None:
        self.behaviour = Behaviour(**behaviour)
        self.requests: list[Recorded] = []
        self.port = 0
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    async def start(self, port: int = 0) -> None:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self._server:
            self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def __aenter__(self) -> Provider:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task:
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        try:
            while request := await _read(reader):
                if not await self._serve(request, reader, writer):
                    break
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    async def _serve(self, request: Request, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Answer one request; whether the connection may be used again."""
        if request.path == "/requests":
            return await _reply(writer, 200, [asdict(recorded) for recorded in self.requests])
        if request.path == "/behaviour":
            self.behaviour = Behaviour(**json.loads(request.body))
            return await _reply(writer, 200, asdict(self.behaviour))
        if not request.path.endswith("/chat/completions"):
            return await _reply(writer, 404, _error("not found", "not_found"))
        return await self._complete(request, reader, writer)

    async def _complete(self, request: Request, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        body = json.loads(request.body)
        tools = [tool["function"]["name"] for tool in body.get("tools", [])]
        recorded = Recorded(request.path, body["messages"], tools)
        self.requests.append(recorded)
        if self.behaviour.key and request.headers.get("authorization") != f"Bearer {self.behaviour.key}":
            recorded.closed_by, recorded.ended = "server", time.monotonic()
            return await _reply(writer, 401, _error("Incorrect API key provided", "invalid_api_key"))
        if self.behaviour.fail and self.behaviour.fail_times:
            self.behaviour.fail_times -= 1
            recorded.closed_by, recorded.ended = "server", time.monotonic()
            return await _reply(writer, self.behaviour.fail, _error("failed as asked", "server_error"))
        await self._stream(body, recorded, reader, writer)
        return False

    async def _stream(
        self, body: dict[str, Any], recorded: Recorded, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Stream until the end, a cut, or until the client closes its connection, which is noted at once."""
        sending = asyncio.create_task(self._send(body, recorded, writer))
        gone = asyncio.create_task(reader.read(1))
        try:
            await asyncio.wait({sending, gone}, return_when=asyncio.FIRST_COMPLETED)
            recorded.closed_by = "server" if sending.done() and not sending.exception() else "client"
            recorded.ended = time.monotonic()
        finally:
            sending.cancel()
            gone.cancel()
            await asyncio.gather(sending, gone, return_exceptions=True)

    async def _send(self, body: dict[str, Any], recorded: Recorded, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n")
        await writer.drain()
        if self.behaviour.hang == "start":
            await asyncio.Event().wait()
        count = 0
        said = answer(body["messages"], self.behaviour)
        async for delta, text in _deltas(said, self.behaviour):
            count += 1
            if self.behaviour.hang == "middle" and count > self.behaviour.hang_after:
                await asyncio.Event().wait()
            if 0 <= self.behaviour.cut_after < count and self.behaviour.cut_times:
                self.behaviour.cut_times -= 1
                writer.transport.abort()
                return
            await _chunk(writer, body, {"delta": delta, "finish_reason": None})
            recorded.sent += text
        await _chunk(writer, body, {"delta": {}, "finish_reason": "tool_calls" if said.calls else "stop"})
        await _chunk(writer, body, None, {"prompt_tokens": 10, "completion_tokens": count, "total_tokens": 10 + count})
        writer.write(b"data: [DONE]\n\n")
        await writer.drain()


async def _deltas(said: Answer, behaviour: Behaviour) -> AsyncIterator[tuple[dict[str, Any], str]]:
    """The answer in pieces of a word, at the wanted rate."""
    pause = 1 / behaviour.words_a_second
    for word in _words(said.text):
        yield {"content": word}, word
        await asyncio.sleep(pause)
    for index, (name, arguments) in enumerate(said.calls):
        if behaviour.arguments_first:
            arguments = dict(reversed(arguments.items()))
        function = {"name": name, "arguments": ""}
        yield {"tool_calls": [{"index": index, "id": f"call_{index}", "type": "function", "function": function}]}, ""
        for word in _words(json.dumps(arguments)):
            yield {"tool_calls": [{"index": index, "function": {"arguments": word}}]}, ""
            await asyncio.sleep(pause)


def _words(text: str) -> list[str]:
    return re.findall(r"\s*\S+\s*$|\s*\S+", text)


async def _chunk(
    writer: asyncio.StreamWriter, body: dict[str, Any], choice: dict[str, Any] | None, usage: Any = None
) -> None:
    chunk = {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 0,
        "model": body.get("model", ""),
        "choices": [{"index": 0, **choice}] if choice else [],
        "usage": usage,
    }
    writer.write(b"data: " + json.dumps(chunk).encode() + b"\n\n")
    await writer.drain()


@dataclass(frozen=True)
class Request:
    path: str
    headers: dict[str, str]
    body: bytes


async def _read(reader: asyncio.StreamReader) -> Request | None:
    """One HTTP request, or None when the connection has ended."""
    head = await reader.readuntil(b"\r\n\r\n") if not reader.at_eof() else b""
    if not head:
        return None
    first, *lines = head.decode().split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)}
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return Request(first.split(" ")[1], headers, body)


def _error(message: str, code: str) -> dict[str, Any]:
    return {"error": {"message": message, "type": "error", "code": code, "param": None}}


async def _reply(writer: asyncio.StreamWriter, status: int, value: Any) -> bool:
    body = json.dumps(value).encode()
    head = f"HTTP/1.1 {status} Status\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    writer.write(head.encode() + body)
    await writer.drain()
    return True


async def _main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--behaviour", type=json.loads, default={}, help="a JSON object")
    options = parser.parse_args()
    provider = Provider(**options.behaviour)
    await provider.start(options.port)
    print(f"listening on {provider.url}", flush=True)  # noqa: T201
    await asyncio.Event().wait()


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        asyncio.run(_main())
