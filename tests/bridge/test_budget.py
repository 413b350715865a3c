"""Tokens a day, across restarts and midnight."""

from __future__ import annotations

from pathlib import Path

from edge_agent.bridge.budget import Budget
from tests.bridge.samples import StillClock


def test_what_was_spent_survives_a_restart(tmp_path: Path) -> None:
    clock, file = StillClock(), tmp_path / "budget.json"
    before = Budget(1000, file=file, clock=clock)
    before.spend(300)
    before.spend(300)
    assert before.left() == 400
    after = Budget(1000, file=file, clock=clock)
    assert after.left() == 400
    after.spend(600)
    assert after.left() == 0


def test_a_new_day_begins_with_the_whole_budget(tmp_path: Path) -> None:
    clock = StillClock()
    budget = Budget(1000, file=tmp_path / "budget.json", clock=clock)
    budget.spend(1000)
    clock.days.append(1)
    assert budget.left() == 1000
    budget.spend(1)
    assert Budget(1000, file=tmp_path / "budget.json", clock=clock).left() == 999


def test_no_limit_writes_nothing_and_never_ends(tmp_path: Path) -> None:
    budget = Budget(0, file=tmp_path / "budget.json", clock=StillClock())
    budget.spend(10**9)
    assert budget.left() is None
    assert not (tmp_path / "budget.json").exists()


def test_a_damaged_file_is_said_and_not_fatal(tmp_path: Path) -> None:
    (tmp_path / "budget.json").write_bytes(b"\x00garbage")
    assert Budget(10, file=tmp_path / "budget.json", clock=StillClock()).left() == 10
