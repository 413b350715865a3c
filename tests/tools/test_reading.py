"""Every reading, compiled for a filter, for a pipeline, and over a function's records: one meaning."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from bson import Decimal128

from edge_agent.tools.reading import reduced
from edge_agent.tools.records import flatten
from edge_agent.types import Field, Found, Reading
from tests.tools.conftest import Site

T0 = datetime(2026, 6, 1, tzinfo=UTC)
ROWS: list[dict[str, Any]] = [
    {"cell": "a", "load": 10, "price": Decimal("0.10"), "at": T0 + timedelta(days=2), "m": {"x": 1}},
    {"cell": "b", "load": None, "price": Decimal("0.20"), "at": T0, "m": {"x": 2}},
    {"cell": "c", "price": Decimal("0.30"), "at": T0 + timedelta(days=3), "m": {"x": 4}},
    {"cell": "d", "load": 30, "price": Decimal("0.40"), "at": T0 + timedelta(days=1)},
    {"cell": "e", "load": -2.5, "price": "free", "at": T0 + timedelta(days=4)},
]
NAMES = ["cell", "load", "price", "at", "m.x"]
FIELDS = tuple(Field(name=name, label=name == "cell") for name in NAMES)
COMMON = f"""
    name = "cells"
    description = "Cells."
    source = "plant"
    collection = "readings"
    fields = {NAMES}
    limit = 2
"""
FIND = '[[tool]]\nkind = "mongodb.find"\n' + COMMON
SORTED = FIND + 'sort = ["at"]\n'
AGGREGATE = (
    '[[tool]]\nkind = "mongodb.aggregate"\n' + COMMON + 'pipeline = \'[{"$match": {"cell": {"$ne": "none"}}}]\'\n'
)

READINGS: list[tuple[dict[str, Any], list[Mapping[str, Any]]]] = [
    ({"reduce": "count"}, [{"count": 5}]),
    ({"reduce": "exists"}, [{"exists": True}]),
    ({"reduce": "sum", "by": "load"}, [{"load": 37.5}]),
    ({"reduce": "mean", "by": "load"}, [{"load": 12.5}]),
    ({"reduce": "sum", "by": "price"}, [{"price": Decimal("1.00")}]),
    ({"reduce": "mean", "by": "price"}, [{"price": Decimal("0.25")}]),
    ({"reduce": "sum", "by": "m.x"}, [{"m.x": 7}]),
    ({"reduce": "sum", "by": "cell"}, []),
    ({"reduce": "min", "by": "load", "fields": ["load"]}, [{"cell": "e", "load": -2.5}]),
    ({"reduce": "max", "by": "load", "fields": ["at"]}, [{"cell": "d", "load": 30, "at": ROWS[3]["at"]}]),
    ({"reduce": "max", "by": "m.x", "fields": ["cell"]}, [{"cell": "c", "m.x": 4}]),
    ({"reduce": "first", "by": "at", "fields": ["cell"]}, [{"cell": "b", "at": T0}]),
    ({"reduce": "last", "by": "load", "fields": ["cell"]}, [{"cell": "d", "load": 30}]),
    ({"reduce": "first", "fields": ["cell"]}, [{"cell": "a"}]),
    ({"reduce": "last", "fields": ["cell"]}, [{"cell": "e"}]),
    ({"fields": ["cell"]}, [{"cell": "a"}, {"cell": "b"}]),
]


@pytest.fixture
async def cells(site: Site) -> Site:
    rows = [
        {key: Decimal128(value) if isinstance(value, Decimal) else value for key, value in row.items()} for row in ROWS
    ]
    await site.database["readings"].insert_many(rows)
    return site


def by_code(arguments: Mapping[str, Any], rows: list[dict[str, Any]] = ROWS, limit: int = 2) -> Found:
    reading = Reading(
        fields=tuple(arguments.get("fields", ())), reduce=arguments.get("reduce", "none"), by=arguments.get("by")
    )
    return reduced([flatten(row) for row in rows], reading, FIELDS, limit)


@pytest.mark.parametrize(("arguments", "expected"), READINGS, ids=lambda value: str(value)[:40])
async def test_a_reading_means_the_same_everywhere(cells: Site, arguments: Any, expected: Any) -> None:
    found = [await cells.ask(FIND, **arguments), await cells.ask(AGGREGATE, **arguments), by_code(arguments)]
    assert [list(each.records) for each in found] == [expected] * 3
    assert [each.more for each in found] == ["reduce" not in arguments] * 3


async def test_first_and_last_follow_the_declared_order(cells: Site) -> None:
    assert await cells.records(SORTED, reduce="first", fields=["cell"]) == [{"cell": "b"}]
    assert await cells.records(SORTED, reduce="last", fields=["cell"]) == [{"cell": "e"}]
    assert [each["cell"] for each in await cells.records(SORTED)] == ["b", "d"]


async def test_of_several_largest_the_first_in_the_declared_order_is_given(site: Site) -> None:
    await site.database["readings"].insert_many(
        [{"cell": str(day), "load": 7, "at": T0 + timedelta(days=day)} for day in (3, 1, 2)]
    )
    assert [each["cell"] for each in await site.records(SORTED, reduce="max", by="load")] == ["1"]


@pytest.mark.parametrize("tool", [FIND, AGGREGATE])
async def test_nothing_found_is_counted_as_nought_and_said_as_no(site: Site, tool: str) -> None:
    assert await site.records(tool, reduce="count") == [{"count": 0}]
    assert await site.records(tool, reduce="exists") == [{"exists": False}]
    for reduce in ("sum", "mean", "min", "max"):
        assert await site.records(tool, reduce=reduce, by="load") == []
    assert await site.records(tool, reduce="last") == []
    assert by_code({"reduce": "last"}, []).records == by_code({"reduce": "max", "by": "load"}, []).records == ()


async def test_no_reading_is_computed_over_a_cut_result(site: Site) -> None:
    await site.database["readings"].insert_many([{"cell": str(n), "load": n} for n in range(300)])
    assert await site.records(FIND, reduce="count") == [{"count": 300}]
    assert await site.records(FIND, reduce="sum", by="load") == [{"load": sum(range(300))}]
    assert await site.records(FIND, reduce="max", by="load", fields=["cell"]) == [{"cell": "299", "load": 299}]


async def test_a_list_of_numbers_is_no_number(site: Site) -> None:
    await site.database["readings"].insert_many([{"cell": "a", "load": [1, 2]}, {"cell": "b", "load": 3}])
    assert await site.records(FIND, reduce="sum", by="load") == [{"load": 3}]
    await site.database["readings"].delete_one({"cell": "b"})
    assert await site.records(FIND, reduce="sum", by="load") == []
