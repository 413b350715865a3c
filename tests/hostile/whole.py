"""Hostile messages to a real agent over a real broker: each answered, dead-lettered or stopped by the broker.

``python -m tests.hostile.whole [NUMBER]``: 10,000 messages by default.
"""

from __future__ import annotations

import asyncio
import random
import statistics
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from edge_agent import agent, config
from edge_agent.clock import Clock
from edge_agent.messages import DeadLetter, Query, Response, Status, decode, encode
from edge_agent.mqtt import Link, Subscription
from edge_agent.testing.processes import mosquitto, running
from edge_agent.wire import Incoming
from tests.hostile.fates import Fates, wrong_place
from tests.hostile.packets import Gun, Shot
from tests.hostile.shots import corpus, made_up

WITHIN_S = 30.0
#: After so many shots a good query is asked.
EVERY = 25


@dataclass(kw_only=True)
class Verdict:
    """What was found. ``wrong``: a sentence for each thing that must not be; ``good_ms``: of each good query."""

    wrong: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    good_ms: list[float] = field(default_factory=list)

    def __str__(self) -> str:
        counts = ", ".join(f"{name}: {number}" for name, number in sorted(self.counts.items()))
        good = f"{len(self.good_ms)} good queries answered, p50 {statistics.median(self.good_ms):.0f} ms, "
        return f"{len(self.wrong)} wrong; {good}slowest {max(self.good_ms):.0f} ms; {counts}"


@dataclass(kw_only=True)
class Observer:
    """Hears everything that crosses the broker."""

    link: Link
    heard: list[Incoming] = field(default_factory=list)
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    async def listen(self) -> None:
        """Write it all down."""
        async for message in self.link:
            message.acknowledge()
            self.heard.append(message)
            self._news.set()

    async def response(self, id_: str, topic: str) -> Response:
        """Wait for the answer to a good query."""
        seen = 0
        async with asyncio.timeout(WITHIN_S):
            while True:
                for message in self.heard[seen:]:
                    if message.topic == topic and (found := decode(message.payload, Response)).id == id_:
                        return found
                seen = len(self.heard)
                await self.news()

    async def news(self) -> None:
        """Wait until something more was heard."""
        self._news.clear()
        await self._news.wait()


async def run(number: int, seed: int, folder: Path) -> Verdict:
    """Fire so many shots, half of a corpus and half of hypothesis'."""
    draw = random.Random(seed)
    tricks = corpus(draw)
    shots = [*(next(tricks) for _ in range(number - number // 2)), *made_up(number // 2, seed)]
    draw.shuffle(shots)
    verdict = Verdict()
    process, port = mosquitto(folder / "broker")
    with running(process, port):
        settings = _settings(folder, port)
        link = Link(
            settings.mqtt,
            identifier="observer",
            subscriptions=[Subscription(topic="#", retained=True), Subscription(topic="$evil/#", retained=True)],
        )
        observer, stop = Observer(link=link), asyncio.Event()
        async with link, asyncio.TaskGroup() as tasks:
            await link.connected.wait()
            listening = tasks.create_task(observer.listen())
            serving = tasks.create_task(agent.serve(settings, stop=stop, clock=Clock(), credential=lambda _: None))
            try:
                await _all(shots, observer, Gun(port=port), verdict)
            finally:
                stop.set()
                await asyncio.wait([serving])
                listening.cancel()
    return verdict


async def _all(shots: list[Shot], observer: Observer, gun: Gun, verdict: Verdict) -> None:
    await _online(observer)
    fates, mine = Fates(), Counter[tuple[str, bytes]]()
    for index, shot in enumerate(shots):
        taken = await gun.fire(shot)
        verdict.counts[f"{shot.kind}{'' if taken else ', stopped by the broker'}"] += 1
        if taken:
            fates.expect(shot)
            mine[shot.topic.decode("utf-8", "replace"), shot.payload] += 1
        if index % EVERY == 0:
            await _good(index, observer, gun, verdict, mine)
    await _good(len(shots), observer, gun, verdict, mine)
    try:
        async with asyncio.timeout(WITHIN_S):
            while not fates.settled(observer.heard):
                await observer.news()
    except TimeoutError:
        verdict.wrong += [f"no word about {shot}" for shot in fates.open[:10]]
    await gun.close()
    _judge(observer.heard, fates, mine, verdict)


async def _online(observer: Observer) -> None:
    async with asyncio.timeout(WITHIN_S):
        while not any(m.topic == "fedlm/tools/agent" for m in observer.heard):
            await observer.news()


async def _good(index: int, observer: Observer, gun: Gun, verdict: Verdict, mine: Counter[tuple[str, bytes]]) -> None:
    id_, begun = f"g{index}", time.monotonic()
    shot = Shot(
        kind="good",
        topic=b"fedlm/query/good",
        payload=encode(Query(id=id_, prompt="What is the status of order ORD-1042?")),
    )
    mine[shot.topic.decode(), shot.payload] += 1
    if not await gun.fire(shot):
        verdict.wrong.append(f"{id_}: the broker refused a good query")
    response = await observer.response(id_, "fedlm/response/good")
    verdict.good_ms.append((time.monotonic() - begun) * 1000)
    if "shipped" not in (response.answer or ""):
        verdict.wrong.append(f"{id_}: {response}")


def _judge(heard: list[Incoming], fates: Fates, mine: Counter[tuple[str, bytes]], verdict: Verdict) -> None:
    """Look at everything that the agent said, and where."""
    for message in heard:
        if mine[message.topic, message.payload]:
            mine[message.topic, message.payload] -= 1
            continue
        if (wrong := wrong_place(message, fates)) is not None:
            verdict.wrong.append(wrong)
        elif message.topic == "fedlm/deadletter/agent":
            verdict.counts[f"→ dead letter {decode(message.payload, DeadLetter).code}"] += 1
        elif message.topic.startswith("fedlm/response") and not message.topic.endswith("/delta"):
            response = decode(message.payload, Response)
            code = response.error.code if response.error is not None else "ok"
            verdict.counts[f"→ {code}"] += 1
            if code == "internal":
                verdict.wrong.append(f"a defect: {response}")
        elif message.topic == "fedlm/status/agent" and decode(message.payload, Status).state == "offline":
            verdict.wrong.append("the agent went away")


def _settings(folder: Path, port: int) -> config.Agent:
    question = "What is the status of order {order}?"
    call = config.PlanCall(tool="order_status", arguments={"order": "{order}"})
    return config.Agent(
        state_dir=str(folder / "agent"),
        mqtt=config.Mqtt(host="127.0.0.1", port=port, keepalive_s=5),
        tools=config.Tools(modules=[str(Path(__file__).parents[1] / "whole" / "some_tools.py")], entry_points=False),
        planner=config.Planner(cloud=False),
        inbox=config.Inbox(per_device_per_minute=0),
        plan=[config.PlanTable(match=[question], calls=[call])],
        deadline_s=20.0,
        shutdown_s=5.0,
    )


def main() -> int:
    """Run the whole form; 1 where anything is wrong."""
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with tempfile.TemporaryDirectory() as folder:
        verdict = asyncio.run(run(number, 6, Path(folder)))
    print(f"hostile messages, {number}: {verdict}")
    print("\n".join(verdict.wrong[:20]))
    return 1 if verdict.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
