"""Devices in the simulated world: the same ledger and the same verdict as with real processes."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any

from edge_agent.messages import Query, Response, decode, encode
from edge_agent.testing.faults.loop import JOBS_TAKE_S, SimulatedLoop
from edge_agent.testing.faults.world import ROOT, Bridge, World
from edge_agent.wire import Outgoing
from tests.faults.cloud import planned
from tests.faults.devices import Asked

#: After so long, in simulated seconds, a question counts as lost.
PATIENCE_S = 400.0


class SimulatedDevice:
    """One device with a session of its own. ``resend_s`` None: it sends once."""

    def __init__(self, world: World, name: str, *, resend_s: float | None) -> None:
        self.world, self.name, self.resend_s = world, name, resend_s
        self.asked: dict[bytes, Asked] = {}
        #: Responses at an address where nobody awaited an answer to that question.
        self.elsewhere: list[Response] = []

    def connect(self) -> None:
        self.world.broker.connect(self.name, self, [f"{ROOT}/response/{self.name}/#"])

    def arrive(self, number: int, message: Outgoing) -> None:
        self.world.broker.acknowledge(self.name, number)
        if message.topic.endswith("/delta"):
            return
        response = decode(message.payload, Response)
        asked = self.asked.get(message.correlation or b"")
        if message.topic.endswith("/elsewhere") or asked is None:
            self.elsewhere.append(response)
        elif response.error is not None and response.error.retry_after_s is not None:
            asked.put_off += 1
        else:
            asked.copies.append(message.payload)
            asked.ended.set()

    async def ask(self, asked: Asked) -> None:
        """Ask, and keep asking where that is this device's habit."""
        self.asked[asked.item.encode()] = asked
        ends = asyncio.get_running_loop().time() + PATIENCE_S
        while not asked.ended.is_set() and asyncio.get_running_loop().time() < ends:
            if self.resend_s is not None or not asked.accepted or asked.put_off:
                asked.put_off = 0
                self.send(asked)
            try:
                async with asyncio.timeout(self.resend_s or 5.0):
                    await asked.ended.wait()
            except TimeoutError:
                pass

    def send(self, asked: Asked, *, prompt: str | None = None, at: str = "") -> None:
        """Publish it; ``prompt``: another body under the same id, to be answered ``at`` another topic."""
        asked.sent += 1
        topic = f"{ROOT}/response/{self.name}/{at or 'r'}"
        query = Query(
            id=asked.id if asked.kind == "id" else None,
            prompt=prompt or asked.prompt,
            effects=asked.effects,
            deadline_s=60,
        )
        message = Outgoing(
            topic=f"{ROOT}/query/{self.name}",
            payload=encode(query),
            response_topic=topic if asked.kind == "derived" or at else None,
            correlation=asked.item.encode(),
        )
        asyncio.get_running_loop().call_later(self.world.way_s(), self._arrived, asked, message)

    def _arrived(self, asked: Asked, message: Outgoing) -> None:
        if self.world.broker.up:
            asked.accepted += 1
            self.world.broker.publish(message)


def simulate(
    folder: Path,
    draw: random.Random,
    story: Callable[[World, Bridge], Coroutine[Any, Any, None]],
    *,
    jobs_take_s: Sequence[float] = JOBS_TAKE_S,
    **given: object,
) -> tuple[World, list[str]]:
    """Let a story happen in a world of its own. The world as it is then, and what went wrong in stray tasks."""
    loop = SimulatedLoop(draw, jobs_take_s)
    world = World(folder=folder, draw=draw, **given)  # type: ignore[arg-type]

    ended: list[str] = []

    async def happen() -> None:
        bridge = Bridge(world, lambda prompt: planned(prompt)[0])
        bridge.connect()
        living = asyncio.create_task(world.run(), name="world")
        told = asyncio.create_task(story(world, bridge), name="story")
        try:
            await asyncio.wait([living, told], return_when=asyncio.FIRST_COMPLETED)
            if living.done() and (error := living.exception()) is not None:
                ended.append(f"the agent ended by itself: {_leaf(error)!r}")
            else:
                await told
        finally:
            for task in (told, living):
                task.cancel()
            await asyncio.gather(told, living, return_exceptions=True)

    logging.disable(logging.CRITICAL)  # thousands of runs, each with crashes on purpose
    try:
        with asyncio.Runner(loop_factory=lambda: loop) as runner:
            runner.run(happen())
    finally:
        logging.disable(logging.NOTSET)
    return world, ended + [str(context.get("exception") or context["message"]) for context in loop.stray]


def _leaf(error: BaseException) -> BaseException:
    """The first error inside of groups."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
