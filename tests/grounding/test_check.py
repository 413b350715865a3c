# ruff: noqa: E501 (tables of phrases)
"""The rules of the check, one by one, on drafts as small models write them."""

from __future__ import annotations

from typing import Any

import pytest

from edge_agent.grounding import ground

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


@pytest.mark.parametrize(
    "draft",
    [
        "The total of order ORD-1042 is 1,234.50 EUR.",
        "The total of order ORD-1042 is €1234.5.",
        "The total is 1,234.50 EUR.",
        "It is 1,235 EUR.",
        "The total of order ORD-1042 is 123,450 ct.",
        "The total of order ORD-1042 is about 1,230 euros.",
        "**ORD-1042**: 1\u202f234.50 EUR",
        "Order ORD-1042 has 3 items and a total of 1,234.50 EUR.",
        "Order ORD-1042, placed on June 10, 2026, has a total of 1,234.50 EUR.",
    ],
)  # fmt: skip
def test_a_right_draft_passes_in_any_form(draft: str) -> None:
    assert passes(TOTAL_OF, draft, TOTAL)


@pytest.mark.parametrize(
    ("error", "draft"),
    [
        ("digit", "The total of order ORD-1042 is 1,284.50 EUR."),
        ("another record's value", "The total of order ORD-1042 is 99.90 EUR."),
        ("another record's value, no name", "The total is 99.90 EUR."),
        ("another entity", "The total of order ORD-1043 is 1,234.50 EUR."),
        ("another entity, behind", "1,234.50 EUR is the total of order ORD-1043."),
        ("unknown id", "The total of order ORD-1049 is 1,234.50 EUR."),
        ("another answer than asked", "The total of order ORD-1043 is 99.90 EUR."),
        ("another field", "The total of order ORD-1042 is 3."),
        ("another field, with the value nearby", "The total of order ORD-1042 is 3 and there are 1,234.50 EUR."),
        ("wrong unit", "The total of order ORD-1042 is 1,234.50 USD."),
        ("no unit where one is declared", "The total of order ORD-1042 is 1,234.50."),
        ("scaled unit", "The total of order ORD-1042 is 1,234.50 ct."),
        ("negation", "The total of order ORD-1042 is not 1,234.50 EUR."),
        ("unknown", "The total of order ORD-1042 is unknown."),
        ("an invented name", "The total of order ORD-1042 by Maria Huber is 1,234.50 EUR."),
        ("an invented number", "The total of order ORD-1042 is 1,234.50 EUR, 12% less than before."),
        ("an invented day", "The total of order ORD-1042 was 1,234.50 EUR yesterday."),
        ("an invented comparison", "The total of order ORD-1042 is 1,234.50 EUR, which is higher than usual."),
        ("an invented extreme", "ORD-1043 has the highest total, and the total of ORD-1042 is 1,234.50 EUR."),
        ("inventions without a number", "The total of ORD-1042 is 1,234.50 EUR, paid by a wealthy loyal customer from abroad using cash."),
        ("rounded too far", "The total of order ORD-1042 is 1,000 EUR."),
        ("nothing", ""),
    ],
)  # fmt: skip
def test_a_draft_with_one_error_is_caught(error: str, draft: str) -> None:
    assert not passes(TOTAL_OF, draft, TOTAL), error


@pytest.mark.parametrize(
    ("question", "right", "wrong"),
    [
        ("Wie hoch ist der Gesamtbetrag von ORD-1042?", "Der Gesamtbetrag von ORD-1042 beträgt 1.234,50 EUR.", "Der Gesamtbetrag von ORD-1042 beträgt 1.234,50 Dollar."),
        ("Wie hoch ist der Gesamtbetrag von ORD-1042?", "Er beträgt 1.234,5 €.", "Er beträgt 1,2345 €."),
        ("订单ORD-1042的总额是多少？", "订单ORD-1042的总额是1,234.50欧元。", "订单ORD-1042的总额是1,234.50美元。"),
        ("订单ORD-1042的总额是多少？", "总额为1234.5欧元。", "总额不是1234.5欧元。"),
    ],
)  # fmt: skip
def test_german_and_chinese_are_read_as_their_readers_do(question: str, right: str, wrong: str) -> None:
    assert passes(question, right, TOTAL)
    assert not passes(question, wrong, TOTAL)


