"""Processes are killed and the network fails: every question ends once, and no side effect happens twice."""

from __future__ import annotations

import asyncio
import random

import pytest

from edge_agent.testing.faults.proxy import FAULTS, Proxy
from tests.faults import scale
from tests.faults.asking import Run
from tests.faults.parts import Parts, kill_agent_for_ever

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(900 if scale.WHOLE else 120)]
NUMBER = scale.scaled(whole=500, short=40)
PAUSE_S = scale.scaled(whole=1.0, short=0.6)
EVERY_S = scale.scaled(whole=5.0, short=1.5)
Network = tuple[Parts, Proxy]


@pytest.mark.parametrize("resend_s", [1.0, None], ids=["re-sending", "sending once"])
async def test_the_agent_is_killed_every_2_s(network: Network, resend_s: float | None) -> None:
    parts, _ = network
    name = "agent killed, " + ("devices re-send" if resend_s else "devices send once")
    fault = kill_agent_for_ever(parts, scale.draw(name), every_s=scale.scaled(whole=2.0, short=0.7))
    kills = await Run(name=name, number=NUMBER, pause_s=PAUSE_S, resend_s=resend_s).under(parts, fault)
    assert kills["agent"]


async def test_the_broker_is_killed_every_5_s(network: Network) -> None:
    parts, _ = network

    async def fault() -> None:
        while True:
            await asyncio.sleep(EVERY_S)
            await parts.again(parts.broker, parts.port)

    kills = await Run(name="broker killed, devices re-send", number=NUMBER, pause_s=PAUSE_S).under(parts, fault())
    assert kills["broker"]


async def test_the_database_is_killed_every_5_s(network: Network) -> None:
    parts, _ = network

    async def fault() -> None:
        while True:
            await asyncio.sleep(EVERY_S)
            await parts.again(parts.database, parts.mongo_port)

    kills = await Run(name="database killed, devices re-send", number=NUMBER, pause_s=PAUSE_S).under(parts, fault())
    assert kills["database"]


async def test_the_bridge_is_killed_and_stays_away_for_60_s(network: Network) -> None:
    parts, _ = network

    async def fault() -> None:
        await asyncio.sleep(scale.scaled(whole=5.0, short=0.5))
        await parts.kill("bridge", away_s=scale.scaled(whole=60.0, short=3.0))
        await asyncio.Event().wait()

    pause_s = scale.scaled(whole=2.0, short=0.6)
    kills = await Run(name="bridge killed, devices re-send", number=NUMBER, pause_s=pause_s).under(parts, fault())
    assert kills["bridge"]
    await parts.online("bridge")


async def test_the_network_cuts_delays_and_half_closes(network: Network) -> None:
    parts, proxy = network
    name = "bad network, devices re-send"
    await Run(name=name, number=NUMBER, pause_s=PAUSE_S).under(parts, break_for_ever(proxy, scale.draw(name)))
    scale.report("connections that met a fault", dict(proxy.done))
    assert proxy.done.total()


async def break_for_ever(proxy: Proxy, draw: random.Random) -> None:
    """Let the three faults happen in turn, with quiet moments between them."""
    while True:
        for what in FAULTS:
            await asyncio.sleep(draw.uniform(0.3, 1.0))
            await proxy.fault(what, draw, lasting_s=draw.uniform(0.3, scale.scaled(whole=8.0, short=2.0)))
