"""The check against made cases, in short; ``python -m tests.grounding.measure`` is the whole of it."""

from __future__ import annotations

import pytest

from tests.grounding.cases import MUTATIONS, cases
from tests.grounding.measure import Stage, anywhere, by_check, measure, refusing, removed, table

SEED = 4711


def test_true_drafts_pass_and_drafts_with_one_error_are_caught() -> None:
    tally = measure(by_check, cases(SEED, 600))
    assert not tally.failures(), table(tally)


@pytest.mark.parametrize("held_out", [False, True])
def test_what_was_not_looked_at_is_judged_as_well(held_out: bool) -> None:
    tally = measure(by_check, cases(SEED + 1, 200, held_out=held_out))
    assert not tally.failures(), table(tally)


@pytest.mark.parametrize("control", [removed, refusing, anywhere])
def test_the_measure_fails_a_stage_that_does_not_check(control: Stage) -> None:
    assert measure(control, cases(SEED, 100)).failures()


def test_cases_come_from_the_seed_half_of_them_true_and_of_all_errors() -> None:
    made = list(cases(SEED, 200))
    assert [case.draft for case in made] == [case.draft for case in cases(SEED, 200)]
    assert sum(case.mutation is None for case in made) == 100
    assert {case.mutation for case in made} == {None, *MUTATIONS}
    assert {case.language for case in made} == {"en", "de", "zh"}
    assert {case.variant for case in made} >= {
        "plain",
        "rounded",
        "unit",
        "converted",
        "thousands",
        "word",
        "date form",
    }
