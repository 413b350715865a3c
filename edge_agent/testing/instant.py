"""Instant stand-ins for the SLM: they word an answer at once, so that everything around it can be tested and loaded."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import tzinfo
from types import TracebackType

from edge_agent import wording
from edge_agent.errors import SlmDied
from edge_agent.model import Seat, Slm, SlmFigures
from edge_agent.types import Accepted, Facts, Written


class InstantSlm:
    """A stand-in for the SLM: it says the bare facts, word by word, under a name that owns up to it."""

    name = "instant-stand-in"
    state = "ready"
    reason = ""
    figures = SlmFigures()

    def __init__(self, *, zone: tzinfo) -> None:
        self._zone = zone
        self.changed = asyncio.Event()

    async def __aenter__(self) -> Slm:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing to end."""

    @asynccontextmanager
    async def seat(self, asked: Accepted) -> AsyncIterator[Seat]:  # noqa: ARG002
        """Give a seat at once."""
        yield self

    async def write(self, facts: Facts, written: Written) -> AsyncGenerator[str, None]:
        """Say the bare facts."""
        for word in wording.render(facts, zone=self._zone).split(" "):
            written.completion_tokens += 1
            yield word + " "


class ScriptedSlm(InstantSlm):
    """A stand-in that says what a test tells it to, one chunk after the other; ``died`` ends it as a crash would."""

    name = "scripted-stand-in"

    def __init__(
        self,
        script: Callable[[Facts], Sequence[str]],
        *,
        zone: tzinfo,
        died: bool = False,
        hold: asyncio.Event | None = None,
    ) -> None:
        super().__init__(zone=zone)
        self._script = script
        self._died = died
        self._hold = hold
        #: Set while a draft is being written.
        self.writing = asyncio.Event()
        #: Drafts that ended, whichever way.
        self.ended = 0

    async def write(self, facts: Facts, written: Written) -> AsyncGenerator[str, None]:
        """Say the script."""
        self.writing.set()
        try:
            for chunk in self._script(facts):
                written.completion_tokens += 1
                yield chunk
            if self._hold is not None:
                await self._hold.wait()
            if self._died:
                raise SlmDied("the model's process died")
        finally:
            self.ended += 1
            self.writing.clear()
