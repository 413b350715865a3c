"""A query's steps in the journal, as its stages see them: what an earlier run left is read, what is new is noted."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import aclosing
from typing import TypeVar

import msgspec

from edge_agent.errors import SlmDied
from edge_agent.journal import Journal
from edge_agent.model import Seat
from edge_agent.types import Accepted, Facts, Proposed, ReturnAddress, Written

A = TypeVar("A")
B = TypeVar("B")

REDACTED, PLAN, ADDRESS = "redacted", "plan", "address"
_GENERATING, _RESUMES, _DEATHS = "generating", "resumes", "deaths"
#: Starts of the agent that find one query generating, and deaths of the model on one query, before the model is left
#: out for it. The first is generous: whoever kills the agent again and again must not poison what it does meanwhile.
MOST_RESUMES, MOST_DEATHS = 5, 2


class Steps:
    """The steps of one query."""

    def __init__(self, asked: Accepted, journal: Journal) -> None:
        self._asked = asked
        self._journal = journal
        self._deaths = _number(asked.steps, _DEATHS)

    @property
    def poisonous(self) -> bool:
        """Whether the model is left out for this query: it died of it, or took the agent along, too often."""
        return self._deaths >= MOST_DEATHS or _number(self._asked.steps, _RESUMES) >= MOST_RESUMES

    def kept(self, step: str, stage: Callable[[A], Awaitable[B]], type_: type[B]) -> Callable[[A], Awaitable[B]]:
        """Resume without a branch: the story runs again from the top, and a step that the journal holds is read."""

        async def run(given: A) -> B:
            if (saved := self._asked.steps.get(step)) is not None:
                return msgspec.json.decode(saved, type=type_)
            value = await stage(given)
            self.note(step, msgspec.json.encode(value))
            return value

        return run

    def plan(self) -> Proposed | None:
        """The plan of the earlier run. It is checked again: the tools may be others today."""
        saved = self._asked.steps.get(PLAN)
        return None if saved is None else msgspec.json.decode(saved, type=Proposed)

    def planned(self, stands: Callable[[Proposed], Awaitable[B]]) -> Callable[[Proposed], Awaitable[B]]:
        """Note each plan that stands, before anything runs on it."""

        async def checked(plan: Proposed) -> B:
            made = await stands(plan)
            self.note(PLAN, msgspec.json.encode(plan))
            return made

        return checked

    def watched(self, seat: Seat) -> Seat:
        """Note when the model begins to write, and when it dies of it."""
        return _Watched(self, seat)

    def note(self, step: str, value: bytes) -> None:
        """Note a step. Never waits."""
        self._journal.note(self._asked.key, step, value)

    def generating(self) -> None:
        """Note that the model writes: a start of the agent that finds this was perhaps brought about by it."""
        self.note(_GENERATING, b"1")

    def died(self) -> None:
        """Note that the model died while it wrote."""
        self._deaths += 1
        self.note(_DEATHS, str(self._deaths).encode())


class _Watched:
    def __init__(self, steps: Steps, seat: Seat) -> None:
        self._steps = steps
        self._seat = seat

    async def write(self, facts: Facts, written: Written) -> AsyncGenerator[str, None]:
        self._steps.generating()
        async with aclosing(self._seat.write(facts, written)) as chunks:
            try:
                async for chunk in chunks:
                    yield chunk
            except SlmDied:
                self._steps.died()
                raise


def resumed(steps: Mapping[str, bytes]) -> dict[str, bytes]:
    """The steps to note at a start that finds a query with these: how often it was found generating."""
    if not steps.get(_GENERATING):
        return {}
    return {_RESUMES: str(_number(steps, _RESUMES) + 1).encode(), _GENERATING: b""}


def readdressed(address: ReturnAddress) -> bytes:
    """The step that says where the newest copy of a query wants its answer."""
    return msgspec.msgpack.encode(address)


def address_of(steps: Mapping[str, bytes]) -> ReturnAddress | None:
    """Where the newest copy of a query wants its answer; None where there was only one."""
    saved = steps.get(ADDRESS)
    return None if saved is None else msgspec.msgpack.decode(saved, type=ReturnAddress)


def _number(steps: Mapping[str, bytes], name: str) -> int:
    return int(steps.get(name) or b"0")
