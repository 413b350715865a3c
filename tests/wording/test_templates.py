"""An operator's own answer: exact, in the form of the locale, or nothing at all."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime
from typing import Any

import pytest

from edge_agent import wording
from edge_agent.tools.answers import read
from edge_agent.types import CheckedCall, Fact, Facts, Field, Found, Reading, Tool

FIELDS = (
    Field(name="order", label=True),
    Field(name="late", unit="days"),
    Field(name="due"),
    Field(name="price", unit="EUR"),
)
RECORDS = (
    {"order": "SO-1", "late": 1200.5, "due": date(2026, 6, 30), "price": 12.5},
    {"order": "SO-2", "late": 3, "due": date(2026, 7, 1), "price": 1},
)


async def nothing(_: CheckedCall) -> Found:
    return Found(records=())


def said(
    answer: str | dict[str, str],
    *,
    records: tuple[dict[str, Any], ...] = RECORDS,
    question: str = "Which orders are late?",
    reading: Reading | None = None,
    more: bool = False,
    locale: str = "en",
) -> str | None:
    tool = Tool(
        name="late_orders",
        description="Late orders.",
        parameters={},
        check=lambda given: (given, Reading()),
        run=nothing,
        answers=read("late_orders", answer, FIELDS, ["site"]),
    )
    fact = Fact(
        tool="late_orders",
        fields=FIELDS,
        records=records,
        reading=reading or Reading(),
        arguments={"site": 12},
        more=more,
    )
    facts = Facts(question=question, found=(fact,), locale=locale)
    return wording.in_own_words(facts, {"late_orders": tool}, zone=UTC)


def test_counts_records_lists_and_arguments() -> None:
    text = "{count} orders of site {given.site} are late: {each.order}. The first is {first.order}, due {first.due}."
    assert said(text) == "2 orders of site 12 are late: SO-1, SO-2. The first is SO-1, due June 30, 2026."
    assert said("{{{last.order}}} costs {last.price}") == "{SO-2} costs 1.00 EUR"
    assert said("{order} is late by {late}.", records=RECORDS[:1]) == "SO-1 is late by 1,200.5 days."


def test_numbers_and_dates_take_the_form_of_the_locale() -> None:
    text = {"de": "{order}: {late}, fällig {due}, {price}", "en": "{order}: {late}"}
    german = said(text, records=RECORDS[:1], question="Welche Aufträge sind verspätet?", locale="de")
    assert german == "SO-1: 1.200,5 days, fällig 30. Juni 2026, 12,50 EUR"
    assert said(text, records=RECORDS[:1]) == "SO-1: 1,200.5 days"
    assert said(text, records=RECORDS[:1], question="哪些订单延迟了？") is None


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ("{order} is late.", {}),  # two records where one is meant
        ("{count} are late.", {"more": True}),  # the count of a cut result
        ("The last is {last.order}.", {"more": True}),
        ("{first.price}", {"records": ({"order": "SO-1"},)}),  # no such value here
        ("{each.price}", {"records": (*RECORDS, {"order": "SO-3"})}),
        ("{count} are late.", {"reading": Reading(fields=("price",))}),  # the asked field isn't said
        ("{count} are late; the oldest is {first.order}.", {"reading": Reading(reduce="count")}),
        ("The oldest is {first.order}.", {"reading": Reading(reduce="max", by="price")}),
        ("{count} are late.", {"reading": Reading(reduce="exists")}),
    ],
)
def test_what_it_can_not_say_exactly_it_leaves_to_the_next_writer(text: str, given: dict[str, Any]) -> None:
    assert said(text, **given) is None


def test_a_count_may_be_the_databases() -> None:
    counted = ({"count": 1417},)
    assert said("{count} are late.", records=counted, reading=Reading(reduce="count")) == "1,417 are late."
    assert said("The oldest is {first.order}.", reading=Reading(reduce="first")) == "The oldest is SO-1."


def test_dates_with_times_are_in_the_agents_zone() -> None:
    records = ({"order": "SO-1", "due": datetime(2026, 6, 30, 14, 5, tzinfo=UTC)},)
    assert said("due {due}", records=records) == "due June 30, 2026, 2:05 PM"


def test_it_takes_less_than_a_millisecond() -> None:
    text = "{count} orders of site {given.site} are late. The first is {first.order}, due {first.due}."
    said(text)
    tries = 50
    begun = time.perf_counter()
    for _ in range(tries):
        said(text)
    assert (time.perf_counter() - begun) / tries < 0.001
