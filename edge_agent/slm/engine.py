"""The SLM as the agent uses it: loads behind, gives seats, streams drafts, comes back after a crash."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from datetime import tzinfo
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

import psutil

from edge_agent.config import Slm as Settings
from edge_agent.errors import SlmFailed
from edge_agent.model import SlmFigures
from edge_agent.slm import rows, worker
from edge_agent.slm.child import Child, Entry
from edge_agent.slm.protocol import Ended, Loaded, Refused, Text, Trying
from edge_agent.slm.seats import Seats
from edge_agent.types import Accepted, Facts, Written

log = logging.getLogger(__name__)

State = Literal["loading", "ready", "failed", "restarting"]
STALLED_S = 20.0
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.2, 30.0
#: Fewer tokens say little about speed.
_TELLING_TOKENS = 8


class LlamaSlm:
    """Any GGUF on the device, by llama.cpp in a child process. Implements ``types.Slm``.

    Entering it starts loading and doesn't wait. ``changed`` is set whenever ``state`` changes: clear it, then look.
    """

    def __init__(
        self, settings: Settings, *, zone: tzinfo, entry: Entry = worker.run, stalled_s: float = STALLED_S
    ) -> None:
        self._settings = settings
        self._zone = zone
        self._entry = entry
        self._seats = Seats(stalled_s=stalled_s)
        self._child: Child | None = None
        self._prefill = self._decode = 0.0
        self._restarts = 0
        self._state: State = "loading"
        self._reason = ""
        #: Ready, or failed for good.
        self._settled = asyncio.Event()
        self._extra_bufts = True
        self.changed = asyncio.Event()

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._live(), name="slm")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task
        self._seats.detach("the model was closed")

    @property
    def name(self) -> str:
        """The model's name, as responses carry it."""
        return self._settings.name or Path(self._settings.model).stem

    @property
    def state(self) -> State:
        """``failed`` is final: the operator has to act, as ``reason`` says."""
        return self._state

    @property
    def reason(self) -> str:
        """Why it isn't ready; empty when it is."""
        return self._reason

    @property
    def pid(self) -> int | None:
        """The process that answers; None while none is ready."""
        return self._child.pid if self._child is not None else None

    @property
    def figures(self) -> SlmFigures:
        """How fast it was lately, and what it takes."""
        rss = 0
        if self.pid is not None:
            with contextlib.suppress(psutil.Error):
                rss = psutil.Process(self.pid).memory_info().rss
        return SlmFigures(
            prefill_tokens_per_s=self._prefill,
            decode_tokens_per_s=self._decode,
            rss_bytes=rss,
            restarts=self._restarts,
        )

    async def ready(self) -> None:
        """Wait until it can write. Raises ``SlmFailed`` where it never will. The caller bounds the wait."""
        await self._settled.wait()
        if self._state == "failed":
            raise SlmFailed(self._reason)

    @asynccontextmanager
    async def seat(self, asked: Accepted) -> AsyncIterator[LlamaSeat]:
        """Open a query's seat: its question is evaluated while it waits for its facts."""
        with self._seats.seat(asked.query.prompt) as number:
            yield LlamaSeat(number, self._seats, zone=self._zone, max_tokens=self._settings.max_tokens)

    async def _live(self) -> None:
        """Keep one process alive, with longer and longer pauses between starts, until it refuses the model."""
        pause = FIRST_PAUSE_S
        while True:
            try:
                await self._one_life()
            except SlmFailed as refused:
                log.error("slm failed", extra={"reason": str(refused)})  # noqa: TRY400 - the text says it all
                self._enter("failed", str(refused))
                return
            except _Died as died:
                if self._state == "ready":
                    pause = FIRST_PAUSE_S
                log.warning("slm restarts", extra={"reason": str(died), "pause_s": pause})
                self._restarts += 1
                self._enter("restarting", str(died))
            await asyncio.sleep(pause * random.uniform(0.5, 1.0))
            pause = min(2 * pause, LONGEST_PAUSE_S)

    async def _one_life(self) -> None:
        """Run one process to its end. Raises ``SlmFailed`` where another would end the same way, else ``_Died``."""
        try:
            async with Child(self._settings, self._entry, extra_bufts=self._extra_bufts) as child:
                async with asyncio.timeout(self._settings.load_timeout_s):
                    await self._load(child)
                self._child = child
                self._seats.attach(child)
                self._enter("ready", "")
                await self._listen(child)
        except TimeoutError as error:
            raise _Died(f"the model did not load within {self._settings.load_timeout_s:g} s") from error
        except OSError as error:
            raise _Died(f"the model's process can't be started: {error}") from error
        finally:
            self._child = None

    async def _load(self, child: Child) -> None:
        trying = False
        while True:
            match await child.event():
                case Loaded() as loaded:
                    log.info(
                        "slm ready",
                        extra={"model": self.name, "profile": loaded.profile, "n_ctx": loaded.n_ctx, "pid": child.pid},
                    )
                    return
                case Refused() as refused:
                    raise SlmFailed(refused.message)
                case Trying():
                    trying = True
                case None:
                    ending = await child.ending()
                    if trying and self._extra_bufts:
                        log.warning("slm goes on without llama.cpp's fast weight buffers", extra={"reason": ending})
                        self._extra_bufts = False
                    raise _Died(f"the model's process died while loading: {ending}")
                case _:
                    pass

    async def _listen(self, child: Child) -> None:
        while (event := await child.event()) is not None:
            match event:
                case Text():
                    self._seats.hear(event)
                case Ended():
                    self._seats.hear(event)
                    self._prefill = _speed(event.prompt_tokens - event.kept_tokens, event.prefill_ms) or self._prefill
                    self._decode = _speed(event.completion_tokens, event.decode_ms) or self._decode
                case _:
                    pass
        raise _Died(f"the model's process died: {await child.ending()}")

    def _enter(self, state: State, reason: str) -> None:
        self._state, self._reason = state, reason
        if state != "ready":
            self._seats.detach(reason)
        if state == "restarting":
            self._settled.clear()
        else:
            self._settled.set()
        self.changed.set()


class LlamaSeat:
    """A query's place at the model. Implements ``types.Seat``."""

    def __init__(self, number: int, seats: Seats, *, zone: tzinfo, max_tokens: int) -> None:
        self._number = number
        self._seats = seats
        self._zone = zone
        self._max_tokens = max_tokens

    async def write(self, facts: Facts, written: Written) -> AsyncGenerator[str, None]:
        """Stream the draft, whole characters only; fill ``written`` at its end. Closing it stops the model.

        Raises ``SlmFailed`` where no model is ready, its process dies, or the window has no room for one record.
        """
        tables = rows.tables(facts, self._zone)
        limit = facts.max_tokens or self._max_tokens
        async with aclosing(self._seats.write(self._number, facts.question, tables, limit)) as stream:
            async for said in stream:
                match said:
                    case Text():
                        yield said.text
                    case Ended():
                        written.prompt_tokens = said.prompt_tokens
                        written.completion_tokens = said.completion_tokens
                        written.truncated = said.truncated
                        written.cut = said.cut


class _Died(Exception):
    """The process ended, or had to be; a new one may do better."""


def _speed(tokens: int, ms: float) -> float:
    """Tokens a second; 0 where there are too few to say."""
    return tokens * 1000 / ms if tokens >= _TELLING_TOKENS and ms > 0 else 0.0
