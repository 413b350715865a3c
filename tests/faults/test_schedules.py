"""Seeded schedules of faults in a simulated world: 10,000 by ``make faults``, some by ``make test``.

``FAULTS_SEED=n`` repeats the schedules from n on; the first is the one that failed.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor

import pytest

from edge_agent.testing.faults.haste import HASTES, Haste
from tests.faults import scale
from tests.faults.schedules import played
from tests.faults.verdict import Verdict

pytestmark = pytest.mark.timeout(3600 if scale.WHOLE else 120)
NUMBER = scale.scaled(whole=10_000, short=200)
#: Within so many schedules each negative control must be found.
FOUND_WITHIN = 500


def play(seeds: Iterable[int]) -> tuple[Verdict, int]:
    """Play some schedules, one after the other. What is wrong names its seed."""
    total, crashes = Verdict(), 0
    for seed in seeds:
        outcome = played(seed)
        outcome.verdict.faults = [f"FAULTS_SEED={seed}: {fault}" for fault in outcome.verdict.faults]
        total.add(outcome.verdict)
        crashes += outcome.crashes
    return total, crashes


def test_no_schedule_of_faults_loses_or_doubles_anything() -> None:
    shares = [range(scale.SEED + first, scale.SEED + NUMBER, 50) for first in range(50)]
    total, crashes = Verdict(), 0
    with ProcessPoolExecutor(os.cpu_count(), mp_context=multiprocessing.get_context("spawn")) as processes:
        for verdict, more in processes.map(play, shares):
            total.add(verdict)
            crashes += more
    scale.report(f"{NUMBER} simulated schedules", f"{crashes} crashes of the agent, {total}")
    assert not total.faults, "\n".join(total.faults[:20])
    assert crashes


@pytest.mark.parametrize("haste", list(HASTES))
def test_the_simulation_finds_an_agent_that_does_not_wait(haste: Haste) -> None:
    """Negative control: the same schedules, an agent that is in a hurry."""
    for seed in range(FOUND_WITHIN):
        if faults := played(seed, haste=haste).verdict.faults:
            scale.report(f"negative control, {HASTES[haste]}", f"found after {seed + 1} seeds: {faults[0]}")
            return
    pytest.fail(f"{HASTES[haste]}: not found by {FOUND_WITHIN} schedules")


def test_the_same_seed_gives_the_same_run() -> None:
    for seed in range(scale.SEED, scale.SEED + 5):
        assert played(seed).points == played(seed).points
