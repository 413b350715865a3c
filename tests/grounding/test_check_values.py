# ruff: noqa: E501 (tables of phrases)
"""Values of all types, zones, several calls, hostile text, and the time that a check takes."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from edge_agent.grounding import Check, ground
from edge_agent.types import Fact, Facts, Field, Reading, Record

ORDERS: list[dict[str, Any]] = [
    {"order_id": "ORD-1042", "status": "in_transit", "total": 1234.5, "items": 3, "placed": "2026-06-10", "customer": "Anna Müller", "gift": False, "note": None},
    {"order_id": "ORD-1043", "status": "open", "total": 99.9, "items": 5, "placed": "2026-06-12", "customer": "Ben Okoro", "gift": True, "note": "call first"},
    {"order_id": "ORD-1044", "status": "open", "total": 310.0, "items": 7, "placed": "2026-07-01", "customer": "Cara Diaz", "gift": True, "note": None},
]  # fmt: skip
FIELDS: dict[str, Any] = {
    "order_id": {"label": True}, "status": "", "total": {"unit": "EUR"}, "items": "", "placed": "", "customer": "", "gift": "", "note": "",
}  # fmt: skip
TOTAL = {"fields": ["total"]}


def passes(
    question: str, draft: str, read: dict[str, Any], records: list[dict[str, Any]] = ORDERS, fields: Any = FIELDS
) -> bool:
    return ground(question, records, draft, read=read, descriptions=fields).grounded


TOTAL_OF = "What is the total of order ORD-1042?"


def test_a_moment_is_told_in_the_sites_zone() -> None:
    records: tuple[Record, ...] = ({"alarm": "A-17", "raised": datetime(2026, 6, 10, 22, 30, tzinfo=UTC)},)
    fact = Fact(
        tool="alarms",
        fields=(Field(name="alarm", label=True), Field(name="raised")),
        records=records,
        reading=Reading(fields=("raised",)),
        arguments={},
    )
    facts = Facts(question="When was alarm A-17 raised?", found=(fact,))
    berlin = ZoneInfo("Europe/Berlin")
    assert Check(facts, zone=berlin).whole("Alarm A-17 was raised on June 11, 2026 at 12:30 am.") is None
    assert Check(facts, zone=berlin).whole("Alarm A-17 was raised on June 10, 2026 at 10:30 pm.") is not None
    assert Check(facts).whole("Alarm A-17 was raised on 2026-06-10 at 22:30.") is None
    assert Check(facts).whole("Alarm A-17 was raised in June 2026.") is not None


def test_midnight_utc_is_that_day_or_that_moment_in_the_sites_zone() -> None:
    record: Record = {"order": "O-17", "placed": datetime(2026, 6, 10, tzinfo=UTC)}
    fields = (Field(name="order", label=True), Field(name="placed"))
    fact = Fact(tool="orders", fields=fields, records=(record,), reading=Reading(), arguments={})
    check = Check(Facts(question="When was order O-17 placed?", found=(fact,)), zone=ZoneInfo("Europe/Berlin"))
    assert check.whole("Order O-17 was placed on June 10, 2026.") is None
    assert check.whole("Order O-17 was placed on 2026-06-10 02:00.") is None
    assert check.whole("Order O-17 was placed on 2026-06-10 03:00.") is not None
    assert check.whole("Order O-17 was placed on June 11, 2026.") is not None


def test_a_long_text_may_be_told_in_part_but_not_turned() -> None:
    records = [
        {
            "ticket": "T-881",
            "about": "The router reboots every night around three and the customer loses the television signal for minutes",
        }
    ]
    fields, read = {"ticket": {"label": True}, "about": ""}, {"fields": ["about"]}
    question = "What is ticket T-881 about?"
    assert passes(
        question,
        "Ticket T-881 is about a router that reboots every night around three; the customer loses the television signal.",
        read,
        records,
        fields,
    )
    assert not passes(question, "Ticket T-881 is about a bill.", read, records, fields)
    assert not passes(
        question,
        "Ticket T-881 is about a router that never reboots; the customer loses the television signal every night around three.",
        read,
        records,
        fields,
    )


def test_values_of_any_type_are_found() -> None:
    records = [
        {"id": "x-1", "price": Decimal("12.30"), "day": date(2026, 2, 3), "tags": ["red", "blue"], "share": 0.375}
    ]
    fields = {"id": {"label": True}, "price": {"unit": "USD"}, "day": "", "tags": "", "share": ""}
    assert passes("Price of x-1?", "The price of x-1 is $12.30.", {"fields": ["price"]}, records, fields)
    assert passes("Day of x-1?", "The day of x-1 is 3 February 2026.", {"fields": ["day"]}, records, fields)
    assert passes("Tags of x-1?", "The tags of x-1 are red and blue.", {"fields": ["tags"]}, records, fields)
    assert passes("Share of x-1?", "The share of x-1 is 37.5 %.", {"fields": ["share"]}, records, fields)
    assert not passes("Share of x-1?", "The share of x-1 is 37.5 kg.", {"fields": ["share"]}, records, fields)


def test_two_calls_may_be_told_in_one_clause() -> None:
    order = Fact(
        tool="orders",
        fields=(Field(name="order_id", label=True), Field(name="status")),
        records=({"order_id": "ORD-1", "status": "shipped"},),
        reading=Reading(),
        arguments={"order_id": "ORD-1"},
    )
    stock = Fact(
        tool="stock",
        fields=(Field(name="product", label=True), Field(name="pieces")),
        records=({"product": "lamp", "pieces": 12},),
        reading=Reading(),
        arguments={},
    )
    facts = Facts(
        question="What is the status of ORD-1 and how many pieces of the lamp are left?", found=(order, stock)
    )
    assert Check(facts).whole("Order ORD-1 is shipped and 12 pieces of the lamp are left.") is None
    assert Check(facts).whole("Order ORD-1 is shipped.") is not None
    assert Check(facts).whole("Order ORD-1 is shipped and 13 pieces of the lamp are left.") is not None


def test_a_draft_that_was_cut_is_refused() -> None:
    facts = Facts(question="", found=())
    assert Check(facts).whole("All of it.", cut=True) is not None


def test_a_case_without_reading_rests_on_the_questions_words() -> None:
    assert ground(TOTAL_OF, ORDERS, "The total of order ORD-1042 is 1,234.50.").grounded
    assert not ground(TOTAL_OF, ORDERS, "The total of order ORD-1042 is 99.90.").grounded
    assert not ground(TOTAL_OF, [], "The total of order ORD-1042 is 99.90.").grounded


@pytest.mark.parametrize("piece", ["1.", "a", "a1-", "1,", "的", "- ", "a.b@", "(", "1 2 ", "\u200b", "not "])
def test_hostile_text_is_judged_in_time(piece: str) -> None:
    text = piece * (8000 // len(piece))
    fact = Fact(
        tool="notes", fields=(), records=({"id": "N-1", "note": text},), reading=Reading(), arguments={"q": text}
    )
    begun = time.perf_counter()
    check = Check(Facts(question=text, found=(fact,)))
    check.clause(text[:2000])
    check.whole(text)
    assert time.perf_counter() - begun < 2


def test_a_check_takes_less_than_two_milliseconds() -> None:
    records = tuple({**ORDERS[0], "order_id": f"ORD-{number}", "total": number / 3} for number in range(1000, 1020))
    fields = tuple(Field(name=name, label=name == "order_id") for name in ORDERS[0])
    check = Check(
        Facts(
            question=TOTAL_OF,
            found=(Fact(tool="orders", fields=fields, records=records, reading=Reading(), arguments={}),),
        )
    )
    took = []
    for _ in range(50):
        begun = time.perf_counter()
        check.clause("The total of order ORD-1004 is 334.67, it has 3 items and was placed on June 10, 2026.")
        took.append(time.perf_counter() - begun)
    assert min(took) < 0.002