def test_every_asked_value_must_be_stated_next_to_its_name() -> None:
    question, read = "What are the total and the items of ORD-1042?", {"fields": ["total", "items"]}
    assert passes(question, "ORD-1042 has a total of 1,234.50 EUR and 3 items.", read)
    assert passes(question, "The total of ORD-1042 is 1,234.50 EUR. The items are three.", read)
    assert not passes(question, "ORD-1042 has a total of 1,234.50 EUR.", read)
    assert not passes(question, "The total is 3 and the items are 1,234.50 EUR.", read)


def test_a_value_between_two_records_belongs_to_the_one_it_follows() -> None:
    question = "What are the totals of ORD-1042 and ORD-1043?"
    assert passes(question, "ORD-1042 has a total of 1,234.50 EUR and ORD-1043 has 99.90 EUR.", TOTAL)
    assert passes(question, "1,234.50 EUR for ORD-1042 and 99.90 EUR for ORD-1043.", TOTAL)
    assert not passes(question, "ORD-1042 has a total of 99.90 EUR and ORD-1043 has 1,234.50 EUR.", TOTAL)
    assert not passes(question, "99.90 EUR for ORD-1042 and 1,234.50 EUR for ORD-1043.", TOTAL)
    assert not passes(question, "ORD-1042 and ORD-1043 have a total of 99.90 EUR.", TOTAL)
    assert not passes(question, "ORD-1042 has a total of 1,234.50 EUR.", TOTAL)


def test_a_following_clause_speaks_of_the_same_record() -> None:
    question, read = "Tell me total and status of ORD-1042", {"fields": ["total", "status"]}
    assert passes(question, "ORD-1042 is in transit. Its total is 1,234.50 EUR.", read)
    assert not passes(question, "ORD-1042 is in transit. Its total is 99.90 EUR.", read)


def test_part_of_a_name_names_the_record() -> None:
    read = {"fields": ["items"]}
    fields = {"customer": {"label": True}, "items": ""}
    records = [{"customer": each["customer"], "items": each["items"]} for each in ORDERS]
    assert passes("How many items did Müller order?", "Müller ordered 3 items.", read, records, fields)
    assert not passes("How many items did Müller order?", "Okoro ordered 3 items.", read, records, fields)
    assert not passes("How many items did Müller order?", "Müller ordered 5 items.", read, records, fields)


def test_a_name_in_no_record_is_not_answered() -> None:
    assert not passes("What is the total of order ORD-9999?", "The total is 1,234.50 EUR.", TOTAL, ORDERS[:1])


@pytest.mark.parametrize(
    ("draft", "stands"),
    [("There are 3 orders.", True), ("Three.", True), ("There are 2 orders.", False), ("There are no orders.", False), ("ORD-1042.", False)],
)  # fmt: skip
def test_a_count_is_the_number_computed(draft: str, stands: bool) -> None:
    assert passes("How many orders are there?", draft, {"reduce": "count"}) is stands


def test_a_count_of_zero_may_be_told_as_none() -> None:
    read, records = {"reduce": "count"}, [{"count": 0}]
    assert passes("How many late orders are there?", "There are no late orders.", read, records, {})
    assert passes("How many late orders are there?", "There are 0 late orders.", read, records, {})
    assert not passes("How many late orders are there?", "There is one late order.", read, records, {})


