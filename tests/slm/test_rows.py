from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from edge_agent.slm.rows import cell, tables
from edge_agent.types import Facts, Field, Reading, Scalar
from tests.slm.asking import facts

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (87.4000001, "%", "87.4 %"),
        (1234567.5, None, "1234567.50"),
        (2000000.0, "EUR", "2000000 EUR"),
        (0.00001234, None, "1.234e-05"),
        (7, "pieces", "7 pieces"),
        (Decimal("19.90"), "EUR", "19.90 EUR"),
        (Decimal("1E+3"), None, "1000"),
        (True, "%", "yes"),
        (None, "%", "none"),
        (datetime(2026, 6, 10, 9, 0, tzinfo=UTC), None, "2026-06-10 11:00"),
        (datetime(2026, 6, 10, 9, 0), None, "2026-06-10 11:00"),  # noqa: DTZ001 - as a database gives it
        (date(2026, 6, 10), None, "2026-06-10"),
        ("two\nlines\tand a tab", None, "two lines and a tab"),
        (["a", "b"], None, "a, b"),
        ([], None, "none"),
    ],
)
def test_a_value_is_written_as_the_model_shall_say_it(value: Scalar, unit: str | None, text: str) -> None:
    assert cell(value, Field(name="x", unit=unit), BERLIN) == text


def test_a_table_has_the_fields_that_some_record_has_and_none_where_one_lacks_it() -> None:
    given = facts(
        "q", {"cell": "A", "prb_load": 1}, {"cell": "B"}, fields=tuple(Field(name=n) for n in ("cell", "prb_load", "x"))
    )
    (table,) = tables(given, UTC)
    assert table.title == "cell load"
    assert table.columns == ("cell", "prb load")
    assert table.rows == (("A", "1"), ("B", None))


def test_a_call_that_found_nothing_is_a_table_without_rows() -> None:
    (table,) = tables(facts("q", tool="open_orders"), UTC)
    assert (table.title, table.rows) == ("open orders", ())


def test_a_single_value_is_also_said_in_a_sentence() -> None:
    fields = (Field(name="cell", label=True), Field(name="prb_load", unit="%"))
    (table,) = tables(facts("How busy is it?", {"cell": "A", "prb_load": 7}, fields=fields), UTC)
    assert table.sentence == "The prb load of cell A is 7%."
    (table,) = tables(facts("q", {"cell": "A", "prb_load": 7}, {"cell": "B", "prb_load": 8}, fields=fields), UTC)
    assert table.sentence is None


def test_a_mean_has_two_decimals() -> None:
    (fact,) = facts("q", {"load": 41.716666}, fields=(Field(name="load", unit="%"),)).found
    mean = replace(fact, reading=Reading(reduce="mean", by="load"))
    (table,) = tables(Facts(question="q", found=(mean,)), UTC)
    assert table.rows == (("41.72 %",),)
