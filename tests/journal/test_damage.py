"""A damaged journal: a clear error or a part of the status, nothing silently dropped, and never a wrong answer."""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from edge_agent.errors import ConfigError
from edge_agent.journal import DAMAGED, INTENT, Held, Kept
from edge_agent.journal.database import MIGRATIONS
from edge_agent.journal.rows import Done, End, Open, Step
from edge_agent.types import Key
from tests.journal.parts import A, B, disk, held, journal, kept

HELD = [("kiosk", f"held-{number}") for number in range(12)]
ANSWERED = [("kiosk", f"answered-{number}") for number in range(12)]
DONE = [("kiosk", f"done-{number}") for number in range(12)]
POSITIONS = 300


def payload(key: Key) -> bytes:
    return f"the answer to {key[1]} ".encode() * 20


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A journal that was closed, with some of everything in it."""
    folder = tmp_path_factory.mktemp("filled") / "j"
    made = disk(folder)
    made.open()
    made.apply([Open(key=key, held=held(key)) for key in (*HELD, *ANSWERED, *DONE)])
    made.apply([Step(key=key, name="plan", value=b"the plan") for key in HELD])
    made.apply([End(key=key, kept=kept(key, payload(key))) for key in (*ANSWERED, *DONE)])
    made.apply([Done(key=key) for key in DONE])
    made.close()
    return folder


async def check(folder: Path) -> str:
    """Open it. All that comes out of it is right, and what doesn't come out is told of. Gives what was told."""
    async with journal(folder) as book:
        seen: dict[Key, Held | Kept] = {each.key: each.body for each in book.unfinished}
        for each in book.unfinished:
            assert set(each.steps.values()) <= {b"the plan", b""}
        found = await book.find(DONE)
        seen |= {key: known.kept for key, known in found.items() if known.kept is not None}
        expected: dict[Key, Held | Kept] = {key: held(key) for key in HELD}
        expected |= {key: kept(key, payload(key)) for key in (*ANSWERED, *DONE)}
        assert all(expected.get(key) == body for key, body in seen.items())
        assert len(seen) == len(expected) or book.reason, "something is gone, and nobody was told"
        assert all(name in book.reason for name in aside(folder))
        return book.reason


def aside(folder: Path) -> list[str]:
    return [file.name for file in folder.glob("damaged-*.db")]


async def test_an_undamaged_one_says_nothing(filled: Path, tmp_path: Path) -> None:
    shutil.copytree(filled, tmp_path / "j")
    assert await check(tmp_path / "j") == ""


async def test_no_flipped_bit_ever_gives_a_wrong_answer(filled: Path, tmp_path: Path) -> None:
    seed = random.randrange(1_000_000)
    print(f"seed {seed}")
    dice = random.Random(seed)
    size = (filled / "journal.db").stat().st_size
    told = 0
    for number in range(POSITIONS):
        folder = tmp_path / str(number)
        shutil.copytree(filled, folder)
        with (folder / "journal.db").open("r+b") as file:
            place = dice.randrange(size)
            file.seek(place)
            byte = file.read(1)[0]
            file.seek(place)
            file.write(bytes([byte ^ 1 << dice.randrange(8)]))
        try:
            told += bool(await check(folder))
        except ConfigError as error:
            if "newer" not in str(error):  # the number of the version became a greater one
                raise
            told += 1
        shutil.rmtree(folder)
    print(f"{told} of {POSITIONS} told of")
    assert told > POSITIONS // 10  # the others hit bytes that nothing uses


@pytest.mark.parametrize("share", [0.0, 0.01, 0.3, 0.5, 0.9])
async def test_a_truncated_journal_is_kept_and_named(filled: Path, tmp_path: Path, share: float) -> None:
    folder = tmp_path / "j"
    shutil.copytree(filled, folder)
    with (folder / "journal.db").open("r+b") as database:
        database.truncate(int((filled / "journal.db").stat().st_size * share))
    assert "is kept as damaged-" in await check(folder)
    assert "is kept as damaged-" in await check(folder)  # until the operator has dealt with it
    (file,) = folder.glob("damaged-*.db")
    assert file.stat().st_mode & 0o777 == 0o600


