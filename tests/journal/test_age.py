"""The journal's own time: wall clocks jump, boards boot in the past: nothing expires by it, nothing stays for ever."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest

from edge_agent.clock import Clock
from edge_agent.journal.age import LONGEST_GAP_S, Ages

NOON = datetime(2026, 6, 15, 12, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class At(Clock):
    """A moment that a test chooses."""

    wall: datetime = NOON
    id: str = "boot-1"
    up_s: float = 1000.0

    def now(self) -> datetime:
        return self.wall

    def boot(self) -> tuple[str, float]:
        return self.id, self.up_s


def passed_s(before: At, after: At) -> float:
    """How long the journal thinks that it was."""
    return Ages(after, Ages(before, None).mark()).now() - Ages(before, None).now()


@pytest.mark.parametrize("jump", [timedelta(0), timedelta(days=1), timedelta(days=-1), timedelta(days=9000)])
def test_within_one_boot_no_jump_of_the_wall_clock_counts(jump: timedelta) -> None:
    assert passed_s(At(), At(up_s=1030.0, wall=NOON + jump)) == pytest.approx(30)


def test_over_a_reboot_the_wall_clock_counts() -> None:
    assert passed_s(At(), At(id="boot-2", up_s=5.0, wall=NOON + timedelta(seconds=90))) == pytest.approx(90)


@pytest.mark.parametrize("jump", [timedelta(days=-1), timedelta(days=1), timedelta(days=-20000)])
def test_over_a_reboot_a_day_back_or_forth_is_not_believed(jump: timedelta) -> None:
    after = At(id="boot-2", up_s=5.0, wall=NOON + jump)
    assert passed_s(At(), after) == pytest.approx(0)
    assert Ages(after, Ages(At(), None).mark()).doubtful


def test_what_is_not_believed_once_is_over_with_the_next_mark() -> None:
    """A board that booted in the past and then heard the time: its rows go on ageing."""
    before = At()
    booted = At(id="boot-2", up_s=5.0, wall=NOON - timedelta(days=1))
    in_time = replace(booted, up_s=65.0, wall=NOON + timedelta(seconds=60))
    start = Ages(before, None)
    second = Ages(booted, start.mark())
    third = Ages(in_time, second.mark())
    assert third.now() - start.now() == pytest.approx(60)
    assert not third.doubtful


def test_it_goes_on_while_the_machine_sleeps_and_never_back() -> None:
    ages = Ages(At(), None)
    then = ages.mark()
    assert Ages(At(up_s=1000.0 + LONGEST_GAP_S * 2), then).now() - then.at == pytest.approx(LONGEST_GAP_S * 2)
    assert Ages(At(id="boot-3", up_s=0.0, wall=NOON - timedelta(hours=1)), then).now() >= then.at
