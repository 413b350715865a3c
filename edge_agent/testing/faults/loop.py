"""An event loop whose time is simulated: nothing sleeps, and the same seed gives the same run."""

from __future__ import annotations

import asyncio
import random
import selectors
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from typing import Any, TypeVar

T = TypeVar("T")
#: Larger than any deadline that is subtracted from it.
BEGINS_AT_S = 100_000.0
#: How long jobs for threads take: a commit to a flash drive.
JOBS_TAKE_S = (0.0005, 0.003, 0.003, 0.02)


class Hung(Exception):
    """Nothing is left to happen, and something still waits."""


class _Time(selectors.SelectSelector):
    """Waits for nothing: it lets the time go by."""

    now = BEGINS_AT_S

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise Hung("nothing is left to happen, and something still waits")
        self.now += max(timeout, 0.0)
        return []


class SimulatedLoop(asyncio.SelectorEventLoop):
    """``time()`` goes on by itself. Jobs for threads run in the loop, in order for each executor, taking a while."""

    def __init__(self, draw: random.Random, jobs_take_s: Sequence[float] = JOBS_TAKE_S) -> None:
        self._simulated = _Time()
        self._draw = draw
        self._jobs_take_s = jobs_take_s
        #: When each executor's thread is free again.
        self._free: dict[int, float] = {}
        #: What went wrong in tasks that nobody waited for.
        self.stray: list[dict[str, Any]] = []
        super().__init__(self._simulated)
        self.set_exception_handler(lambda _, context: self.stray.append(context))

    def time(self) -> float:
        """Seconds, simulated."""
        return self._simulated.now

    def run_in_executor(  # type: ignore[override]
        self, executor: Executor | None, func: Callable[..., T], *args: Any
    ) -> asyncio.Future[T]:
        """Run the job half-way through its time: what comes before finds it undone, what comes after done."""
        answered: asyncio.Future[T] = self.create_future()
        begins = max(self._free.get(id(executor), 0.0), self.time())
        takes_s = self._draw.choice(self._jobs_take_s)
        self._free[id(executor)] = begins + takes_s
        self.call_at(begins + takes_s / 2, self._run, answered, func, args, begins + takes_s)
        return answered

    def _run(self, answered: asyncio.Future[T], func: Callable[..., T], args: tuple[Any, ...], at: float) -> None:
        try:
            value = func(*args)
        except BaseException as error:  # noqa: BLE001 - whoever waits for the job gets it, as from a thread
            self.call_at(at, _fail, answered, error)
        else:
            self.call_at(at, _answer, answered, value)


def _answer(answered: asyncio.Future[T], value: T) -> None:
    if not answered.done():
        answered.set_result(value)


def _fail(answered: asyncio.Future[T], error: BaseException) -> None:
    if not answered.done():
        answered.set_exception(error)