async def test_a_log_without_its_journal_is_not_taken_for_the_new_ones(filled: Path, tmp_path: Path) -> None:
    folder = tmp_path / "j"
    shutil.copytree(filled, folder)
    (folder / "journal.db").rename(folder / "journal.db-wal")
    assert "is kept as damaged-" in await check(folder)


async def test_a_newer_versions_journal_is_refused_and_left_alone(filled: Path, tmp_path: Path) -> None:
    folder = tmp_path / "j"
    shutil.copytree(filled, folder)
    _change(folder, lambda database: database.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}"))
    with pytest.raises(ConfigError, match="newer fedlm"):
        await journal(folder).__aenter__()
    assert not list(folder.glob("damaged-*"))
    _change(folder, lambda database: database.execute(f"PRAGMA user_version = {len(MIGRATIONS)}"))
    assert await check(folder) == ""


async def test_a_damaged_query_is_quarantined_and_only_its_effects_are_remembered(tmp_path: Path) -> None:
    folder = tmp_path / "j"
    async with journal(folder) as book:
        for key in (A, B):
            book.hold(key, held(key))
            book.note(key, "plan", b"p")
            book.note(key, f"{INTENT}c1", b"i")
    _change(folder, lambda database: database.execute("UPDATE query SET body = x'00' WHERE id = 'a'"))
    async with journal(folder) as book:
        assert [each.key for each in book.unfinished] == [B]
        assert "1 damaged rows are in quarantine" in book.reason
        known = (await book.find([A]))[A]
        assert known.kept is None
        assert dict(known.steps) == {f"{INTENT}c1": b"i"}
        await book.durable(book.hold(A, held(A)))  # sent again, it is taken again
    _change(folder, lambda database: _is_one(database, "SELECT count(*) FROM quarantine WHERE id = 'a'"))


async def test_a_damaged_step_makes_the_effects_of_all_held_queries_doubtful(tmp_path: Path) -> None:
    folder = tmp_path / "j"
    async with journal(folder) as book:
        book.hold(A, held(A))
        book.note(A, f"{INTENT}c1", b"i")
    _change(folder, lambda database: database.execute("UPDATE step SET name = 'inzent:c1'"))
    async with journal(folder) as book:
        (found,) = book.unfinished
        assert dict(found.steps) == {DAMAGED: b""}


async def test_a_row_that_breaks_while_it_runs_is_not_answered_from(tmp_path: Path) -> None:
    folder = tmp_path / "j"
    async with journal(folder) as book:
        for key in (A, B):
            book.hold(key, held(key))
            book.end(key, kept(key))
            await book.durable(book.done(key))
        _change(folder, lambda database: database.execute("UPDATE query SET body = x'00' WHERE id = 'a'"))
        found = await book.find([A, B])
        assert (found[A].kept, found[B].kept) == (None, kept(B))
        assert "quarantine" in book.reason


async def test_a_sound_journal_opens_with_no_word_after_a_crash(filled: Path, tmp_path: Path) -> None:
    shutil.copytree(filled, tmp_path / "j")
    crashed = disk(tmp_path / "j")
    crashed.open()
    shutil.copytree(tmp_path / "j", tmp_path / "copy")  # its log is still beside it
    crashed.close()
    assert await check(tmp_path / "copy") == ""


def _change(folder: Path, change: Callable[[sqlite3.Connection], object]) -> None:
    with closing(sqlite3.connect(folder / "journal.db")) as database:
        change(database)
        database.commit()


def _is_one(database: sqlite3.Connection, query: str) -> None:
    assert database.execute(query).fetchone() == (1,)
