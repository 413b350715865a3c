"""The one value that a reduced call's answer is: taken from its record, or computed again over raw records."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Final

from edge_agent.language import dates
from edge_agent.types import Fact, Record

#: What a reducing tool may call its result.
_RESULT_NAMES: Final = frozenset({"sum", "mean", "avg", "average", "total", "value", "result"})


def count(fact: Fact) -> int:
    """How many records there are, as the database counted them or as they lie here."""
    found = _result(fact, "count")
    return int(found) if isinstance(found, (int, float, Decimal)) else len(fact.records)


def exists(fact: Fact) -> bool:
    """Whether there is any record."""
    found = _result(fact, "exists")
    return bool(found) if isinstance(found, (bool, int, float, Decimal)) else bool(fact.records)


def amount(fact: Fact) -> Decimal | None:
    """The sum or mean of the field ``by``."""
    by = fact.reading.by
    values = [number for record in fact.records if (number := _number(_value(record, by))) is not None]
    if not values:
        return None
    total = sum(values, Decimal(0))
    return total / len(values) if fact.reading.reduce == "mean" else total


def extremes(fact: Fact) -> list[int]:
    """Which of the records is the one that ``min``, ``max``, ``first`` or ``last`` asks for; several where they tie."""
    reduce, by = fact.reading.reduce, fact.reading.by
    keys = {
        number: key for number, record in enumerate(fact.records) if (key := order(record.get(by or ""))) is not None
    }
    if not keys:
        return [len(fact.records) - 1 if reduce == "last" else 0] if fact.records else []
    best = max(keys.values()) if reduce in {"max", "last"} else min(keys.values())
    return [number for number, key in keys.items() if key == best]


def order(value: object) -> Decimal | None:
    """A value as a number to compare by: numbers and moments have an order here, texts have none."""
    moment = dates.from_value(value)
    if isinstance(moment, datetime):
        return Decimal(str(moment.timestamp()))
    if isinstance(moment, date):
        return Decimal(moment.toordinal() * 86400)
    return _number(value)


def _value(record: Record, by: str | None) -> object:
    if by is not None and by in record:
        return record[by]
    for name, value in record.items():
        if name.lower() in _RESULT_NAMES or (by and by in name):
            return value
    return next(iter(record.values())) if len(record) == 1 else None


def _result(fact: Fact, name: str) -> object:
    """What a reducing tool gave: one record that holds the result under its name."""
    return fact.records[0].get(name) if len(fact.records) == 1 else None


def _number(value: object) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        return None
    return Decimal(str(value))
