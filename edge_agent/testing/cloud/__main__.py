"""``python -m edge_agent.testing.cloud --port N [--log FILE]``: run the stand-in cloud until it is ended."""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import signal
import sys
from pathlib import Path

import msgspec

from edge_agent.testing.cloud.server import Received, Reply
from edge_agent.testing.cloud.standin import StandIn


class _Logged(StandIn):
    """Keeps no request in memory; says of each on a line of JSON what came, by size and hash."""

    def __init__(self, *, port: int, log: Path | None) -> None:
        super().__init__(port=port)
        self._log = log

    async def _plan(self, received: Received) -> Reply:
        self.received.clear()
        reply = await super()._plan(received)
        if self._log is not None:
            line = {
                "path": received.path,
                "status": reply.status,
                "bytes": len(received.body),
                "sha256": hashlib.sha256(received.body).hexdigest(),
            }
            with self._log.open("ab") as out:
                out.write(msgspec.json.encode(line) + b"\n")
        return reply


async def _run(port: int, log: Path | None) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with _Logged(port=port, log=log) as server:
        sys.stdout.write(f"{server.port}\n")
        sys.stdout.flush()
        await stop.wait()


def main() -> None:
    """Parse the command line and serve."""
    parser = argparse.ArgumentParser(prog="python -m edge_agent.testing.cloud", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1; 0 takes a free one and prints it")
    parser.add_argument("--log", type=Path, help="append a line of JSON for each request: size, hash, status")
    arguments = parser.parse_args()
    asyncio.run(_run(arguments.port, arguments.log))


if __name__ == "__main__":
    main()
