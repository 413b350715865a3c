"""Synchronous functions on daemon threads: a hung one can't be killed, so it neither blocks others nor shutdown."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import threading
from collections.abc import Callable
from typing import Any

from edge_agent.errors import ToolFailed

#: Threads that one tool may hold at the same time, hung ones included.
THREADS = 4


class Threads:
    """The threads of one tool. Belongs to one event loop."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._free = asyncio.Semaphore(THREADS)
        #: Threads whose caller has given up on them.
        self._hung = 0

    async def call(self, function: Callable[[], Any]) -> Any:
        """Run a function on a thread of its own and raise what it raises.

        Waits for a free thread while others work. Raises ``ToolFailed`` ``busy`` when all of them hang.
        """
        if self._hung >= THREADS:
            raise ToolFailed(f"all {THREADS} threads hang", status="busy")
        await self._free.acquire()
        loop = asyncio.get_running_loop()
        outcome: asyncio.Future[Any] = loop.create_future()
        work = (contextvars.copy_context(), function, loop, outcome)
        thread = threading.Thread(target=self._work, args=work, name=f"tool-{self._name}", daemon=True)
        try:
            thread.start()
        except RuntimeError as error:
            self._free.release()
            raise ToolFailed("no thread can be started", status="busy") from error
        try:
            return await outcome
        except asyncio.CancelledError:
            if not outcome.done() or outcome.cancelled():
                self._hung += 1
            raise

    def _work(
        self,
        context: contextvars.Context,
        function: Callable[[], Any],
        loop: asyncio.AbstractEventLoop,
        outcome: asyncio.Future[Any],
    ) -> None:
        value: Any = None
        failure: BaseException | None = None
        try:
            value = context.run(function)
        except BaseException as error:  # noqa: BLE001 - carried over to the caller, who raises it
            failure = error
        with contextlib.suppress(RuntimeError):  # the loop has ended; nobody waits any more
            loop.call_soon_threadsafe(self._finish, outcome, value, failure)

    def _finish(self, outcome: asyncio.Future[Any], value: Any, failure: BaseException | None) -> None:
        self._free.release()
        if outcome.cancelled():
            self._hung -= 1
        elif failure is None:
            outcome.set_result(value)
        elif isinstance(failure, Exception) and not isinstance(failure, StopIteration):  # which no future takes
            outcome.set_exception(failure)
        else:
            outcome.set_exception(RuntimeError(f"the thread ended by {type(failure).__name__}"))
