"""Open seats and running answers, over whichever process of the model is alive."""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from edge_agent.errors import SlmDied, SlmFailed
from edge_agent.slm.child import Child
from edge_agent.slm.protocol import Ended, Leave, Open, Order, Stop, Table, Text, Write

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class _Died:
    reason: str


#: At most one text a token, a last one, and the end: never more than its size.
_Heard = asyncio.Queue[Text | Ended | _Died]


class Seats:
    """``stalled_s``: a process that doesn't end a stopped answer within this time hangs, and is killed."""

    def __init__(self, *, stalled_s: float) -> None:
        self._stalled_s = stalled_s
        self._child: Child | None = None
        self._absent = "the model is still loading"
        self._numbers = itertools.count(1)
        self._questions: dict[int, str] = {}
        self._jobs: dict[int, _Heard] = {}
        self._ending: dict[int, asyncio.TimerHandle] = {}

    def attach(self, child: Child) -> None:
        """A process is ready: it gets the questions that wait."""
        self._child = child
        for seat, question in self._questions.items():
            child.tell(Open(seat=seat, question=question))

    def detach(self, reason: str) -> None:
        """No process is ready, and the reason why. What ran on it has failed."""
        self._child, self._absent = None, reason
        for heard in self._jobs.values():
            heard.put_nowait(_Died(reason=reason))
        for timer in self._ending.values():
            timer.cancel()
        self._ending.clear()

    def hear(self, event: Text | Ended) -> None:
        """Hand what the process says to whom it is for. What nobody reads any more is dropped."""
        if (heard := self._jobs.get(event.job)) is not None:
            heard.put_nowait(event)
        if isinstance(event, Ended) and (timer := self._ending.pop(event.job, None)) is not None:
            timer.cancel()

    @contextmanager
    def seat(self, question: str) -> Iterator[int]:
        """Take a seat, as a number."""
        number = next(self._numbers)
        self._questions[number] = question
        self._tell(Open(seat=number, question=question))
        try:
            yield number
        finally:
            del self._questions[number]
            self._tell(Leave(seat=number))

    async def write(
        self, seat: int, question: str, tables: Sequence[Table], max_tokens: int
    ) -> AsyncGenerator[Text | Ended, None]:
        """Stream an answer; the last thing is ``Ended``. Closing it stops the model. Raises ``SlmFailed``."""
        if self._child is None:
            raise SlmFailed(self._absent)
        job = next(self._numbers)
        heard: _Heard = asyncio.Queue(maxsize=max_tokens + 3)
        self._jobs[job] = heard
        said: Text | Ended | _Died | None = None
        try:
            self._tell(Write(job=job, seat=seat, question=question, tables=tuple(tables), max_tokens=max_tokens))
            while not isinstance(said, Ended):
                said = await heard.get()
                if isinstance(said, _Died):
                    raise SlmDied(said.reason)
                if isinstance(said, Ended) and said.error is not None:
                    raise SlmFailed(said.error)
                yield said
        finally:
            del self._jobs[job]
            if not isinstance(said, Ended | _Died):
                self._stop(job)

    def _stop(self, job: int) -> None:
        if self._child is not None:
            self._child.tell(Stop(job=job))
            self._ending[job] = asyncio.get_running_loop().call_later(self._stalled_s, self._stalled, self._child)

    def _stalled(self, child: Child) -> None:
        log.error("slm stalled", extra={"pid": child.pid, "after_s": self._stalled_s})
        child.kill()

    def _tell(self, order: Order) -> None:
        if self._child is not None:
            self._child.tell(order)
