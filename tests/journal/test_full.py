"""A full disk: new queries are refused, what is held is served, and it recovers by itself."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from edge_agent.errors import StorageFull
from edge_agent.journal import Journal
from edge_agent.types import Key
from tests.journal.parts import CLOCK, A, B, disk, held, journal, kept


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A tmpfs of 6 MiB."""
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", folder], check=False, capture_output=True
    )
    if mounted.returncode:
        pytest.skip("a tmpfs can't be mounted here")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def fill(folder: Path) -> Path:
    """Use all room up, byte by byte at the end."""
    file = folder / "other"
    with file.open("wb", buffering=0) as out:
        for size in (65536, 4096, 1):
            try:
                while True:
                    out.write(b"\0" * size)
            except OSError:
                continue
    return file


async def test_on_a_full_disk_what_is_held_is_answered_and_it_recovers(small: Path) -> None:
    held_before: list[Key] = [("", f"q{number}") for number in range(20)]
    async with Journal(disk(small / "j", ballast_mb=2), clock=CLOCK) as book, asyncio.timeout(30):
        for key in held_before:
            await book.durable(book.hold(key, held(key)))
        other = fill(small)
        more: list[Key] = [("", f"more-{number}") for number in range(2000)]
        rows = [book.hold(key, held(key)) for key in more]  # what is free within SQLite's own files is used first
        with pytest.raises(StorageFull):
            await book.durable(rows[-1])
        assert book.full
        assert "nothing new is taken" in book.reason
        for key in held_before:
            await book.durable(book.end(key, kept(key, b"x" * 1000)))
        with pytest.raises(StorageFull):
            await book.durable(book.hold(B, held(B)))
        other.unlink()
        book.changed.clear()
        await book.changed.wait()
        assert book.reason == ""
        await book.durable(book.hold(B, held(B)))
    async with journal(small / "j") as again:
        keys = {each.key for each in again.unfinished}
        assert keys >= {*held_before, B}


async def test_a_start_on_a_full_disk_serves_what_is_held(small: Path) -> None:
    async with Journal(disk(small / "j", ballast_mb=2), clock=CLOCK) as book:
        await book.durable(book.hold(A, held(A)))
    fill(small)
    async with Journal(disk(small / "j", ballast_mb=2), clock=CLOCK) as book, asyncio.timeout(30):
        assert [each.key for each in book.unfinished] == [A]
        await book.durable(book.end(A, kept(A)))


async def test_where_even_what_is_held_finds_no_room_it_waits_and_nothing_is_lost(tmp_path: Path) -> None:
    written = disk(tmp_path / "j")
    async with Journal(written, clock=CLOCK) as book, asyncio.timeout(30):
        await book.durable(book.hold(A, held(A)))
        database = written._store._records.connection
        (pages,) = database.execute("PRAGMA page_count").fetchone()
        database.execute(f"PRAGMA max_page_count = {pages}")  # SQLITE_FULL from now on, ballast or not
        refused, answer = book.hold(B, held(B)), book.end(A, kept(A, b"x" * 100_000))
        await book.changed.wait()
        assert "nothing new is taken" in book.reason
        database.execute("PRAGMA max_page_count = 100000")
        await book.durable(answer)
        with pytest.raises(StorageFull):
            await book.durable(refused)