def test_a_list_has_all_records_and_no_others() -> None:
    read = {"fields": ["order_id"]}
    assert passes("Which orders do we have?", "ORD-1042, ORD-1043 and ORD-1044.", read)
    assert passes("Which orders do we have?", "There are three orders:\n- ORD-1042\n- ORD-1043\n- ORD-1044", read)
    assert not passes("Which orders do we have?", "ORD-1042 and ORD-1043.", read)
    assert not passes("Which orders do we have?", "ORD-1042, ORD-1043, ORD-1044 and ORD-1045.", read)
    assert not passes("Which orders do we have?", "There are four orders: ORD-1042, ORD-1043 and ORD-1044.", read)


def test_an_extreme_is_recomputed() -> None:
    question, read = (
        "Which order has the highest total?",
        {"fields": ["order_id", "total"], "reduce": "max", "by": "total"},
    )
    assert passes(question, "ORD-1042 has the highest total, 1,234.50 EUR.", read)
    assert passes(question, "ORD-1042 has the highest total, 1,234.50 EUR.", read, ORDERS[:1])
    assert not passes(question, "ORD-1043 has the highest total, 99.90 EUR.", read)
    assert not passes(question, "ORD-1042 has the lowest total, 1,234.50 EUR.", read, ORDERS[:1])
    assert not passes(question, "The highest total is 1,234.50 EUR.", read)


def test_a_comparison_is_recomputed() -> None:
    question = "Which of ORD-1042 and ORD-1043 has the higher total?"
    assert passes(question, "ORD-1042 (1,234.50 EUR) is higher than ORD-1043 (99.90 EUR).", TOTAL)
    assert not passes(question, "ORD-1043 (99.90 EUR) is higher than ORD-1042 (1,234.50 EUR).", TOTAL)


@pytest.mark.parametrize(
    ("question", "draft", "stands"),
    [
        ("Is order ORD-1043 open?", "Yes, order ORD-1043 is open.", True),
        ("Is order ORD-1043 open?", "No, order ORD-1043 is open.", False),
        ("Is order ORD-1043 in transit?", "No, order ORD-1043 is open.", True),
        ("Is order ORD-1043 in transit?", "Yes, order ORD-1043 is open.", False),
        ("Is order ORD-1043 in transit?", "Order ORD-1043 is open.", True),
        ("Ist die Bestellung ORD-1043 open?", "Ja, ORD-1043 ist open.", True),
        ("Ist die Bestellung ORD-1043 open?", "Nein, ORD-1043 ist open.", False),
    ],
)
def test_yes_and_no_agree_with_the_record(question: str, draft: str, stands: bool) -> None:
    assert passes(question, draft, {"fields": ["status"]}) is stands


@pytest.mark.parametrize(
    ("draft", "stands"),
    [
        ("Yes, ORD-1043 is a gift.", True),
        ("ORD-1043 is a gift.", True),
        ("ORD-1043 is not a gift.", False),
        ("No, ORD-1043 is not a gift.", False),
        ("ORD-1043: gift: yes", True),
        ("ORD-1043: gift: no", False),
    ],
)
def test_a_true_or_false_field_is_stated_by_polarity(draft: str, stands: bool) -> None:
    assert passes("Is ORD-1043 a gift?", draft, {"fields": ["gift"]}) is stands


@pytest.mark.parametrize(
    ("draft", "stands"),
    [("Yes, there are late orders.", True), ("There are late orders.", True), ("No.", False), ("There are no late orders.", False), ("Orders.", True)],
)  # fmt: skip
def test_whether_there_is_any_is_said_by_polarity(draft: str, stands: bool) -> None:
    assert passes("Are there late orders?", draft, {"reduce": "exists"}, [{"exists": True}], {}) is stands
    if draft != "Orders.":
        assert passes("Are there late orders?", draft, {"reduce": "exists"}, [{"exists": False}], {}) is not stands


def test_a_missing_value_may_be_called_unknown() -> None:
    read = {"fields": ["note", "status"]}
    assert passes("What are status and note of ORD-1042?", "ORD-1042 is in transit. The note is unknown.", read)
    assert not passes("What are status and note of ORD-1043?", "ORD-1043 is open. The note is unknown.", read)
