"""How the agent does: counts, latencies, traces of the stages, and the time that each stage took."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from contextlib import aclosing, contextmanager
from dataclasses import dataclass, field
from statistics import quantiles
from typing import TypeVar

import psutil

from edge_agent.errors import Unfit
from edge_agent.messages import Latency, Memory, Queries, Response, SlmTelemetry, Telemetry, TimingsMs, Trace
from edge_agent.model import Slm
from edge_agent.types import Key

A = TypeVar("A")
B = TypeVar("B")

#: Which figure of the response's timings a stage counts to.
FIGURE = {
    "redact": "redact",
    "plans": "plan",
    "validate": "plan",
    "run_tools": "tools",
    "drafts": "generate",
    "ground": "generate",
}
LAST_ANSWERS = 512


@dataclass(kw_only=True)
class Meter:
    """Counts since the start, and the latencies of the last answers."""

    instance: str
    received: int = 0
    answered: int = 0
    failed: int = 0
    refused: int = 0
    running: int = 0
    started: float = field(default_factory=time.monotonic)
    _latencies_ms: deque[float] = field(default_factory=lambda: deque(maxlen=LAST_ANSWERS))
    _process: psutil.Process = field(default_factory=psutil.Process)

    def ended(self, response: Response) -> None:
        """Count a terminal response."""
        if response.status == "ok":
            self.answered += 1
            self._latencies_ms.append(response.timings_ms.total if response.timings_ms else 0.0)
        else:
            self.failed += 1

    def telemetry(self, *, in_hand: int, slm: SlmTelemetry | None) -> Telemetry:
        """Say how the agent does now."""
        memory = psutil.virtual_memory()
        return Telemetry(
            instance=self.instance,
            uptime_s=round(time.monotonic() - self.started, 1),
            queries=Queries(
                received=self.received,
                answered=self.answered,
                failed=self.failed,
                refused=self.refused,
                running=self.running,
                queued=max(in_hand - self.running, 0),
            ),
            latency=self._latency(),
            memory=Memory(
                rss_bytes=self._process.memory_info().rss,
                available_bytes=memory.available,
                total_bytes=memory.total,
            ),
            cpu_percent=self._process.cpu_percent(),
            slm=slm,
        )

    def _latency(self) -> Latency:
        last = self._latencies_ms
        if len(last) < 2:  # noqa: PLR2004 - a quantile needs two
            return Latency(p50_ms=round(sum(last), 1), p95_ms=round(sum(last), 1))
        cuts = quantiles(last, n=20, method="inclusive")
        return Latency(p50_ms=round(cuts[9], 1), p95_ms=round(cuts[18], 1))


class Watch:
    """The stages of one query: which one it is in, how long each took, a trace for each begin and end."""

    def __init__(self, key: Key, received: float, trace: Callable[[str, Trace], None]) -> None:
        self._key = key
        self._received = received
        self._trace = trace
        self._ms: dict[str, float] = {}
        #: The innermost stage that runs or ran last.
        self.stage_now: str | None = None
        self.queued_ms = 0.0

    def turn(self) -> None:
        """Note that the query's turn has come."""
        self.queued_ms = (time.monotonic() - self._received) * 1000

    def timings(self) -> TimingsMs:
        """Sum up, in milliseconds since the receipt."""
        figures = {name: round(ms, 1) for name, ms in self._ms.items()}
        total = (time.monotonic() - self._received) * 1000
        return TimingsMs(queued=round(self.queued_ms, 1), total=round(total, 1), **figures)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Trace and time what runs inside."""
        self.stage_now = name
        begun = time.perf_counter()
        self._trace(name, Trace(device=self._key[0], id=self._key[1], state="begun"))
        state = "failed"
        try:
            yield
            state = "done"
        finally:
            ms = (time.perf_counter() - begun) * 1000
            if (figure := FIGURE.get(name)) is not None:
                self._ms[figure] = self._ms.get(figure, 0.0) + ms
            self._trace(name, Trace(device=self._key[0], id=self._key[1], state=state, ms=round(ms, 2)))

    def traced(self, name: str, run: Callable[[A], Awaitable[B]]) -> Callable[[A], Awaitable[B]]:
        """Wrap a stage."""

        async def wrapped(given: A) -> B:
            with self.stage(name):
                return await run(given)

        return wrapped

    async def candidates(self, name: str, source: AsyncGenerator[A, Unfit | None]) -> AsyncGenerator[A, Unfit | None]:
        """Wrap a stage that gives candidates: each one is traced, and each refusal handed through."""
        refusal: Unfit | None = None
        async with aclosing(source):
            while True:
                with self.stage(name):
                    try:
                        candidate = await source.asend(refusal)
                    except StopAsyncIteration:
                        return
                refusal = yield candidate


def slm_telemetry(slm: Slm | None) -> SlmTelemetry | None:
    """How the model does, as telemetry says it; None where there is no model."""
    if slm is None:
        return None
    figures = slm.figures
    return SlmTelemetry(
        model=slm.name,
        state=slm.state,
        prefill_tokens_per_s=round(figures.prefill_tokens_per_s, 1),
        decode_tokens_per_s=round(figures.decode_tokens_per_s, 1),
        rss_bytes=figures.rss_bytes,
        restarts=figures.restarts,
    )
