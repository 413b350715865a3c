"""What the agent adds to a round trip: a query answered at once, against a bare echo over the same broker."""

from __future__ import annotations

import asyncio
import secrets
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from edge_agent import config
from edge_agent.messages import Query
from edge_agent.mqtt import Link, Subscription
from edge_agent.testing.cloud.scripted import Cloud
from edge_agent.testing.processes import mosquitto, running
from edge_agent.wire import Outgoing
from tests.whole.house import open_house
from tests.whole.plans import ORDER, QUESTION, instant

ROUNDS = 300


async def timed(once: Callable[[], Awaitable[object]]) -> list[float]:
    for _ in range(20):
        await once()
    took = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        await once()
        took.append((time.perf_counter() - begun) * 1000)
    return sorted(took)


async def echo(port: int) -> list[float]:
    """One QoS 1 round trip between two of our links."""
    mqtt = config.Mqtt(host="127.0.0.1", port=port)
    root = secrets.token_hex(4)

    def link(topic: str) -> Link:
        name = secrets.token_hex(6)
        return Link(mqtt, identifier=name, subscriptions=[Subscription(topic=f"{root}/{topic}")], session=False)

    async with link("there") as far, link("back") as near:
        await asyncio.gather(far.connected.wait(), near.connected.wait())

        async def answer() -> None:
            async for message in far:
                message.acknowledge()
                await far.publish(Outgoing(topic=f"{root}/back", payload=message.payload))

        answering = asyncio.create_task(answer())
        messages = aiter(near)

        async def once() -> None:
            await near.publish(Outgoing(topic=f"{root}/there", payload=b"x" * 256))
            (await anext(messages)).acknowledge()

        try:
            return await timed(once)
        finally:
            answering.cancel()


async def whole(port: int, folder: Path) -> list[float]:
    """A query through agent, bridge, HTTP and back, with instant cloud, tool and model."""
    async with open_house(port, folder, cloud=Cloud(ORDER), slm=instant) as house:

        async def once() -> None:
            id_ = secrets.token_hex(8)
            await house.send(Query(prompt=QUESTION, id=id_))
            await house.response(id_)
            house.heard.clear()

        return await timed(once)


async def measure() -> None:
    with tempfile.TemporaryDirectory() as folder:
        process, port = mosquitto(Path(folder) / "broker")
        with running(process, port):
            bare, full = await echo(port), await whole(port, Path(folder))
    for name, took in (("bare echo", bare), ("whole way, all instant", full)):
        print(f"{name:<24} p50 {statistics.median(took):6.2f} ms   p99 {took[int(len(took) * 0.99)]:6.2f} ms")
    print(f"ratio of the medians: {statistics.median(full) / statistics.median(bare):.1f}")


def main() -> None:
    asyncio.run(measure())
