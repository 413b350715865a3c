"""Pinned plans: typed slots, exact before fuzzy, and no plan where anything is in doubt."""

from __future__ import annotations

import contextlib
import time

import pytest

from edge_agent.errors import ConfigError, PlannerFailed
from edge_agent.planning.pinned import LONGEST
from tests.planning.conftest import arguments, offer, plan

BUSIEST = plan("Which cell at site {site} is the bottleneck?", "What is the busiest cell at site {site}?")
ORDER = plan("What is the status of order {order}?", tool="order", arguments='order = "{order}"')


@pytest.mark.parametrize(
    "question",
    [
        "Which cell at site 12 is the bottleneck?",
        "which CELL, at site 12, is the bottleneck",
        "bottleneck: which cell at site 12?",
        "Which cells at site 12 are the bottleneck?",
        "Which cell at site 12 is the botleneck?",
        "Please tell me: what is the busiest cell at site 12 now?",
    ],
)
def test_case_order_inflection_and_slips_do_not_matter(question: str) -> None:
    assert arguments(BUSIEST, question) == {"site": 12}


@pytest.mark.parametrize(
    "question",
    [
        "Which cell at site 12 is not the bottleneck?",
        "Why is a cell at site 12 the bottleneck?",
        "Which cell at site 12 is the bottleneck of the year?",
        "Which cell at site 12 and site 13 is the bottleneck?",
        "Which cell at site 120 is the bottleneck?",
        "Which cell at site 12.5 is the bottleneck?",
        "Which cell at site twelve is the bottleneck?",
        "Which cell at site 12",
        "Is site 12 there?",
        "",
        "?" * 10,
        "bottleneck " * 200,
    ],
)
def test_what_could_mean_something_else_has_no_plan(question: str) -> None:
    assert arguments(BUSIEST, question) is None


def test_a_value_is_the_one_that_stands_where_the_slot_does() -> None:
    assert arguments(BUSIEST, "Which cell at site 12 at site 12 is the bottleneck?") == {"site": 12}
    two = plan("Compare the load of site {site} with share {share}", arguments='site = "{site}", share = "{share}"')
    assert arguments(two, "compare load with share 40 of site 12") == {"site": 12, "share": 40.0}
    assert arguments(two, "compare load 40 with 12 of site share") is None


@pytest.mark.parametrize("question", ["status of order SO-10135?", "Status: order so-10135", "order SO-10135's status"])
def test_a_code_is_checked_by_its_parameter(question: str) -> None:
    assert arguments(ORDER, question) == {"order": "SO-10135"}


@pytest.mark.parametrize("question", ["status of order SO-1?", "status of order 10135", "status of order SO-10135-B"])
def test_a_code_of_another_form_is_none(question: str) -> None:
    assert arguments(ORDER, question) is None


def test_a_choice_may_have_several_words_and_keeps_its_own_spelling() -> None:
    plans = plan("Which cells of site {site} are {state}?", arguments='site = "{site}", state = "{state}"')
    assert arguments(plans, "which cells of site 3 are OUT OF ORDER?") == {"site": 3, "state": "out of order"}
    assert arguments(plans, "which cells of site 3 are active or out of order?") is None
    assert arguments(plans, "which cells of site 3 are inactive?") is None


def test_a_slot_for_any_words_is_matched_exactly_only() -> None:
    plans = plan("Which cells at site {site} did {vendor} build?", arguments='site = "{site}", vendor = "{vendor}"')
    found = arguments(plans, "which cells at site 3 did Quor & Sons build")
    assert found == {"site": 3, "vendor": "Quor Sons"}
    assert arguments(plans, "Quor built which cells at site 3?") is None


def test_dates_lists_and_literals() -> None:
    given = 'order = "{order}", on = "{on}", lots = ["{lot}", 3], fields = ["status"]'
    plans = plan("Order {order} of {on} in lot {lot}", tool="order", arguments=given)
    found = arguments(plans, "order SO-10135 of 2026-06-30 in lot 2")
    assert found == {"order": "SO-10135", "on": "2026-06-30", "lots": [2, 3], "fields": ["status"]}


