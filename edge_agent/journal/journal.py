"""The journal as the agent uses it: ``note()`` never waits, one writer commits in order, only outward effects wait."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Self, TypeVar

from edge_agent.clock import Clock
from edge_agent.errors import StorageFull
from edge_agent.journal.database import CannotWrite, JournalBroken
from edge_agent.journal.disk import Disk
from edge_agent.journal.rows import Done, End, Held, Kept, Known, Open, Row, Step, Unfinished
from edge_agent.types import Key

log = logging.getLogger(__name__)

T = TypeVar("T")
#: Whether the row is on disk; False: its query is not held, for the disk was full when it came.
Noted = asyncio.Future[bool]

#: Rows of one commit.
GROUP = 64
#: How long a row waits for company where nothing waits for it. A query's acknowledgement isn't urgent; that an answer
#: was delivered even less: a crash before sends a second copy.
SOON_S, LATER_S = 0.004, 0.05
#: How soon a disk that was full is tried again, and how often old rows are looked for.
TRIED_AGAIN_S, PRUNE_S = 1.0, 2.0


class Journal:
    """One a state folder. Entering it raises ``ConfigError`` where the journal can't be used.

    ``changed`` is set whenever ``reason`` may have changed: clear it, then look. ``group``: rows of one commit at most.
    """

    def __init__(self, disk: Disk, *, clock: Clock, group: int = GROUP, prune_s: float = PRUNE_S) -> None:
        self._disk = disk
        self._clock = clock
        self._group = group
        self._prune_s = prune_s
        self._writing = ThreadPoolExecutor(1, thread_name_prefix="journal")
        self._reading = ThreadPoolExecutor(1, thread_name_prefix="journal-reader")
        self._pending: list[tuple[Row, Noted]] = []
        self._due = float("inf")
        self._sooner = asyncio.Event()
        self._closing = False
        self._broken: JournalBroken | None = None
        #: What the run before left, oldest first.
        self.unfinished: Sequence[Unfinished] = ()
        self.changed = asyncio.Event()

    async def __aenter__(self) -> Self:
        try:
            self.unfinished = await self._in(self._writing, self._disk.open)
        except BaseException:
            await self._close()
            raise
        self._writer = asyncio.create_task(self._write(), name="journal")
        self._tending = asyncio.create_task(self._tend(), name="journal tending")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing = True
        self._hurry(0.0)
        self._tending.cancel()
        await asyncio.gather(self._writer, self._tending, return_exceptions=True)
        await self._close()

    @property
    def full(self) -> bool:
        """Whether nothing new can be held."""
        return bool(self._disk.full)

    @property
    def reason(self) -> str:
        """What the operator should know of it; empty where all is well. Raises ``JournalBroken``."""
        if self._broken is not None:
            raise self._broken
        disk = self._disk
        full = [f"can't be written ({disk.full}): nothing new is taken"] if disk.full else []
        aside = [f"a damaged journal is kept as {', '.join(disk.aside)}"] if disk.aside else []
        rows = [f"{disk.damaged_rows} damaged rows are in quarantine"] if disk.damaged_rows else []
        return "; ".join([*full, *aside, *rows])

    def hold(self, key: Key, held: Held, *, age_s: float = 0.0) -> Noted:
        """Hold a new query: its acknowledgement waits for this."""
        return self._note(Open(key=key, held=held, age_s=age_s), SOON_S)

    def note(self, key: Key, step: str, value: bytes, *, hurry: bool = False) -> Noted:
        """Note a step of a held query. Never waits; ``hurry``: something else waits for it."""
        return self._note(Step(key=key, name=step, value=value), 0.0 if hurry else SOON_S)

    def end(self, key: Key, kept: Kept) -> Noted:
        """Put the answer in the place of query and steps: its publication waits for this."""
        return self._note(End(key=key, kept=kept), 0.0)

    def done(self, key: Key) -> Noted:
        """Note that the broker has the answer."""
        return self._note(Done(key=key), LATER_S)

    async def durable(self, noted: Noted) -> None:
        """Wait until a row, and all before it, is on disk. Raises ``StorageFull`` where its query isn't held."""
        if not await asyncio.shield(noted):
            raise StorageFull

    async def find(self, keys: Sequence[Key]) -> Mapping[Key, Known]:
        """Look up keys that aren't in hand. Waits for no commit."""
        found, damaged = await self._in(self._reading, lambda: self._disk.find(keys))
        if damaged:
            await self._in(self._writing, self._disk.sift)
            self.changed.set()
            found, _ = await self._in(self._reading, lambda: self._disk.find(keys))
        return found

    def _note(self, row: Row, within_s: float) -> Noted:
        if self._broken is not None:
            raise self._broken
        noted: Noted = asyncio.get_running_loop().create_future()
        self._pending.append((row, noted))
        self._hurry(within_s)
        return noted

    def _hurry(self, within_s: float) -> None:
        due = self._clock.monotonic() + within_s
        if due < self._due:
            self._due = due
            self._sooner.set()

    async def _write(self) -> None:
        """Commit what was noted, in order and in groups, until the end."""
        while self._pending or not self._closing:
            await self._until_due()
            try:
                while self._pending:
                    batch = self._pending[: self._group]
                    await self._commit(batch)
                    del self._pending[: len(batch)]
            except CannotWrite as error:
                log.error("journal_stuck", extra={"reason": str(error), "rows": len(self._pending)})  # noqa: TRY400
                if self._closing:
                    return
                self._hurry(TRIED_AGAIN_S)
            except JournalBroken as error:
                self._break(error)
                return

    async def _until_due(self) -> None:
        while (left := self._due - self._clock.monotonic()) > 0:
            self._sooner.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(None if left == float("inf") else left):
                    await self._sooner.wait()
        self._due = float("inf")

    async def _commit(self, batch: Sequence[tuple[Row, Noted]]) -> None:
        """Write rows and say so. Raises ``CannotWrite`` where even what is held finds no room."""
        rows, was_full = [row for row, _ in batch], self.full
        try:
            outcomes = await self._in(self._writing, lambda: self._disk.apply(rows))
        finally:
            if self.full != was_full:
                self.changed.set()
        for (_, noted), outcome in zip(batch, outcomes, strict=True):
            if not noted.done():
                noted.set_result(outcome)

    def _break(self, error: JournalBroken) -> None:
        """Fail all who wait, and all who come: the agent ends, and its next start moves the file aside."""
        log.critical("journal_broken", extra={"reason": str(error)})
        self._broken = error
        self.changed.set()
        for _, noted in self._pending:
            if not noted.done():
                noted.set_exception(error)
        self._pending.clear()

    async def _tend(self) -> None:
        """Prune what was kept long enough; see whether a full disk has room again."""
        while True:
            await asyncio.sleep(TRIED_AGAIN_S if self.full else self._prune_s)
            try:
                pruned = True
                while pruned:  # a few at a time: commits go between
                    pruned = await self._in(self._writing, self._disk.prune)
                if self.full:
                    await self._in(self._writing, self._disk.make_room)
                    self.changed.set()
            except CannotWrite as error:
                log.warning("journal_tending_failed", extra={"reason": str(error)})
            except JournalBroken as error:
                self._break(error)
                return

    async def _close(self) -> None:
        await self._in(self._writing, self._disk.close)
        for threads in (self._reading, self._writing):
            threads.shutdown()

    async def _in(self, threads: ThreadPoolExecutor, job: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(threads, job)
