"""Known values: the index in the state folder, kept as full as the sources are while the agent runs."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from edge_agent.errors import PlannerFailed, ToolFailed
from edge_agent.privacy.index import Index, Owner
from edge_agent.tools.mongo_known import Named, Sensitive

log = logging.getLogger(__name__)

#: How soon a source that failed is read again, at the latest.
RETRY_S = 5.0
#: How long a question waits for the first reading.
FIRST_S = 5.0


class KnownValues:
    """Owns the index. ``refresh_s``: seconds between two readings of a source without change streams."""

    def __init__(self, state: Path, *, refresh_s: float) -> None:
        self.index = Index(index_file(state))
        self._refresh_s = refresh_s
        #: Set once the sources were read, or could not be.
        self._tried = asyncio.Event()
        self._whole = False
        self._again = asyncio.Event()

    async def __aenter__(self) -> Self:
        self.index.__enter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.index.__exit__(kind, error, trace)

    async def ready(self) -> None:
        """Wait for the first reading, at most ``FIRST_S`` seconds."""
        try:
            async with asyncio.timeout(FIRST_S):
                await self._tried.wait()
        except TimeoutError:
            log.warning("known_values_late")

    def check_whole(self) -> None:
        """Raise ``PlannerFailed`` where the sources were never read: nobody knows then what must not leave."""
        if not self._whole:
            raise PlannerFailed("unreachable", "the values that must stay here could not be read yet")

    def read_again(self) -> None:
        """Read all sources anew: they may be others."""
        self._again.set()

    async def keep_full(self, sources: Callable[[], Sequence[Sensitive]], say: Callable[[str | None], None]) -> None:
        """Read, follow what changes, and read again, until cancelled. ``say`` is told what can't be read."""
        while True:
            self._again.clear()
            async with AsyncExitStack() as opened, asyncio.TaskGroup() as tasks:
                following, scanned = [], []
                for each in sources():
                    try:
                        changes = await opened.enter_async_context(each.changes())
                    except ToolFailed:
                        scanned.append(each)
                    else:
                        name = f"follow {each.collection}"
                        following.append(tasks.create_task(self._follow(changes), name=name))
                say(await self._read(sources()))
                await self._until_stale(following, soon=bool(scanned) or not self._whole)
                for task in following:
                    task.cancel()

    async def _read(self, sources: Sequence[Sensitive]) -> str | None:
        """Hold exactly what the sources hold; what is wrong where one can't be read."""
        try:
            owners = await self.index.refresh(_owners(sources))
        except ToolFailed as error:
            log.warning("known_values_not_read")
            return f"known values could not be read: {error}"
        else:
            self._whole = True
            log.info("known_values_read", extra={"records": owners, "keys": len(self.index)})
            return None
        finally:
            self._tried.set()

    async def _follow(self, changes: AsyncIterator[Named]) -> None:
        """Take each change; ends where the stream does."""
        try:
            async for name, values in changes:
                if values is None:
                    self.index.drop(name)
                else:
                    self.index.put(Owner(name=name, values=values))
        except ToolFailed:
            log.warning("known_values_not_followed")

    async def _until_stale(self, following: Sequence[asyncio.Task[None]], *, soon: bool) -> None:
        """Wait until it is time to read again: told so, or a while after changes are no longer followed."""
        again = asyncio.create_task(self._again.wait(), name="read known values again")
        try:
            if not soon:
                await asyncio.wait({again, *following}, return_when=asyncio.FIRST_COMPLETED)
            pause = self._refresh_s if self._whole else min(RETRY_S, self._refresh_s)
            await asyncio.wait({again}, timeout=pause)
        finally:
            again.cancel()


def index_file(state: Path) -> Path:
    """Where the index is, below the state folder."""
    return state / "known" / "values.db"


async def _owners(sources: Sequence[Sensitive]) -> AsyncIterator[Owner]:
    for source in sources:
        async for name, values in source.scan():
            yield Owner(name=name, values=values or ())
