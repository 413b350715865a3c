"""A simulated world around a real agent: broker, cloud, disk, clock, model and power are its to spoil."""

from __future__ import annotations

import asyncio
import contextlib
import random
import shutil
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any

import msgspec

from edge_agent import agent, config
from edge_agent.clock import Clock
from edge_agent.errors import SlmDied
from edge_agent.journal import CannotWrite, Disk
from edge_agent.journal.rows import Open, Row, Step
from edge_agent.messages import Plan, PlanFailure, PlanRequest, Status, decode, encode
from edge_agent.messages.plan import ProposedCall
from edge_agent.testing.faults.acts import ACTS
from edge_agent.testing.faults.broker import SimulatedBroker
from edge_agent.testing.faults.haste import Haste, HastyJournal
from edge_agent.testing.faults.link import Crashed, SimulatedLink
from edge_agent.testing.faults.loop import BEGINS_AT_S
from edge_agent.testing.instant import InstantSlm
from edge_agent.types import Facts, Written
from edge_agent.wire import Outgoing

ROOT = "s"
_BEGINS = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)


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


class Life:
    """One process of the agent, from its start to its death."""

    def __init__(self, world: World, state: Path) -> None:
        self.world = world
        self.state = state
        self.left = state
        self.dead = False
        self.links: list[SimulatedLink] = []
        self._over = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def run(self) -> None:
        """Live until killed. An agent that ends by itself is a defect."""
        ACTS.set(self)
        self._task = asyncio.create_task(self._serve(), name=f"agent in {self.state.name}")
        over = asyncio.create_task(self._over.wait(), name="death")
        try:
            await asyncio.wait([self._task, over], return_when=asyncio.FIRST_COMPLETED)
            if not self.dead:
                await self._task
                raise RuntimeError("the agent ended by itself")
        finally:
            over.cancel()

    async def end(self) -> None:
        """Clear away what is left of it."""
        self.dead = True
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def way_s(self) -> float:
        """How long a packet takes."""
        return self.world.way_s()

    def reach(self, point: str) -> None:
        """Come to a point at which it may die. Raises ``Crashed``."""
        if self.dead:
            raise Crashed
        self.world.points.append(point)
        if self.world.crash_at(len(self.world.points), point):
            self.kill()
            raise Crashed

    def kill(self) -> None:
        """SIGKILL: what is on disk now is all that the next life has, and what was sent arrives."""
        if self.dead:
            return
        self.dead = True
        self.world.crashes += 1
        self.left = self.state.with_name(f"life-{self.world.crashes}")
        if self.state.exists():
            shutil.copytree(self.state, self.left)
        loop = asyncio.get_running_loop()
        for link in self.links:
            loop.call_later(0.2, link.cut)
        if self._task is not None:
            self._task.cancel()
        self._over.set()

    async def look(self) -> None:
        """Take as long as reading takes."""
        await asyncio.sleep(self.world.draw.choice((0.0, 0.01, 0.3)))

    async def act(self, item: str) -> None:
        """Change something."""
        self.reach("before an effect")
        await asyncio.sleep(self.world.draw.choice((0.0, 0.01, 0.1)))
        self.reach("during an effect")
        self.world.done[item] += 1
        self.reach("after an effect")
        await asyncio.sleep(self.world.draw.choice((0.0, 0.01)))

    async def _serve(self) -> None:
        clock = _Clock(world=self.world)
        settings = config.Agent(
            state_dir=str(self.state),
            mqtt=config.Mqtt(root=ROOT),
            tools=config.Tools(modules=["edge_agent.testing.faults.acts"], entry_points=False, effects=True),
            policy=[config.Policy(devices=["*"], shared=True, effects=["open_ticket"])],
            inbox=config.Inbox(per_device_per_minute=0),
            journal=config.Journal(ballast_mb=0),
            planner=config.Planner(budget_s=8.0),
            trace=config.Trace(on=False),
            deadline_s=60.0,
        )
        disk = _Disk(self, self.state / "journal", settings.journal, clock=clock)
        with contextlib.suppress(Crashed):
            await agent.serve(
                settings,
                stop=asyncio.Event(),
                clock=clock,
                credential=lambda _: None,
                slm=_Slm(self.world, zone=clock.zone),
                journal=HastyJournal(disk, clock=clock, haste=self.world.haste),
                link=self._link,
            )

    def _link(self, settings: config.Mqtt, **given: object) -> SimulatedLink:
        link = SimulatedLink(self, self.world.broker, settings, **given)  # type: ignore[arg-type]
        self.links.append(link)
        return link


@dataclass(frozen=True, kw_only=True)
class _Clock(Clock):
    """Stands on the loop's time; its wall clock can be wrong."""

    world: World
    zone: tzinfo = UTC

    def now(self) -> datetime:
        passed_s = asyncio.get_running_loop().time() - BEGINS_AT_S + self.world.wall_off_s
        return _BEGINS + timedelta(seconds=passed_s)

    def boot(self) -> tuple[str, float]:
        return str(self.world.boot), asyncio.get_running_loop().time() - self.world.booted_at


class _Disk(Disk):
    """The real files. The agent may die right after each commit; a full disk refuses what would grow the file."""

    def __init__(self, life: Life, path: Path, settings: config.Journal, *, clock: Clock) -> None:
        super().__init__(path, settings, clock=clock)
        self._life = life
        write = self._store.apply

        def apply(rows: Sequence[Row], mark: object) -> list[bool]:
            if life.world.disk_full and any(isinstance(row, Open) for row in rows):
                raise CannotWrite("SQLITE_FULL")
            return write(rows, mark)  # type: ignore[arg-type]

        self._store.apply = apply  # type: ignore[method-assign]

    def apply(self, rows: Sequence[Row]) -> list[bool]:
        if self._life.dead:
            raise CannotWrite("the process is dead")
        outcomes = super().apply(rows)
        names = sorted({f"step {row.name}" if isinstance(row, Step) else type(row).__name__.lower() for row in rows})
        self._life.reach(f"after the commit of {', '.join(names)}")
        return outcomes

    def make_room(self) -> None:
        if self._life.world.disk_full:
            raise CannotWrite("SQLITE_FULL")
        super().make_room()


class _Slm(InstantSlm):
    """Says the bare facts, taking a while; now and then it dies of it."""

    def __init__(self, world: World, *, zone: tzinfo) -> None:
        super().__init__(zone=zone)
        self._world = world

    async def write(self, facts: Facts, written: Written) -> AsyncGenerator[str, None]:
        await asyncio.sleep(self._world.draw.choice((0.0, 0.01, 0.2)))
        if self._world.draw.random() < self._world.slm_dies:
            raise SlmDied("the model's process died")
        async for chunk in super().write(facts, written):
            yield chunk


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
