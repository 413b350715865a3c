"""The goals of redaction on a short run of the benchmark. The whole one: python -m bench.privacy."""

from __future__ import annotations

import pytest

from bench.privacy import cases, measure, plans
from edge_agent.privacy import Level, redactor

SEED = 7


def counted(level: Level, chosen: list[cases.Case]) -> measure.Count:
    total = measure.Count()
    for key, each in measure.measure(redactor(level=level), chosen).items():
        if "/" not in key:
            total.values += each.values
            total.exact += each.exact
            total.partial += each.partial
    return total


def test_strict_lets_out_less_than_two_percent_of_the_values() -> None:
    count = counted("strict", list(cases.plain(120, SEED)))
    assert count.values > 500
    assert count.exact_percent < 1.0
    assert count.leak_percent < 2.0


def test_the_measure_sees_leaks_where_nothing_is_hidden() -> None:
    """The negative control: at off every value leaves."""
    assert counted("off", list(cases.plain(30, SEED))).exact_percent == 100.0


def test_closed_lets_out_no_word_of_a_special_category() -> None:
    special = [case for case in cases.hard(40, SEED) if case.group == "special categories"]
    assert len(special) == 40
    assert counted("closed", special).leak_percent == 0.0


@pytest.mark.parametrize("level", ["standard", "strict"])
def test_the_plan_is_still_right(level: Level) -> None:
    catalogue = plans.demo_catalogue()
    made = redactor(level=level, signatures=catalogue)
    asked = plans.demo_questions(48)
    right = sum(plans.same_plan(made, catalogue, question)[0] for question in asked)
    assert right / len(asked) >= 0.95
