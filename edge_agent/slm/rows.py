"""Facts → tables of text, in the agent's zone: dates, decimals, numbers and units as the model shall say them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal

from edge_agent import wording
from edge_agent.slm.protocol import Table
from edge_agent.types import Fact, Facts, Field, Scalar

#: Above this a float is written without an exponent, which small models copy wrongly.
_SIX_DIGITS = 1e6


def tables(facts: Facts, zone: tzinfo) -> tuple[Table, ...]:
    """Make one table a call: those with records first, then those that found nothing (no rows)."""
    return tuple(_table(fact, facts, zone) for fact in (*facts.found, *facts.empty))


def _table(fact: Fact, facts: Facts, zone: tzinfo) -> Table:
    present = [field for field in fact.fields if any(field.name in record for record in fact.records)]
    return Table(
        title=spoken(fact.tool),
        columns=tuple(spoken(field.name) for field in present),
        rows=tuple(
            tuple(
                cell(_said(record[field.name], fact), field, zone) if field.name in record else None
                for field in present
            )
            for record in fact.records
        ),
        sentence=wording.sentence(fact, facts, zone=zone),
    )


def _said(value: Scalar | Sequence[Scalar], fact: Fact) -> Scalar | Sequence[Scalar]:
    """A mean has more digits than its values had: two decimals are enough to say."""
    if fact.reading.reduce != "mean":
        return value
    if isinstance(value, float):
        return round(value, 2) if abs(value) >= 1 else value
    if isinstance(value, Decimal):
        return round(value, 2) if abs(value) >= 1 else value
    return value


def spoken(name: str) -> str:
    """``spectral_efficiency`` → ``spectral efficiency``."""
    return " ".join(name.replace("_", " ").replace(".", " ").split())


def cell(value: Scalar | Sequence[Scalar], field: Field, zone: tzinfo) -> str:
    """Write one value on one line, its unit behind it where it is a number."""
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(cell(item, field, zone) for item in value) or "none"
    text = _scalar(value, zone)
    number = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
    return f"{text} {field.unit}" if number and field.unit else text


def _scalar(value: Scalar, zone: tzinfo) -> str:
    match value:
        case None:
            return "none"
        case bool():
            return "yes" if value else "no"
        case float():
            return _float(value)
        case Decimal():
            return f"{value:f}" if value.is_finite() else str(value)
        case datetime():
            # The database's dates are UTC, with or without a zone on them.
            aware = value if value.tzinfo is not None else value.replace(tzinfo=UTC)
            return aware.astimezone(zone).strftime("%Y-%m-%d %H:%M")
        case date():
            return value.isoformat()
        case str():
            # A line break in a value would look like a new fact.
            return " ".join(value.split())
        case _:
            return str(value)


def _float(value: float) -> str:
    if abs(value) >= _SIX_DIGITS and abs(value) < 1e15:  # noqa: PLR2004 - beyond it a float has no decimals
        return f"{value:.2f}".removesuffix(".00")
    return f"{value:.6g}"
