# ruff: noqa: E501 (tables)
"""Reading numbers, dates, units and clauses."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from edge_agent.language import dates, numbers, units
from edge_agent.language.clauses import Clauses, split
from edge_agent.language.folding import Language, fold, language_of, normal, stem


@pytest.mark.parametrize(
    ("text", "language", "values"),
    [
        ("1,234.50 and 5", "en", ["1234.50", "5"]),
        ("1.234,50 und 12.345", "de", ["1234.50", "12345"]),
        ("12.345", "en", ["12.345"]),
        ("1'234 and 1\u202f234", "en", ["1234", "1234"]),
        ("minus 3.5 and -4", "en", ["-3.5", "-4"]),
        ("1.2 million, 3 Mio", "en", ["1.2E+6", "3E+6"]),
        ("zwölf, drei", "de", ["12", "3"]),
        ("三个，十二台，数量是五。", "zh", ["3", "12", "5"]),
        ("3.5万", "zh", ["3.5E+4"]),
        ("5-7", "en", ["5", "7"]),
        ("version 1.2.3", "en", []),
    ],
)
def test_numbers_are_read_as_the_language_writes_them(text: str, language: Language, values: list[str]) -> None:
    assert [said.value for said in numbers.find(normal(text), language)] == [Decimal(value) for value in values]


@pytest.mark.parametrize(
    ("text", "symbol"),
    [("5 km", "km"), ("5km", "km"), ("a 30-minute ride", "min"), ("€5", "EUR"), ("US$ 5", "USD"), ("5 %", "%"), ("百分之5", "%"),
     ("5公里", "km"), ("5 degrees Celsius", "°C"), ("5 in stock", None), ("5 orders", None), ("5 Mbit/s", "bit/s")],
)  # fmt: skip
def test_units_are_read_before_and_behind_numbers(text: str, symbol: str | None) -> None:
    said = numbers.find(normal(text), language_of(text))[0]
    assert (said.unit.dimension if said.unit else None) == (units.unit(symbol).dimension if symbol else None)


def test_a_fields_name_or_description_may_tell_its_unit() -> None:
    assert units.inferred("length_km", None) == units.unit("km")
    assert units.inferred("length", "how long it is, in km") == units.unit("km")
    assert units.inferred("length", "how long it is") is None
    assert units.unit("widgets").dimension == "widgets"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("2026-06-10", "en"), ("June 10, 2026", "en"), ("10 June 2026", "en"), ("Jun 10th, 2026", "en"), ("06/10/2026", "en"),
        ("10.06.2026", "de"), ("10. Juni 2026", "de"), ("10.6.2026", "de"), ("10/06/2026", "de"),
        ("2026年6月10日", "zh"), ("2026/6/10", "zh"),
    ],
)  # fmt: skip
def test_dates_are_read_in_all_forms(text: str, language: Language) -> None:
    (said,) = dates.find(normal(text), language)
    assert said.parts == (2026, 6, 10, None, None, None)
    assert dates.agrees(said, date(2026, 6, 10))
    assert not dates.agrees(said, date(2026, 6, 11))


@pytest.mark.parametrize(
    ("text", "language", "hour", "minute"),
    [("3:30 pm", "en", 15, 30), ("12 am", "en", 0, 0), ("15:30 Uhr", "de", 15, 30), ("15 Uhr", "de", 15, 0), ("下午3点30分", "zh", 15, 30)],
)  # fmt: skip
def test_times_are_read_in_all_forms(text: str, language: Language, hour: int, minute: int) -> None:
    (said,) = dates.find(normal(text), language)
    assert (said.hour, said.minute) == (hour, minute)


def test_a_moment_is_told_in_the_zone_and_midnight_is_a_day() -> None:
    zone = timezone(timedelta(hours=2))
    assert dates.localised(datetime(2026, 6, 10, 23, 30, tzinfo=UTC), zone) == datetime(2026, 6, 11, 1, 30, tzinfo=zone)
    assert dates.localised(datetime(2026, 6, 10, tzinfo=UTC), zone) == date(2026, 6, 10)
    assert dates.localised("2026-06-10", zone) == date(2026, 6, 10)
    assert dates.localised("10", zone) is None


@pytest.mark.parametrize(
    ("text", "language"),
    [("What is the total?", "en"), ("Was ist der Gesamtbetrag?", "de"), ("总额是多少", "zh"), ("ORD-1", "en")],
)
def test_a_language_is_told_by_its_function_words(text: str, language: str) -> None:
    assert language_of(text) == language
    assert language_of("ORD-1", "de-AT") == "de"


def test_inflected_words_have_one_stem() -> None:
    assert stem("shipped") == stem("shipping")
    assert stem("bestellung") == stem("bestellungen") != stem("bestelldatum")


@pytest.mark.parametrize(
    "clauses",
    [
        ["The total is 3.5. ", "It is 1,234 EUR!  ", "Right?"],
        ["Am 10. Juni kam es. ", "Es war z. B. gut. ", "Nr. 5 auch."],
        ["Call Dr. Reiter at 3 p.m. today. ", "Or write to a.b@c.de now."],
        ["总额是3.5元。", "好！", "再见"],
        ["1. First\n", "2. Second\n", "- third"],
        ["It ends with 10. ", "The next one."],
    ],
)
def test_clauses_end_where_sentences_do(clauses: list[str]) -> None:
    assert split("".join(clauses)) == clauses


@given(some.text(alphabet="ab .,!?\n1。！", max_size=60), some.lists(some.integers(1, 7), max_size=20))
def test_streamed_clauses_are_those_of_the_whole_text(text: str, sizes: list[int]) -> None:
    clauses, found, position = Clauses(), list[str](), 0
    for size in [*sizes, len(text)]:
        found += clauses.feed(text[position : position + size])
        position += size
    rest = clauses.rest()
    assert "".join(found) + rest == text
    assert found + ([rest] if rest.strip() else []) == split(text)


@given(some.text(max_size=80))
def test_folding_keeps_offsets(text: str) -> None:
    assert len(fold(normal(text))) == len(normal(text))
