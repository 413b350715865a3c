"""Synchronous functions: a few threads for each tool, and one that hangs holds up nobody else."""

from __future__ import annotations

import asyncio
import threading

import pytest

from edge_agent.errors import ToolFailed
from edge_agent.tools.functions import function_tool, tool
from edge_agent.tools.threads import THREADS
from tests.tools.conftest import call


async def test_when_all_threads_of_a_tool_hang_it_is_busy_and_others_go_on() -> None:
    free = threading.Event()

    @tool
    def hang() -> str:
        """Hang."""
        free.wait(30)
        return "late"

    @tool
    def work() -> str:
        """Work."""
        return threading.current_thread().name

    hanging = function_tool(hang, timeout_s=5.0)
    for _ in range(THREADS):
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(call(hanging, {}), 0.02)
    with pytest.raises(ToolFailed) as busy:
        await call(hanging, {})
    assert busy.value.status == "busy"
    assert (await call(function_tool(work, timeout_s=5.0), {})).records == ({"value": "tool-work"},)
    free.set()
    async with asyncio.timeout(5):
        while True:  # the threads come back when the function does
            try:
                assert (await call(hanging, {})).records == ({"value": "late"},)
                break
            except ToolFailed:
                await asyncio.sleep(0)


async def test_more_calls_than_threads_wait_for_one_another() -> None:
    running, most = 0, 0
    lock = threading.Lock()
    begun = threading.Barrier(THREADS)

    @tool
    def count() -> int:
        """Count who runs beside."""
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        begun.wait(5)
        with lock:
            running -= 1
        return 1

    counting = function_tool(count, timeout_s=5.0)
    found = await asyncio.gather(*(call(counting, {}) for _ in range(2 * THREADS)))
    assert len(found) == 2 * THREADS
    assert most <= THREADS