def test_other_languages() -> None:
    german = plan("Welche Zelle an Standort {site} ist überlastet?")
    assert arguments(german, "welche zelle ist an standort 12 uberlastet") == {"site": 12}
    assert arguments(german, "Welche Zelle an Standort 12 ist nicht überlastet?") is None
    chinese = plan("{site}号站点的瓶颈是哪个小区")
    assert arguments(chinese, "12号站点的瓶颈是哪个小区？") == {"site": 12}
    assert arguments(chinese, "请问12号站点瓶颈小区") == {"site": 12}
    assert arguments(chinese, "12号站点的瓶颈不是哪个小区？") is None


def test_exact_comes_before_fuzzy_and_near_plans_cancel_out() -> None:
    first = plan("Show load cell site {site}", arguments='site = "{site}", fields = ["load"]')
    second = plan("Show cell load site {site}", arguments='site = "{site}", fields = ["cell"]')
    assert arguments(first + second, "show cell load site 3") == {"site": 3, "fields": ["cell"]}
    assert arguments(first + second, "site 3 cell load") is None


def test_a_plan_whose_tool_is_not_permitted_is_not_there() -> None:
    made = offer(BUSIEST + ORDER)
    with pytest.raises(PlannerFailed, match="status of order") as refused:
        made.plans.match("Which cell at site 12 is the bottleneck?", ["order"])
    assert "bottleneck" not in str(refused.value)


def test_a_match_is_fast_and_no_question_is_slow() -> None:
    made = offer("".join(plan(f"Which cell of kind{number} at site {{site}} is it?") for number in range(50)))
    worst = ["site 12 " * 37, "1 " * 149, "which cell of kind7 at site 12 is it", "kind7 " * 50]
    assert max(map(len, worst)) <= LONGEST
    for question in worst:
        begun = time.perf_counter()
        for _ in range(5):
            with contextlib.suppress(PlannerFailed):
                made.plans.match(question, made.registry.tools)
        assert (time.perf_counter() - begun) / 5 < 0.2, question


@pytest.mark.parametrize(
    ("plans", "said"),
    [
        (plan("at site {site}", tool="cels"), 'plan 1: calls 1: there is no tool "cels"; did you mean "cells"?'),
        (plan("site {sit} load"), 'no argument takes {sit}; did you mean "site"?'),
        (plan("cell load"), "the calls need {site}"),
        (plan("site {site} {"), "a slot is written {name}"),
        (plan("site {site} load", arguments='sitee = "{site}"'), 'no parameter "sitee"; did you mean "site"?'),
        (plan("load", arguments='state = "active"'), 'needs the parameter "site"'),
        (plan("load", arguments="site = 100"), 'parameter "site" must be a whole number, at least 1, at most 99'),
        (plan("load", arguments='site = 1, fields = ["loda"]'), 'parameter "fields" must be'),
        (plan("load", arguments='site = 1, reduce = "max"'), 'parameter "by" is required with reduce "max"'),
        (plan("{site}"), "nothing in it says what is asked"),
        (plan("load of {site}") + plan("Load of {site}?"), 'plan 2: match: "Load of {site}?" stands in plan 1 too'),
        ('[[plan]]\nmatch = []\ncalls = [{ tool = "cells" }]', "plan[0].match"),
        ('[[plan]]\nmatches = ["x"]\ncalls = []', "unknown key `plan.0.matches`; did you mean `match`?"),
        ('[planner]\npinned = "frist"', "planner.pinned"),
    ],
)
def test_a_plan_that_does_not_validate_is_named(plans: str, said: str) -> None:
    with pytest.raises(ConfigError) as refused:
        offer(plans)
    assert said in str(refused.value)
