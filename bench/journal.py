"""What the journal adds to a query: p50 and p99 in milliseconds, with group commit and without, side by side.

A query's wait is what nobody can save: from its arrival until its answer may be published. Its row, its steps and its
answer are noted; the stages between take no time here. ``TMPDIR`` chooses the disk to measure.
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from pathlib import Path

from edge_agent import config
from edge_agent.clock import Clock
from edge_agent.journal import Disk, Held, Journal, Kept
from edge_agent.messages import Query
from edge_agent.types import Key, ReturnAddress

CLOCK = Clock()
ANSWER = b"x" * 800
AT_ONCE = (1, 8, 64)
QUERIES = 400
GROUPS = {"group commit": 64, "each row alone": 1}


async def one(journal: Journal, key: Key) -> tuple[float, float]:
    """Milliseconds until the query may be acknowledged, and until its answer may be published."""
    begun = time.perf_counter()
    address = ReturnAddress(topic="fedlm/response/kiosk-1")
    query = Query(id=key[1], prompt="Which orders of the north hall are late, and by how much?")
    row = journal.hold(key, Held(query=query, fingerprint="f" * 64, address=address, allowed_s=60))
    acknowledged = asyncio.create_task(_since(journal, row, begun))
    journal.note(key, "redacted", b'{"template":"Which orders of the north hall are late, and by how much?"}')
    journal.note(key, "plan", b'{"calls":[{"tool":"late_orders","arguments":{"hall":"north"}}],"route":"federated"}')
    await journal.durable(journal.end(key, Kept(fingerprint="f" * 64, address=address, payload=ANSWER)))
    answered = (time.perf_counter() - begun) * 1000
    journal.done(key)
    return await acknowledged, answered


async def _since(journal: Journal, row: asyncio.Future[bool], begun: float) -> float:
    await journal.durable(row)
    return (time.perf_counter() - begun) * 1000


async def measure(folder: Path, *, group: int, at_once: int, queries: int) -> tuple[list[float], list[float], float]:
    """Waits for acknowledgement and answer, in milliseconds, and queries a second."""
    turns = asyncio.Semaphore(at_once)

    async def attend(journal: Journal, number: int) -> tuple[float, float]:
        async with turns:
            return await one(journal, ("kiosk-1", f"q{number}"))

    disk = Disk(folder, config.Journal(ballast_mb=0), clock=CLOCK)
    async with Journal(disk, clock=CLOCK, group=group) as journal:
        begun = time.perf_counter()
        waits = await asyncio.gather(*(attend(journal, number) for number in range(queries)))
        rate = queries / (time.perf_counter() - begun)
    return [each[0] for each in waits], [each[1] for each in waits], rate


def quantile(values: list[float], percent: int) -> float:
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]


def main() -> None:
    print(
        f"{'':16} {'at once':>7} {'ack p50':>8} {'ack p99':>8} {'answer p50':>10} {'answer p99':>10} {'queries/s':>9}"
    )
    for at_once in AT_ONCE:
        for name, group in GROUPS.items():
            with tempfile.TemporaryDirectory() as folder:
                queries = QUERIES if at_once > 1 else QUERIES // 4
                measured = measure(Path(folder) / "j", group=group, at_once=at_once, queries=queries)
                acks, answers, rate = asyncio.run(measured)
            figures = [quantile(values, percent) for values in (acks, answers) for percent in (50, 99)]
            shown = f"{figures[0]:8.1f} {figures[1]:8.1f} {figures[2]:10.1f} {figures[3]:10.1f} {rate:9.0f}"
            print(f"{name:16} {at_once:7} {shown}")


if __name__ == "__main__":
    main()
