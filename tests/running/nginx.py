"""nginx before some servers, configured as docs/deploy says."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.running.ports import until
from tests.running.process import ROOT, Process, bare_environment

WHOLE = """
daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx-error.log; {user}
events {{ }}
http {{
    access_log off;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    {upstream}
    server {{
        listen 127.0.0.1:{port};
        {location}
    }}
}}
"""


def documented(begins: str) -> str:
    """The block of docs/deploy that begins so."""
    blocks = re.findall(r"```nginx\n(.*?)```", (ROOT / "docs" / "deploy" / "README.md").read_text(), re.DOTALL)
    (found,) = [block for block in blocks if block.startswith(begins)]
    return str(found)


@contextmanager
def nginx(folder: Path, port: int, servers: Sequence[int], *, seconds: int = 60) -> Iterator[Process]:
    """nginx on `port` before the servers' ports; `seconds` stand for the documented time-out."""
    upstream = documented("upstream")
    for example, server in zip((8001, 8002), servers, strict=True):
        upstream = upstream.replace(f":{example};", f":{server};")
    location = documented("location").replace("http://127.0.0.1:8000", "http://scriptorium")
    assert "proxy_read_timeout 60s" in location
    location = location.replace("proxy_read_timeout 60s", f"proxy_read_timeout {seconds}s")
    place = folder / "nginx.conf"
    user = "user root;" if Path("/proc/self").stat().st_uid == 0 else ""
    place.write_text(WHOLE.format(folder=folder, port=port, upstream=upstream, location=location, user=user))
    program = shutil.which("nginx") or "/usr/sbin/nginx"
    process = Process(
        [program, "-c", str(place), "-e", str(folder / "e.log")], folder / "nginx.log", bare_environment()
    )
    process.start()
    try:
        until("nginx to start", lambda: (folder / "nginx.pid").exists())
        yield process
    finally:
        process.stop()
