"""Every point at which the agent can die, one after the other: after each commit, around each ack and publication."""

from __future__ import annotations

import asyncio
import itertools
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest

from edge_agent.testing.faults.haste import HASTES, Haste
from edge_agent.testing.faults.world import Bridge, World
from tests.faults import scale
from tests.faults.devices import KINDS, Asked
from tests.faults.scripts import HABITS, SETTLED_S, Script, Steady, in_a_folder
from tests.faults.simulated import SimulatedDevice, simulate
from tests.faults.verdict import Verdict, judge

pytestmark = pytest.mark.timeout(1800 if scale.WHOLE else 120)
SCRIPTS = [Script(kind=kind, habit=habit) for kind in KINDS for habit in HABITS]
#: Messages of which nobody's answer depends: the short form leaves them out.
IDLE = ("status", "telemetry", "tools")


def points(script: Script) -> list[tuple[int, str]]:
    """The points that a script reaches when nothing dies."""
    reached = list(enumerate(script.play().points, start=1))
    return [(number, point) for number, point in reached if scale.WHOLE or not point.endswith(IDLE)]


def deaths(haste: Haste = "none") -> Iterator[tuple[str, Verdict]]:
    """Play every script once for each of its points: where it died, and what came of it."""
    for script in SCRIPTS:
        hasty = replace(script, haste=haste)
        for number, point in points(hasty):
            verdict = replace(hasty, dies_at=frozenset((number,))).play().verdict
            where = f"{script.kind}, {script.habit}, dead {point} ({number})"
            verdict.faults = [f"{where}: {fault}" for fault in verdict.faults]
            yield point, verdict


def test_wherever_the_agent_dies_each_query_ends_once_and_nothing_happens_twice() -> None:
    total, died = Verdict(), Counter[str]()
    for point, verdict in deaths():
        total.add(verdict)
        died[point] += 1
    scale.report(f"{died.total()} deaths at {len(died)} kinds of points", total)
    assert not total.faults, "\n".join(total.faults[:20])
    for point in (
        "before acknowledging query",
        "after acknowledging query",
        "before publishing response",
        "after publishing response",
        "after PUBACK of response",
        "before an effect",
        "after an effect",
    ):
        assert died[point] >= len(KINDS), point
    written = {point for point in died if point.startswith("after the commit of ")}
    for row in ("open", "end", "done", "step plan", "step redacted", "step intent:", "step result:", "step address"):
        assert any(row in point for point in written), row


@pytest.mark.parametrize("haste", list(HASTES))
def test_an_agent_that_does_not_wait_fails_at_some_point(haste: Haste) -> None:
    """Negative control."""
    for number, (_, verdict) in enumerate(deaths(haste), start=1):
        if verdict.faults:
            scale.report(f"negative control, {HASTES[haste]}", f"found at death {number}: {verdict.faults[0]}")
            return
    pytest.fail(f"{HASTES[haste]}: no death showed it")


def test_copies_of_an_answer_that_was_published_but_not_yet_done_are_identical() -> None:
    total, number = Verdict(), 8
    for dies_at in range(1, number + 1):
        published = itertools.count(1)
        asked = [Asked(device="device", kind="id", item=f"item{n}", effects=False, id=f"a{n}") for n in range(number)]

        def crash_at(_: int, point: str, published: Iterator[int] = published, dies_at: int = dies_at) -> bool:
            return point == "after publishing response" and next(published) == dies_at

        async def story(world: World, _: Bridge, asked: Sequence[Asked] = asked) -> None:
            device = SimulatedDevice(world, "device", resend_s=None)
            device.connect()
            await world.online()
            async with asyncio.TaskGroup() as tasks:
                for each in asked:
                    tasks.create_task(device.ask(each))
            await asyncio.sleep(SETTLED_S)

        world, stray = in_a_folder(lambda folder: simulate(folder, Steady(), story, crash_at=crash_at))
        total.add(judge(asked, world.done, resending=False))
        total.faults += stray
        assert world.crashes == 1
    scale.report("dead after publication, before the row is done", total)
    assert not total.faults
    assert total.counts["copies"] >= 20
