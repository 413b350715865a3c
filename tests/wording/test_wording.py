# ruff: noqa: E501 (sentences to compare with)
"""What code says of the facts reads well, and passes the check."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from edge_agent import wording
from edge_agent.grounding import Check
from edge_agent.types import Fact, Facts, Field, Reading, Record, Tool

BERLIN = ZoneInfo("Europe/Berlin")
ORDER = Field(name="order_id", label=True)
STATUS, TOTAL, PLACED = Field(name="status"), Field(name="total", unit="EUR"), Field(name="placed_at")
ENGLISH, GERMAN, CHINESE = "What about it?", "Was ist damit und wie ist es?", "情况怎么样？"


def facts(question: str, fields: tuple[Field, ...], records: list[dict[str, Any]], **more: Any) -> Facts:
    reading, arguments = more.pop("reading", Reading()), more.pop("arguments", {})
    fact = Fact(tool="find_orders", fields=fields, records=tuple(records), reading=reading, arguments=arguments, **more)
    return Facts(question=question, found=(fact,))


ONE = {
    "order_id": "ORD-1042",
    "status": "in_transit",
    "total": 1234.5,
    "placed_at": datetime(2026, 6, 10, 9, 30, tzinfo=UTC),
}
TWO = {"order_id": "ORD-1043", "status": "open", "total": 99.9, "placed_at": datetime(2026, 6, 12, tzinfo=UTC)}


@pytest.mark.parametrize(
    ("given_facts", "text"),
    [
        (facts(ENGLISH, (ORDER, STATUS), [ONE | {"total": None, "placed_at": None}]), "The status of order ORD-1042 is in transit."),
        (facts(ENGLISH, (ORDER, TOTAL), [{"order_id": "ORD-1042", "total": 1234.5}]), "The total of order ORD-1042 is 1,234.50 EUR."),
        (facts(GERMAN, (ORDER, TOTAL), [{"order_id": "ORD-1042", "total": 1234.5}]), "Order ORD-1042: total ist 1.234,50 EUR."),
        (facts(CHINESE, (ORDER, TOTAL), [{"order_id": "ORD-1042", "total": 1234.5}]), "Order ORD-1042的total是1,234.50 EUR。"),
        (facts(ENGLISH, (ORDER, PLACED), [{"order_id": "ORD-1042", "placed_at": ONE["placed_at"]}]), "Order ORD-1042 was placed on June 10, 2026, 11:30 AM."),
        (
            facts(ENGLISH, (ORDER, STATUS, TOTAL, PLACED), [ONE, TWO]),
            "2 results:\n- ORD-1042: status: in transit, total: 1,234.50 EUR, placed: June 10, 2026, 11:30 AM\n- ORD-1043: status: open, total: 99.90 EUR, placed: June 12, 2026",
        ),
        (
            facts(ENGLISH, (ORDER,), [{"order_id": "ORD-1"}, {"order_id": "ORD-2"}], more=True),
            "The first 2 results: ORD-1, ORD-2.\nThere are further results.",
        ),
        (facts(ENGLISH, (Field(name="count"),), [{"count": 5}], reading=Reading(reduce="count"), arguments={"status": "late"}), "The number of orders (status: late) is 5."),
        (facts(ENGLISH, (Field(name="exists"),), [{"exists": False}], reading=Reading(reduce="exists")), "No, there are no orders."),
        (facts(GERMAN, (Field(name="exists"),), [{"exists": True}], reading=Reading(reduce="exists")), "Ja, gefunden: orders."),
        (facts(ENGLISH, (TOTAL,), [{"total": 12345.678}], reading=Reading(reduce="sum", by="total")), "The sum of total is 12,345.68 EUR, for orders."),
        (
            facts(ENGLISH, (ORDER, TOTAL), [{"order_id": "ORD-1", "total": 45}], reading=Reading(reduce="max", by="total")),
            "Order ORD-1 has the highest total: 45.00 EUR.",
        ),
    ],
)  # fmt: skip
def test_the_bare_facts_read_well_and_pass_the_check(given_facts: Facts, text: str) -> None:
    assert wording.render(given_facts, zone=BERLIN) == text
    assert Check(given_facts, zone=BERLIN).whole(text) is None


def test_what_was_looked_for_is_said() -> None:
    empty = Fact(
        tool="find_orders", fields=(), records=(), reading=Reading(), arguments={"order_id": "ORD-9", "site": 12}
    )
    said = {
        question: wording.nothing(Facts(question=question, empty=(empty,))) for question in (ENGLISH, GERMAN, CHINESE)
    }
    assert said[ENGLISH] == "Nothing was found for orders (order id: ORD-9; site: 12)."
    assert said[GERMAN] == "Nichts gefunden für orders (order id: ORD-9; site: 12)."
    assert said[CHINESE] == "没有找到orders (order id: ORD-9; site: 12)。"


def test_what_can_be_asked_and_what_failed_is_said() -> None:
    async def run(_call: Any) -> Any:
        raise NotImplementedError

    tool = Tool(
        name="find_orders",
        description="Orders of the shop. By id.",
        parameters={},
        check=lambda a: (a, Reading()),
        run=run,
    )
    assert wording.direct([tool, tool], Facts(question=ENGLISH)) == "Here you can ask about: Orders of the shop."
    assert wording.direct([], Facts(question=ENGLISH)) == "There is nothing that can be asked here."
    assert wording.failed(["stock", "orders"], "de-AT") == "Diese Quellen konnten nicht gelesen werden: stock, orders."


def test_what_was_not_found_may_stand_beside_what_was() -> None:
    empty = Fact(tool="find_tickets", fields=(), records=(), reading=Reading(), arguments={"site": 12})
    found = facts(ENGLISH, (ORDER, STATUS), [{"order_id": "ORD-1042", "status": "open"}]).found
    both = Facts(question=ENGLISH, found=found, empty=(empty,))
    assert wording.render(both).splitlines()[1] == "Nothing was found for tickets (site: 12)."
    assert Check(both).whole(wording.render(both)) is None


NAMES = some.sampled_from(["load", "stock", "price", "margin", "delay", "height"])
WORDS = some.sampled_from(["open", "closed", "in_transit", "late", "high risk", "Köln", "已发货"])
VALUES: dict[str, some.SearchStrategy[Any]] = {
    "whole": some.integers(-(10**9), 10**9),
    "fraction": some.floats(-1e6, 1e6).map(lambda number: round(number, 3)),
    "decimal": some.decimals(0, 10**6, places=2),
    "truth": some.booleans(),
    "day": some.dates(date(2000, 1, 1), date(2090, 1, 1)),
    "moment": some.datetimes(datetime(2000, 1, 1), datetime(2090, 1, 1), timezones=some.just(UTC)).map(lambda m: m.replace(microsecond=0)),  # noqa: DTZ001
    "text": WORDS,
    "texts": some.lists(WORDS, min_size=1, max_size=3),
}  # fmt: skip


@some.composite
def any_facts(draw: some.DrawFn) -> Facts:
    names = draw(some.lists(NAMES, min_size=1, max_size=4, unique=True))
    kinds = {name: draw(some.sampled_from(sorted(VALUES))) for name in names}
    units = {
        name: draw(some.sampled_from([None, "EUR", "%", "km"])) if kinds[name] in {"whole", "decimal"} else None
        for name in names
    }
    label = Field(name="item_id", label=True)
    labels = draw(
        some.lists(some.integers(100, 999).map(lambda number: f"IT-{number}"), min_size=1, max_size=4, unique=True)
    )
    records: list[Record] = [{"item_id": one} | {name: draw(VALUES[kinds[name]]) for name in names} for one in labels]
    fields = (label, *(Field(name=name, unit=units[name]) for name in names))
    question = draw(some.sampled_from([ENGLISH, GERMAN, CHINESE]))
    return Facts(
        question=question,
        found=(
            Fact(tool="find_items", fields=fields, records=tuple(records), reading=Reading(), arguments={"site": 12}),
        ),
        locale=draw(some.sampled_from(["en", "en-GB", "de", "de-AT", "de_CH", "zh-CN", "xx"])),
    )


@settings(deadline=None, max_examples=150, derandomize=True)
@given(any_facts())
def test_whatever_is_rendered_passes_the_check(drawn: Facts) -> None:
    text = wording.render(drawn, zone=BERLIN)
    assert Check(drawn, zone=BERLIN).whole(text) is None, text


@settings(deadline=None, max_examples=60, derandomize=True)
@given(
    some.sampled_from(["count", "sum", "mean", "exists"]),
    some.decimals(0, 10**7, places=2),
    some.sampled_from([ENGLISH, GERMAN, CHINESE]),
)
def test_whatever_is_computed_passes_the_check(reduce: str, number: Decimal, question: str) -> None:
    value: Any = {"count": int(number), "exists": number > 100}.get(reduce, number)
    name = reduce if reduce in {"count", "exists"} else "price"
    reading = Reading(reduce=reduce, by=None if name == reduce else "price")  # type: ignore[arg-type]  # one of the literals
    drawn = facts(question, (Field(name=name),), [{name: value}], reading=reading, arguments={"site": 12})
    text = wording.render(drawn)
    assert Check(drawn).whole(text) is None, text


@pytest.mark.parametrize(
    ("question", "label", "name", "text"),
    [
        (GERMAN, Field(name="room", label=True, description="Raum"), "Raum 23", "Raum 23: Fläche ist 75,4 m²."),
        (GERMAN, Field(name="id", label=True, description="Paket"), "PK-1", "Paket PK-1: Fläche ist 75,4 m²."),
        (GERMAN, Field(name="room", label=True, description="name of the room"), "R1", "R1: Fläche ist 75,4 m²."),
        (CHINESE, Field(name="room", label=True, description="会议室"), "26号会议室", "26号会议室的Fläche是75.4 m²。"),
    ],
)
def test_in_other_languages_a_record_is_called_what_the_operator_calls_it(
    question: str, label: Field, name: str, text: str
) -> None:
    area = Field(name="area", unit="m²", description="Fläche")
    assert wording.render(facts(question, (label, area), [{label.name: name, "area": 75.4}])) == text


def test_a_few_values_are_a_sentence_each_and_what_is_no_noun_is_none() -> None:
    of_two = facts(ENGLISH, (ORDER, STATUS, TOTAL), [ONE | {"placed_at": None}])
    assert wording.sentence(of_two.found[0], of_two) == (
        "The status of order ORD-1042 is in transit. The total of order ORD-1042 is 1,234.50 EUR."
    )
    seats = facts(ENGLISH, (ORDER, Field(name="seats")), [{"order_id": "ORD-1", "seats": 4}])
    assert wording.sentence(seats.found[0], seats) is None
    counted = facts(ENGLISH, (Field(name="count"),), [{"count": 5}], reading=Reading(reduce="count"))
    assert wording.sentence(counted.found[0], counted) is None
