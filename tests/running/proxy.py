"""Proxies in front of a server: one speaks TLS, one cuts every connection after a while, one hangs when told to."""

from __future__ import annotations

import asyncio
import os
import signal
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.running.ports import free_port, until
from tests.running.process import Process, bare_environment

CHUNK = 16 * 1024
FOR_EVER = 1e6


@contextmanager
def tls_in_front(port: int, folder: Path) -> Iterator[str]:
    """The https address under which the server on `port` is reached, with a certificate that nobody knows."""
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    make = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"]
    subprocess.run([*make, "-keyout", str(key), "-out", str(certificate)], check=True, capture_output=True)
    with _proxy(port, folder, FOR_EVER, str(certificate), str(key)) as own:
        yield f"https://127.0.0.1:{own}"


@contextmanager
def cutting_proxy(port: int, folder: Path, seconds: float) -> Iterator[str]:
    """The address of a proxy that cuts every connection, without a word, when it is so old."""
    with _proxy(port, folder, seconds) as own:
        yield f"http://127.0.0.1:{own}"


class Proxy(Process):
    """Stopped, it takes every connection with it; started again it has the same port."""

    def __init__(self, port: int, folder: Path, seconds: float = FOR_EVER, *certificate: str) -> None:
        self.port = free_port()
        command = [sys.executable, "-m", "tests.running.proxy", str(self.port), str(port), str(seconds), *certificate]
        super().__init__(command, folder / "proxy.log", bare_environment())

    def start(self) -> None:
        super().start()
        until("the proxy to listen", lambda: "listening" in self.printed())

    def hang(self) -> None:
        """Connections are made and stay open, and nothing comes through, until it is to `go_on`."""
        os.kill(self.pid, signal.SIGSTOP)

    def go_on(self) -> None:
        os.kill(self.pid, signal.SIGCONT)


@contextmanager
def _proxy(port: int, folder: Path, seconds: float, *certificate: str) -> Iterator[int]:
    proxy = Proxy(port, folder, seconds, *certificate)
    proxy.start()
    try:
        yield proxy.port
    finally:
        proxy.stop()


async def serve(own: int, port: int, seconds: float, *certificate: str) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH) if certificate else None
    if context:
        context.load_cert_chain(*certificate)

    async def joined(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        up_reader, up_writer = await asyncio.open_connection("127.0.0.1", port)
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await asyncio.gather(_pass_on(reader, up_writer), _pass_on(up_reader, writer))
        for end in (writer, up_writer):
            end.transport.abort()

    server = await asyncio.start_server(joined, "127.0.0.1", own, ssl=context)
    print("listening", flush=True)  # noqa: T201
    await server.serve_forever()


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError, ssl.SSLError):
        while chunk := await reader.read(CHUNK):
            writer.write(chunk)
            await writer.drain()
    writer.close()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), *sys.argv[4:]))
