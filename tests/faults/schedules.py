"""One seed, one schedule of faults, one verdict: the agent in the simulated world."""

from __future__ import annotations

import asyncio
import random
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from edge_agent.testing.faults.haste import Haste
from edge_agent.testing.faults.loop import JOBS_TAKE_S
from edge_agent.testing.faults.world import ROOT, Bridge, World
from edge_agent.wire import Outgoing
from tests.faults.devices import KINDS, Asked
from tests.faults.simulated import SimulatedDevice, simulate
from tests.faults.verdict import Verdict, judge

#: Where nothing waits for a real disk.
FAST = Path("/dev/shm")
#: Points at which it tells most whether something was waited for.
TELLING = (
    "after the commit of open",
    "after the commit of end",
    "after acknowledging query",
    "before publishing response",
    "after publishing response",
    "before an effect",
    "after an effect",
)


@dataclass(kw_only=True)
class Schedule:
    """What happens, and when. All of it follows from the seed."""

    seed: int
    #: By number of the point in the run, and by how often a kind of point was reached.
    crashes: frozenset[int]
    at: frozenset[tuple[str, int]]
    cuts: list[float]
    broker_killed_at: float | None
    disk_full_at: float | None
    jump: tuple[float, float] | None
    cloud_fails: float
    slm_dies: float
    #: How long a commit takes.
    disk_takes_s: tuple[float, ...]

    @property
    def refuses_nothing(self) -> bool:
        """Whether all that comes is held: the broker forgets nothing, the disk has room."""
        return self.broker_killed_at is None and self.disk_full_at is None


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of a schedule."""

    schedule: Schedule
    verdict: Verdict
    #: Where the agent could have died, in order: the same for the same seed.
    points: list[str]
    crashes: int


def drawn(seed: int) -> Schedule:
    """Draw a schedule."""
    draw = random.Random(f"schedule {seed}")
    at, crashes = 0, []
    for _ in range(draw.choice((0, 0, 1, 2, 3))):
        at += draw.randint(1, 70)
        crashes.append(at)

    def now_and_then(chance: float) -> float | None:
        return draw.uniform(0.0, 6.0) if draw.random() < chance else None

    jumps_at = now_and_then(0.2)
    return Schedule(
        seed=seed,
        crashes=frozenset(crashes),
        at=frozenset((draw.choice(TELLING), draw.randint(1, 4)) for _ in range(draw.choice((0, 1, 1, 2)))),
        cuts=[draw.uniform(0.0, 6.0) for _ in range(draw.choice((0, 0, 1, 3)))],
        broker_killed_at=now_and_then(0.2),
        disk_full_at=now_and_then(0.15),
        jump=None if jumps_at is None else (jumps_at, draw.choice((-86_400.0, 86_400.0))),
        cloud_fails=draw.choice((0.0, 0.0, 0.0, 0.4)),
        slm_dies=draw.choice((0.0, 0.0, 0.0, 0.4)),
        disk_takes_s=draw.choice((JOBS_TAKE_S, JOBS_TAKE_S, (0.05, 0.3))),
    )


def played(seed: int, *, haste: Haste = "none") -> Outcome:
    """Play the schedule of a seed."""
    schedule, draw = drawn(seed), random.Random(f"world {seed}")
    devices: list[SimulatedDevice] = []
    reached: Counter[str] = Counter()

    def crash_at(number: int, point: str) -> bool:
        kind = next((each for each in TELLING if point.startswith(each)), "")
        reached[kind] += 1
        return number in schedule.crashes or (kind, reached[kind]) in schedule.at

    async def story(world: World, bridge: Bridge) -> None:
        await _story(schedule, world, bridge, devices, draw)

    def away_s() -> tuple[float, bool]:
        return draw.uniform(0.1, 3.0), draw.random() < 0.2

    with tempfile.TemporaryDirectory(dir=FAST if FAST.is_dir() else None) as folder:
        world, stray = simulate(
            Path(folder),
            draw,
            story,
            haste=haste,
            away_s=away_s,
            jobs_take_s=schedule.disk_takes_s,
            crash_at=crash_at,
            cloud_fails=schedule.cloud_fails,
            slm_dies=schedule.slm_dies,
        )
    verdict = Verdict()
    for device in devices:
        once = device.resend_s is None
        if once and not schedule.refuses_nothing:
            continue  # nobody promises these anything: a refusal that a crash swallows is sent again for
        verdict.add(judge(device.asked.values(), world.done, resending=not once))
        verdict.faults += [f"{each.id}: a conflict was answered" for each in device.elsewhere if each.status == "ok"]
    verdict.faults += stray
    return Outcome(schedule=schedule, verdict=verdict, points=world.points, crashes=world.crashes)


async def _story(
    schedule: Schedule, world: World, bridge: Bridge, devices: list[SimulatedDevice], draw: random.Random
) -> None:
    devices += [
        SimulatedDevice(world, "one", resend_s=draw.choice((0.5, 2.0, 5.0))),
        SimulatedDevice(world, "two", resend_s=None),
    ]
    for device in devices:
        device.connect()
    await world.online()
    faults = asyncio.create_task(_faults(schedule, world, bridge, devices), name="faults")
    async with asyncio.TaskGroup() as tasks:
        for device in devices:
            for number in range(3):
                tasks.create_task(_ask(device, number, world, schedule))
    await faults
    if world.life is not None and draw.random() < 0.3:  # one more life changes nothing any more
        world.life.kill()
    await asyncio.sleep(5.0)


async def _ask(device: SimulatedDevice, number: int, world: World, schedule: Schedule) -> None:
    draw = random.Random(f"{schedule.seed} {device.name} {number}")  # whatever the world has drawn meanwhile
    await asyncio.sleep(draw.uniform(0.0, 4.0))
    kind = draw.choice(KINDS)
    item = f"{device.name}{number}"
    asked = Asked(
        device=device.name,
        kind=kind,
        item=item,
        effects=kind != "none" and draw.random() < 0.6,
        id=f"id-{item}" if kind == "id" else "",
    )
    asking = asyncio.create_task(device.ask(asked), name=f"ask {item}")
    await asyncio.sleep(draw.uniform(0.1, 1.0))
    if kind == "id" and draw.random() < 0.1:
        cancel = Outgoing(topic=f"{ROOT}/cancel/{device.name}", payload=asked.id.encode())
        world.broker.publish(cancel)
    if kind == "id" and draw.random() < 0.2 and asked.accepted and schedule.refuses_nothing:
        device.send(asked, prompt="What is the state of item another", at="elsewhere")
    await asking


async def _faults(schedule: Schedule, world: World, bridge: Bridge, devices: list[SimulatedDevice]) -> None:
    begun = asyncio.get_running_loop().time()
    planned: list[tuple[float, Callable[[], None]]] = [(at, world.cut) for at in schedule.cuts]

    def fill(full: bool) -> None:
        world.disk_full = full

    def jump(by_s: float) -> None:
        world.wall_off_s += by_s

    def kill_broker() -> None:
        world.broker.kill()
        world.cut()

    def start_broker() -> None:
        world.broker.up = True
        bridge.connect()
        for device in devices:
            device.connect()

    if (at := schedule.broker_killed_at) is not None:
        planned += [(at, kill_broker), (at + 1.0, start_broker)]
    if (at := schedule.disk_full_at) is not None:
        planned += [(at, lambda: fill(True)), (at + 3.0, lambda: fill(False))]
    if schedule.jump is not None:
        when, by_s = schedule.jump
        planned.append((when, lambda: jump(by_s)))
    for at, happens in sorted(planned, key=lambda each: each[0]):
        await asyncio.sleep(max(0.0, begun + at - asyncio.get_running_loop().time()))
        happens()
