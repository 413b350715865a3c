"""What a device does while the agent dies at a chosen point: it asks, repeats, or asks another thing under the id."""

from __future__ import annotations

import asyncio
import random
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar

from edge_agent.testing.faults.haste import Haste
from edge_agent.testing.faults.world import Bridge, World
from tests.faults.devices import Asked, Kind
from tests.faults.schedules import FAST
from tests.faults.simulated import SimulatedDevice, simulate
from tests.faults.verdict import Verdict, judge

T = TypeVar("T")
Habit = Literal["first", "repeat", "other body"]
HABITS: tuple[Habit, ...] = ("first", "repeat", "other body")
#: After this, in simulated seconds, all that will happen has happened.
SETTLED_S = 12.0
OTHER = "What is the state of item another"


class Steady(random.Random):
    """Always the first of all choices: every packet takes a millisecond, every tool none, a commit half a one."""

    def choice(self, seq: Sequence[T]) -> T:  # type: ignore[override]
        return seq[0]

    def random(self) -> float:
        return 0.999


@dataclass(frozen=True, kw_only=True)
class Script:
    """One run: a query of a kind, what the device does with it, and at which points the agent dies."""

    kind: Kind
    habit: Habit
    dies_at: frozenset[int] = frozenset()
    haste: Haste = "none"

    def play(self) -> Played:
        """Play it in a world of its own."""
        devices: list[SimulatedDevice] = []
        asked = Asked(
            device="device", kind=self.kind, item="item1", effects=self.kind != "none", id="a1" * (self.kind == "id")
        )

        async def story(world: World, _: Bridge) -> None:
            device = SimulatedDevice(world, "device", resend_s=None)
            devices.append(device)
            device.connect()
            await world.online()
            asking = asyncio.create_task(device.ask(asked), name="ask")
            await asyncio.sleep(0.003)
            self._again(device, asked)  # while the first is in hand
            await asyncio.sleep(SETTLED_S)
            self._again(device, asked)  # once the first is answered
            await asyncio.sleep(SETTLED_S)
            await asking

        world, stray = in_a_folder(
            lambda folder: simulate(
                folder,
                Steady(),
                story,
                haste=self.haste,
                crash_at=lambda number, _: number in self.dies_at,
            )
        )
        verdict = judge([asked], world.done, resending=False)
        verdict.faults += stray
        verdict.faults += self._faults(devices[0], asked)
        return Played(points=world.points, verdict=verdict)

    def _again(self, device: SimulatedDevice, asked: Asked) -> None:
        if self.habit == "repeat":
            device.send(asked)
        elif self.habit == "other body":
            device.send(asked, prompt=OTHER, at="elsewhere")

    def _faults(self, device: SimulatedDevice, asked: Asked) -> list[str]:
        if self.habit != "other body" or self.kind != "id":
            return []
        told = [each.error.code if each.error else "ok" for each in device.elsewhere]
        return [] if told and set(told) == {"id_conflict"} else [f"the other body was answered with {told}"]


@dataclass(frozen=True, kw_only=True)
class Played:
    """What came of a script."""

    points: list[str]
    verdict: Verdict


def in_a_folder(run: Callable[[Path], T]) -> T:
    """Give it a folder in which nothing waits for a real disk."""
    with tempfile.TemporaryDirectory(dir=FAST if FAST.is_dir() else None) as folder:
        return run(Path(folder))
