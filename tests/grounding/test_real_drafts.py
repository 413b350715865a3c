"""What real drafts of a small model showed: right ones that were refused, and wrong ones that stood."""

from __future__ import annotations

from typing import Any

import pytest

from edge_agent.grounding import ground

PARCELS = [{"parcel": "PK-2072", "weight": 33.4}, {"parcel": "PK-1564", "weight": 1.6}]
DECLARED: dict[str, dict[str, Any]] = {
    "parcel": {"label": True},
    "room": {"label": True},
    "name": {"label": True},
    "weight": {"unit": "kg"},
    "area": {"unit": "m²"},
}


def stands(question: str, records: list[dict[str, Any]], draft: str, **read: Any) -> bool:
    present = {key: said for key, said in DECLARED.items() if any(key in record for record in records)}
    return ground(question, records, draft, read=read, descriptions=present).grounded


def test_a_unit_that_ends_in_a_digit_is_no_id() -> None:
    asked, rows = "How large is Room 44?", [{"room": "Room 44", "area": 60.5}]
    assert stands(asked, rows, "Room 44 is 60.5 m².", fields=["room", "area"])
    assert stands(asked, rows, "Room 44 is 60.5 square meters.", fields=["room", "area"])
    assert not stands(asked, rows, "Room 44 is 60.5 meters.", fields=["room", "area"])
    assert not stands(asked, rows, "Room 44 is M2.", fields=["room", "area"])


@pytest.mark.parametrize(
    ("draft", "right"),
    [
        ("Yes, parcel PK-2072 is heavier than PK-1564.", True),
        ("PK-2072 is heavier than PK-1564.", True),
        ("No, parcel PK-2072 is not heavier than PK-1564.", False),
        ("PK-1564 is heavier than PK-2072.", False),
        ("Yes, PK-1564 is heavier than PK-2072.", False),
    ],
)
def test_yes_or_no_to_a_comparison_needs_no_values(draft: str, right: bool) -> None:
    asked = "Is parcel PK-2072 heavier than PK-1564?"
    assert stands(asked, PARCELS, draft, fields=["parcel", "weight"]) is right


@pytest.mark.parametrize(
    ("draft", "right"),
    [
        ("The heavier parcel is PK-2072, with a weight of 33.4 kg.", True),
        ("PK-2072 is heavier, with a weight of 33.4 kg.", True),
        ("PK-2072 is lighter.", False),
        ("The heavier parcel is PK-2072, with a weight of 34.4 kg.", False),
    ],
)
def test_the_heavier_of_those_that_the_database_compared_is_the_heaviest(draft: str, right: bool) -> None:
    asked = "Which of the two parcels is heavier?"
    assert stands(asked, PARCELS[:1], draft, fields=["parcel"], reduce="max", by="weight") is right


@pytest.mark.parametrize(
    ("question", "records", "draft"),
    [
        ("Wie viele Pakete sind verspätet?", [{"count": 6}], "There are 6 late parcels."),
        ("有多少包裹延误？", [{"count": 3}], "3 parcels are late."),
        ("有多少包裹延误？", [{"count": 3}], "The 包裹有3个。"),
        ("Wie viele Pakete sind verspätet?", [{"count": 6}], "The Pakete sind 6, die verspätet sind."),
        ("How many parcels are late?", [{"count": 6}], "Es sind 6 Pakete verspätet."),
    ],
)
def test_an_answer_is_in_the_language_of_its_question(question: str, records: list[dict[str, Any]], draft: str) -> None:
    assert not stands(question, records, draft, reduce="count")


def test_a_question_is_no_answer() -> None:
    rows = [{"name": "3号搅拌机", "temperature": 81.4}]
    read = {"fields": ["name"], "reduce": "max", "by": "temperature"}
    assert not stands("4号冲床和3号搅拌机哪个更热？", rows, "3号搅拌机哪个更热？", **read)
    assert stands("4号冲床和3号搅拌机哪个更热？", rows, "3号搅拌机更热。", **read)


def test_what_was_counted_is_what_was_asked_for() -> None:
    asked, rows = "How many parcels are late?", [{"count": 6}]
    assert stands(asked, rows, "6 parcels are late.", reduce="count")
    assert not stands(asked, rows, "6 doors are open.", reduce="count")


def test_records_are_not_said_to_be_the_same() -> None:
    asked, read = "Which parcels are shipped?", {"fields": ["parcel"]}
    rows = [{"parcel": "PK-1332"}, {"parcel": "PK-9623"}]
    assert stands(asked, rows, "PK-1332 and PK-9623 are shipped.", **read)
    assert not stands(asked, rows, "PK-1332, PK-9623, and PK-1332 are all the same parcel.", **read)
