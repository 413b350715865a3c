"""One life of a simulated agent: the real agent, from its start to its death, on simulated parts."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING

from edge_agent import agent, config
from edge_agent.clock import Clock
from edge_agent.errors import SlmDied
from edge_agent.journal import CannotWrite
from edge_agent.journal.age import Mark
from edge_agent.journal.rows import Open, Row
from edge_agent.testing.faults.acts import ACTS
from edge_agent.testing.faults.haste import HastyJournal
from edge_agent.testing.faults.link import Crashed, SimulatedLink
from edge_agent.testing.faults.loop import BEGINS_AT_S
from edge_agent.testing.faults.mortal import MortalDisk
from edge_agent.testing.instant import InstantSlm
from edge_agent.types import Facts, Written

if TYPE_CHECKING:
    from edge_agent.testing.faults.world import World

ROOT = "s"
_BEGINS = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)


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


class _Disk(MortalDisk):
    """A dead process writes nothing any more, and a full disk refuses new queries."""

    def __init__(self, life: Life, path: Path, settings: config.Journal, *, clock: Clock) -> None:
        super().__init__(path, settings, clock=clock, reach=life.reach)
        self._life = life
        write = self._store.apply

        def apply(rows: Sequence[Row], mark: Mark) -> list[bool]:
            if life.world.disk_full and any(isinstance(row, Open) for row in rows):
                raise CannotWrite("SQLITE_FULL")
            return write(rows, mark)

        self._store.apply = apply  # type: ignore[method-assign]

    def apply(self, rows: Sequence[Row]) -> list[bool]:
        if self._life.dead:
            raise CannotWrite("the process is dead")
        return super().apply(rows)

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
