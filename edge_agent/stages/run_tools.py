"""run_tools: all calls of a plan in parallel, each within its own bound. A failure is a value; the others go on."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from edge_agent.clock import Clock
from edge_agent.errors import ToolFailed
from edge_agent.types import CallStatus, Checked, CheckedCall, Found, Result, Results

log = logging.getLogger(__name__)

#: What is left of the query's time for its answer: this many seconds, or a share where there are few.
_RESERVE_S = 1.0
_RESERVE_SHARE = 0.2

_FAILURES: dict[str, CallStatus] = {"timed_out": "timed_out", "busy": "busy", "unknown": "unknown"}

#: Makes a call. Raises ``ToolFailed``.
Run = Callable[[CheckedCall], Awaitable[Found]]


async def _plainly(call: CheckedCall) -> Found:
    return await call.tool.run(call)


async def run_tools(checked: Checked, *, parallel: int, clock: Clock, deadline: float, run: Run = _plainly) -> Results:
    """Run the calls, ``parallel`` at a time. ``deadline``: of the query, on the monotonic clock, in seconds.

    A call ends after its tool's ``timeout_s``, and early enough that the answer can still be given.
    """
    now = clock.monotonic()
    ends = deadline - min(_RESERVE_S, max(0.0, deadline - now) * _RESERVE_SHARE)
    seats = asyncio.Semaphore(parallel)
    async with asyncio.TaskGroup() as group:
        tasks = [
            group.create_task(_run(call, run, seats, clock, ends), name=f"tool {call.id} {call.tool.name}")
            for call in checked.calls
        ]
    return Results(
        results=tuple(task.result() for task in tasks),
        route=checked.route,
        route_reason=checked.route_reason,
        usage=checked.usage,
    )


async def _run(call: CheckedCall, run: Run, seats: asyncio.Semaphore, clock: Clock, ends: float) -> Result:
    begun = clock.monotonic()
    status: CallStatus
    try:
        async with asyncio.timeout_at(ends) as limit, seats:
            begun = clock.monotonic()
            limit.reschedule(min(ends, begun + call.tool.timeout_s))
            found = await run(call)
    except TimeoutError:
        status, reason = "unknown" if call.tool.effects else "timed_out", "time-out"
    except ToolFailed as error:
        status, reason = _FAILURES.get(error.status, "failed"), str(error)
    else:
        return Result(
            call=call,
            status="ok" if found.records else "empty",
            records=found.records,
            more=found.more,
            ms=_ms_since(begun, clock),
        )
    log.warning("tool_failed", extra={"tool": call.tool.name, "call": call.id, "status": status, "reason": reason})
    return Result(call=call, status=status, ms=_ms_since(begun, clock))


def _ms_since(begun: float, clock: Clock) -> float:
    return round((clock.monotonic() - begun) * 1000, 3)
