"""The journal: in order, in groups, on disk before anyone is told; what is unfinished is there after a crash."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import pytest

from edge_agent.errors import ConfigError, StorageFull
from edge_agent.journal import INTENT, Known
from tests.journal.parts import CLOCK, SECRET, A, B, C, disk, held, journal, kept


def left_by_a_crash(folder: Path) -> Path:
    """What a kill -9 would leave now: the files as they are, log included."""
    copy = folder.with_name("crashed")
    shutil.copytree(folder, copy, ignore=shutil.ignore_patterns("*-shm"))
    return copy


async def test_what_is_durable_is_there_after_a_crash_with_its_steps(tmp_path: Path) -> None:
    async with journal(tmp_path / "j") as book:
        book.hold(A, held(A))
        book.note(A, "plan", b"one")
        await book.durable(book.note(A, "plan", b"two"))
        async with journal(left_by_a_crash(tmp_path / "j")) as again:
            (found,) = again.unfinished
            assert (found.key, found.body, dict(found.steps)) == (A, held(A), {"plan": b"two"})
            assert 0 <= found.age_s < 30
            assert not found.doubtful
            assert again.reason == ""


async def test_an_answer_replaces_query_and_steps_but_not_that_an_effect_began(tmp_path: Path) -> None:
    async with journal(tmp_path / "j") as book:
        book.hold(A, held(A))
        book.note(A, "plan", b"p")
        book.note(A, f"{INTENT}c1", b"i")
        await book.durable(book.end(A, kept(A)))
        assert (await book.find([A]))[A].kept == kept(A)
        async with journal(left_by_a_crash(tmp_path / "j")) as again:
            (found,) = again.unfinished
            assert (found.body, dict(found.steps)) == (kept(A), {f"{INTENT}c1": b"i"})


async def test_a_delivered_answer_is_not_unfinished_but_still_found(tmp_path: Path) -> None:
    async with journal(tmp_path / "j") as book:
        book.hold(A, held(A))
        book.end(A, kept(A))
        book.done(A)
    async with journal(tmp_path / "j") as again:
        assert list(again.unfinished) == []
        assert (await again.find([A, B]))[A].kept == kept(A)
        assert (await again.find([B]))[B].kept is None


async def test_devices_are_kept_apart(tmp_path: Path) -> None:
    other = ("kiosk-2", A[1])
    async with journal(tmp_path / "j") as book:
        for key, payload in ((A, b"one"), (other, b"two")):
            book.hold(key, held(key))
            await book.durable(book.end(key, kept(key, payload)))
        found = await book.find([A, other])
    assert [found[key].kept.payload for key in (A, other)] == [b"one", b"two"]  # type: ignore[union-attr]


async def test_a_query_and_its_quick_answer_are_one_commit(tmp_path: Path) -> None:
    written = disk(tmp_path / "j")
    commits: list[int] = []
    apply = written.apply
    written.apply = lambda rows: commits.append(len(rows)) or apply(rows)  # type: ignore[method-assign, func-returns-value]
    from edge_agent.journal import Journal  # noqa: PLC0415

    async with Journal(written, clock=CLOCK) as book:
        book.hold(A, held(A))
        book.note(A, "plan", b"p")
        await book.durable(book.end(A, kept(A)))
        assert commits == [3]
        noted = [book.hold(("", f"q{number}"), held(("", f"q{number}"))) for number in range(100)]
        await asyncio.gather(*(book.durable(each) for each in noted))
        assert commits == [3, 64, 36]


async def test_a_lone_query_waits_only_a_few_milliseconds_for_company(tmp_path: Path) -> None:
    async with journal(tmp_path / "j") as book, asyncio.timeout(5):
        await book.durable(book.hold(A, held(A)))


async def test_rows_of_a_query_that_is_not_held_are_refused(tmp_path: Path) -> None:
    async with journal(tmp_path / "j") as book:
        for row in (book.note(A, "plan", b"p"), book.end(A, kept(A)), book.done(A)):
            with pytest.raises(StorageFull):
                await book.durable(row)
        await book.durable(book.hold(A, held(A)))
        await book.durable(book.end(A, kept(A, b"first")))
        with pytest.raises(StorageFull):
            await book.durable(book.end(A, kept(A, b"second")))  # an answer is never replaced
        found = (await book.find([A]))[A].kept
        assert found is not None
        assert found.payload == b"first"


async def test_what_was_kept_long_enough_is_forgotten_and_nothing_else(tmp_path: Path) -> None:
    async with journal(tmp_path / "j", keep_s=0.05, prune_s=0.02) as book, asyncio.timeout(10):
        book.hold(A, held(A))  # held for ever
        book.hold(B, held(B))
        book.end(B, kept(B))  # not delivered
        book.hold(C, held(C))
        book.note(C, f"{INTENT}c1", b"")
        book.end(C, kept(C))
        await book.durable(book.done(C))
        while (await book.find([C]))[C] != Known():
            pass
    async with journal(tmp_path / "j") as again:
        assert {each.key for each in again.unfinished} == {A, B}


async def test_only_we_can_read_it(tmp_path: Path) -> None:
    folder = tmp_path / "j"
    async with journal(folder) as book:
        await book.durable(book.hold(A, held(A)))
        assert folder.stat().st_mode & 0o777 == 0o700
        modes = {file.name: file.stat().st_mode & 0o777 for file in folder.iterdir()}
    assert set(modes.values()) == {0o600}, modes
    assert "journal.db-wal" in modes


async def test_the_question_is_gone_from_the_disk_once_it_is_answered(tmp_path: Path) -> None:
    folder = tmp_path / "j"
    async with journal(folder) as book:
        await book.durable(book.hold(A, held(A)))
        await book.durable(book.note(A, "redacted", SECRET.encode()))
        assert any(SECRET.encode() in file.read_bytes() for file in folder.iterdir())
        await book.durable(book.end(A, kept(A)))
    assert not any(SECRET.encode() in file.read_bytes() for file in folder.iterdir())


async def test_two_agents_never_write_one_journal(tmp_path: Path) -> None:
    async with journal(tmp_path / "j"):
        with pytest.raises(ConfigError, match="another agent"):
            await journal(tmp_path / "j").__aenter__()
    async with journal(tmp_path / "j"):
        pass


def test_a_folder_that_can_not_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match="must be able to write"):
        disk(tmp_path / "file" / "j").open()


KEY, OTHER_KEY = "ab" * 32, "cd" * 32


async def test_with_a_key_no_body_is_readable_and_everything_is_found(tmp_path: Path) -> None:
    folder = tmp_path / "j"
    async with journal(folder, key=KEY) as book:
        book.hold(A, held(A))
        await book.durable(book.note(A, "plan", b"a plan"))
        assert not any(SECRET.encode() in file.read_bytes() for file in folder.iterdir())
    async with journal(folder, key=KEY) as again:
        (found,) = again.unfinished
        assert (found.body, dict(found.steps)) == (held(A), {"plan": b"a plan"})


async def test_another_key_or_none_is_refused_and_harms_nothing(tmp_path: Path) -> None:
    async with journal(tmp_path / "j", key=KEY) as book:
        await book.durable(book.hold(A, held(A)))
    for key in (OTHER_KEY, None):
        with pytest.raises(ConfigError, match="journal-key"):
            await journal(tmp_path / "j", key=key).__aenter__()
    async with journal(tmp_path / "j", key=KEY) as again:
        assert [each.key for each in again.unfinished] == [A]


async def test_a_plain_journal_is_encrypted_once_there_is_a_key(tmp_path: Path) -> None:
    folder = tmp_path / "j"
    async with journal(folder) as book:
        await book.durable(book.hold(A, held(A)))
    async with journal(folder, key=KEY) as again:
        assert [each.body for each in again.unfinished] == [held(A)]
    assert not any(SECRET.encode() in file.read_bytes() for file in folder.iterdir())


async def test_a_body_that_was_moved_to_another_row_is_not_answered_from(tmp_path: Path) -> None:
    one, two = disk(tmp_path / "j", key=KEY), journal(tmp_path / "j", key=KEY)
    one.open()
    from edge_agent.journal.records import checksum  # noqa: PLC0415
    from edge_agent.journal.rows import End, Open  # noqa: PLC0415

    for key in (A, B):
        one.apply([Open(key=key, held=held(key)), End(key=key, kept=kept(key, key[1].encode()))])
    database = one._store._records.connection
    (stolen,) = database.execute("SELECT body FROM query WHERE id = 'b'").fetchone()
    (at,) = database.execute("SELECT at FROM query WHERE id = 'a'").fetchone()
    database.execute(  # with a right checksum
        "UPDATE query SET body = ?, crc = ? WHERE id = 'a'", (stolen, checksum(*A, "answered", at, stolen))
    )
    one.close()
    async with two as book:
        assert [each.key for each in book.unfinished] == [B]
        assert "quarantine" in book.reason


async def test_a_key_is_32_bytes(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="32 bytes") as refused:
        journal(tmp_path / "j", key="hunter2")
    assert "hunter2" not in str(refused.value)
