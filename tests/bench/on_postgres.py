"""The bench's server on a PostgreSQL of its own, as durable as Debian's: `python -m tests.bench.on_postgres`."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

from tests.running.stores import postgres_server


def main() -> None:
    with postgres_server(fsync=True) as url:
        environment = {**os.environ, "DATABASE_URL": url}
        server = subprocess.Popen([sys.executable, "-m", "tests.bench.serve"], env=environment)
        signal.signal(signal.SIGTERM, lambda *_: server.terminate())
        server.wait()


if __name__ == "__main__":
    main()
