"""A real agent process kills itself at a chosen point; another goes on. The simulation does the same at every point."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable

import pytest

from edge_agent.testing.faults.proxy import Proxy
from tests.faults import scale
from tests.faults.crowd import crowd
from tests.faults.devices import Asked
from tests.faults.parts import Parts
from tests.faults.verdict import judge

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(600 if scale.WHOLE else 120)]
POINTS = scale.scaled(
    whole=(
        "commit open",
        "before acknowledging query",
        "after acknowledging query",
        "before publishing plan",
        "after PUBACK of plan",
        "before acknowledging plan",
        "commit intent:",
        "commit result:",
        "commit end",
        "before publishing response",
        "after PUBACK of response",
        "commit done",
    ),
    short=("after acknowledging query", "commit intent:", "commit end"),
)


async def test_a_process_that_dies_at_a_point_loses_and_doubles_nothing(network: tuple[Parts, Proxy]) -> None:
    parts, _ = network
    people = crowd(parts.root, parts.device_port, resend_s=None, patience_s=60, pause_s=0)
    device, asked = people.devices[0], []
    async with device.connected():
        for number, point in enumerate(POINTS):
            item = f"d{number}x{scale.SEED}"
            asked.append(Asked(device=device.name, kind="id", item=item, effects=True, id=f"die-{number}-{scale.SEED}"))
            device.asked[item] = asked[-1]
            await die_at(parts, point, device.send(asked[-1]))
            async with asyncio.timeout(60):
                await asked[-1].ended.wait()
    verdict = judge(asked, await asyncio.to_thread(parts.ran), resending=False)
    scale.report(f"a process dead at each of {len(POINTS)} points", verdict)
    assert not verdict.faults, "\n".join(verdict.faults)


async def die_at(parts: Parts, point: str, asks: Awaitable[None]) -> None:
    """Put the mortal agent in the place of ours, let the device ask, wait for the death, start ours again."""
    ours, mortal = parts.agent, parts.mortal(point)
    await asyncio.to_thread(ours.kill)
    parts.statuses.pop("agent", None)
    parts.agent = mortal
    mortal.start()
    try:
        await parts.online("agent")
        await asks
        assert mortal.popen is not None
        async with asyncio.timeout(60):
            await asyncio.to_thread(mortal.popen.wait)
    finally:
        await asyncio.to_thread(mortal.stop)
        parts.agent = ours
        ours.start()
