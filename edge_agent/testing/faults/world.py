"""A simulated world around a real agent: broker, cloud, disk, clock, model and power are its to spoil."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from edge_agent.messages import Plan, PlanFailure, PlanRequest, Status, decode, encode
from edge_agent.messages.plan import ProposedCall
from edge_agent.testing.faults.broker import SimulatedBroker
from edge_agent.testing.faults.haste import Haste
from edge_agent.testing.faults.life import ROOT, Life
from edge_agent.testing.faults.loop import BEGINS_AT_S
from edge_agent.wire import Outgoing

__all__ = ["ROOT", "Bridge", "World"]


@dataclass(kw_only=True)
class World:
    """One run. ``crash_at``: the points, by number, at which the agent dies."""

    folder: Path
    draw: random.Random
    haste: Haste = "none"
    crash_at: Callable[[int, str], bool] = lambda _, __: False
    broker: SimulatedBroker = field(default_factory=SimulatedBroker)
    #: All points that were reached, in all lives.
    points: list[str] = field(default_factory=list)
    #: How often each effect happened.
    done: Counter[str] = field(default_factory=Counter)
    crashes: int = 0
    #: How far the wall clock is off, in seconds, and which boot this is.
    wall_off_s: float = 0.0
    boot: int = 0
    booted_at: float = BEGINS_AT_S
    disk_full: bool = False
    #: Chances that a plan fails or never comes, and that the model dies.
    cloud_fails: float = 0.0
    slm_dies: float = 0.0
    #: How long the agent stays away after a crash, and whether the machine was off meanwhile.
    away_s: Callable[[], tuple[float, bool]] = lambda: (0.5, False)
    life: Life | None = None
    _lives: list[Life] = field(default_factory=list)

    def way_s(self) -> float:
        """How long a packet takes."""
        return self.draw.choice((0.001, 0.002, 0.005, 0.05))

    async def online(self) -> None:
        """Wait until an agent says that it is there."""
        while not self._says_online():  # noqa: ASYNC110 - time is simulated
            await asyncio.sleep(0.01)

    def _says_online(self) -> bool:
        told = self.broker.retained(f"{ROOT}/status/agent")
        return told is not None and decode(told.payload, Status).state != "offline"

    def cut(self) -> None:
        """Cut the agent's connections."""
        for link in self.life.links if self.life is not None else ():
            link.cut()

    async def run(self) -> None:
        """Let agents live, one after the other, until cancelled."""
        state = self.folder / "life-0"
        try:
            while True:
                self.life = life = Life(self, state)
                self._lives.append(life)
                await life.run()
                state = life.left
                away_s, off = self.away_s()
                await asyncio.sleep(away_s)
                if off:
                    self.boot += 1
                    self.booted_at = asyncio.get_running_loop().time()
        finally:
            await asyncio.gather(*(each.end() for each in self._lives), return_exceptions=True)


class Bridge:
    """The bridge and the cloud behind it: plans what the prompt says, late, never, or not at all."""

    def __init__(self, world: World, planned: Callable[[str], tuple[str, Mapping[str, Any]]]) -> None:
        self._world = world
        self._planned = planned
        self._status = Status(role="bridge", instance="b" * 32, state="online")

    def connect(self) -> None:
        """Be there; again after the broker was killed."""
        self._world.broker.connect("bridge", self, [f"{ROOT}/plan/request/+"])
        self._world.broker.publish(Outgoing(topic=f"{ROOT}/status/bridge", payload=encode(self._status), retain=True))

    def arrive(self, number: int, message: Outgoing) -> None:
        """Take a request."""
        self._world.broker.acknowledge("bridge", number)
        request = msgspec.json.decode(message.payload, type=PlanRequest)
        answer: Plan | PlanFailure
        if self._world.draw.random() < self._world.cloud_fails:
            if self._world.draw.random() < 0.5:
                return
            answer = PlanFailure(id=request.id, code="unreachable")
        else:
            tool, arguments = self._planned(request.body.prompt)
            calls = [ProposedCall(tool=tool, arguments=dict(arguments))]
            answer = Plan(id=request.id, calls=calls, model="simulated")
        back = Outgoing(topic=f"{ROOT}/plan/response/agent", payload=encode(answer))
        asyncio.get_running_loop().call_later(
            self._world.draw.choice((0.01, 0.1, 1.0)), self._world.broker.publish, back
        )
