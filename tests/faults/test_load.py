"""More than it can do, and for long: what is accepted ends, the rest is told at once, and nothing grows."""

from __future__ import annotations

import asyncio
import sqlite3
import statistics
import time
from collections import Counter
from pathlib import Path

import psutil
import pytest

from tests.faults import scale
from tests.faults.configs import INBOX
from tests.faults.load import Load
from tests.faults.parts import Parts, open_parts

pytestmark = pytest.mark.timeout(1800 if scale.WHOLE else 120)
MIB = 1024 * 1024
LASTS_S = scale.scaled(whole=30.0, short=4.0)


def journal(parts: Parts) -> tuple[set[str], int]:
    """The ids that the journal knows, and its size in bytes."""
    folder = parts.folder / "agent" / "journal"
    connection = sqlite3.connect(f"file:{folder / 'journal.db'}?mode=ro", uri=True)
    try:
        ids = {row[0] for row in connection.execute("SELECT id FROM query")}
    finally:
        connection.close()
    return ids, sum(file.stat().st_size for file in folder.glob("journal.db*") if not file.name.endswith("-shm"))


async def test_what_is_too_much_is_told_so_at_once_and_what_is_accepted_ends(tmp_path: Path) -> None:
    async with open_parts(tmp_path, tool_takes_s=0.0) as parts:
        load = Load(parts)
        async with load.connected():
            await held_back(parts, load)
            capacity = await measured(load)
            await overloaded(parts, load, 10 * capacity)


async def held_back(parts: Parts, load: Load) -> None:
    """While no accepted query can end, all others are told that it is busy, and the journal isn't touched."""
    parts.cloud.may_answer.clear()
    accepted = load.send(INBOX)
    await load.until(lambda: parts.cloud.waiting >= 4)  # the bridge asks the cloud, which says nothing
    refused = load.send(1)  # it comes after them: once it is refused, they are taken
    await load.until(lambda: load.busy[refused[0]])
    await asyncio.sleep(1.0)  # their rows are being written
    before = await asyncio.to_thread(journal, parts)
    refused += load.send(500)
    await load.until(lambda: all(load.busy[each] for each in refused))
    after = await asyncio.to_thread(journal, parts)
    assert not load.ended, "none of the accepted had ended"
    assert not any(load.busy[each] for each in accepted)
    assert before[0] == after[0] == set(accepted)
    parts.cloud.may_answer.set()
    await load.until(lambda: set(accepted) <= load.ended.keys())
    codes = Counter(load.ended[each] for each in accepted)
    scale.report("all answers held back", f"{len(refused)} of {len(refused)} told busy meanwhile; then {dict(codes)}")


async def measured(load: Load) -> float:
    """Queries a second that it can do."""
    number, begun = scale.scaled(whole=600, short=100), time.monotonic()
    await load.keep(16, number)
    return number / (time.monotonic() - begun)


async def overloaded(parts: Parts, load: Load, per_s: float) -> None:
    """So many queries a second, whatever comes back. Then it must be as before."""
    agent, rss = psutil.Process(parts.agent.pid), 0
    sent: list[str] = []
    begun = time.monotonic()
    while (passed := time.monotonic() - begun) < LASTS_S:
        sent += load.send(max(int(per_s * passed) - len(sent), 0))
        rss = max(rss, agent.memory_info().rss)
        await asyncio.sleep(0.02)
    await load.until(lambda: not load.missing(sent))
    taken = [each for each in sent if each in load.ended]
    known, _ = await asyncio.to_thread(journal, parts)
    assert set(taken) <= known
    assert not {each for each in sent if each not in load.ended} & known, "a refused query is in the journal"
    await load.keep(16, 50)  # it is as before
    codes = Counter(load.ended[each] for each in taken)
    rss = max(rss, agent.memory_info().rss)
    scale.report(
        "overload",
        f"{per_s / 10:.0f} queries/s possible, {len(sent) / LASTS_S:.0f} sent for {LASTS_S:.0f} s: {len(sent)} sent, "
        f"{len(taken)} accepted, all ended {dict(codes)}, {len(sent) - len(taken)} told busy, 0 without an answer; "
        f"RSS at most {rss / MIB:.0f} MiB; then as before",
    )
    assert rss <= 200 * MIB


@pytest.mark.skipif(not scale.WHOLE, reason="a soak takes minutes: make faults")
async def test_nothing_grows_over_30_000_queries(tmp_path: Path) -> None:
    async with open_parts(tmp_path, tool_takes_s=0.0, keep_s=10, pinned=True) as parts:
        load, samples = Load(parts, prompt="Where is item"), Samples(parts)
        begun = time.monotonic()
        async with load.connected():
            await load.keep(32, 30_000, samples.take)
        lasted = time.monotonic() - begun
    warm = [each for each in samples.all if each[0] >= 10_000]
    slope = statistics.linear_regression([each[0] for each in warm], [each[1] for each in warm]).slope
    sizes, descriptors = [each[2] for each in warm], [each[3] for each in warm]
    half = len(sizes) // 2
    scale.report(
        "soak",
        f"30,000 queries in {lasted:.0f} s, {dict(Counter(load.ended.values()))}; RSS {warm[0][1] / MIB:.1f} to "
        f"{warm[-1][1] / MIB:.1f} MiB, slope {slope:.0f} bytes a query; journal {min(sizes) / MIB:.1f} to "
        f"{max(sizes) / MIB:.1f} MiB; {min(descriptors)} to {max(descriptors)} file descriptors",
    )
    assert slope <= 100
    assert max(sizes[half:]) <= 1.25 * max(sizes[:half])
    assert max(descriptors) - min(descriptors) <= 2


class Samples:
    """Queries ended, RSS, journal's bytes and file descriptors of the agent, every 250 queries."""

    def __init__(self, parts: Parts) -> None:
        self._agent = psutil.Process(parts.agent.pid)
        self._folder = parts.folder / "agent" / "journal"
        self._next = 0
        self.all: list[tuple[int, int, int, int]] = []

    def take(self, ended: int) -> None:
        if ended >= self._next:
            self._next = ended + 250
            size = sum(file.stat().st_size for file in self._folder.glob("journal.db*"))
            self.all.append((ended, self._agent.memory_info().rss, size, self._agent.num_fds()))
