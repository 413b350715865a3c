"""The reading of a call: which fields the answer names, and how the records are reduced. Its meaning stands here.

``reduce``, over *all* records that match, never over a cut result:

- ``none``: the records, in the tool's order, up to its limit.
- ``count``: one record ``{"count": n}``, also for 0. ``exists``: one record ``{"exists": true | false}``.
- ``sum``, ``mean``: one record with the one field ``by``, over the numbers in it; no record where there is no number.
- ``min``, ``max``: the record whose ``by`` is smallest or largest; one without a value there doesn't compete.
- ``first``, ``last``: the first or last record in the tool's order; with ``by`` they are ``min`` and ``max``.

``fields`` narrows the records to those fields, the label and ``by``; empty means all declared fields.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, cast

from edge_agent.tools.sentences import Broken, must_be
from edge_agent.types import REDUCES, Field, Found, Reading, Record, Reduce

#: Parameters of every tool with declared fields; no tool may have one of its own with such a name.
RESERVED = ("fields", "reduce", "by")

_NEEDS_BY = frozenset({"sum", "mean", "min", "max"})
_TAKES_BY = _NEEDS_BY | {"first", "last"}


def parameters(fields: Sequence[Field], order: str) -> dict[str, dict[str, Any]]:
    """JSON Schema properties of the reading. ``order``: the tool's order in words, empty where it has none."""
    names = [field.name for field in fields]
    own = f"the tool's order ({order})" if order else "the tool's own order"
    return {
        "fields": {
            "type": "array",
            "items": {"type": "string", "enum": names},
            "description": f"Fields that the answer names; leave out for all. {'; '.join(map(_described, fields))}.",
        },
        "reduce": {
            "type": "string",
            "enum": list(REDUCES),
            "description": "What to make of all matching records. min and max give the record itself; so do first and "
            f"last, in the order of by, or without it in {own}. Default: none, the records.",
        },
        "by": {
            "type": "string",
            "enum": names,
            "description": "The field that sum, mean, min, max, first or last work on. It never groups.",
        },
    }


def read(arguments: Mapping[str, Any]) -> Reading:
    """Make the reading of arguments that satisfy the schema. Raises ``Broken``."""
    reduce = cast("Reduce", arguments.get("reduce", "none"))
    by: str | None = arguments.get("by")
    if by is None and reduce in _NEEDS_BY:
        raise Broken(f'parameter "by" is required with reduce "{reduce}"')
    if by is not None and reduce not in _TAKES_BY:
        raise Broken('parameter "by" goes only with reduce sum, mean, min, max, first or last; it never groups')
    return Reading(fields=tuple(dict.fromkeys(arguments.get("fields", ()))), reduce=reduce, by=by)


def checked(arguments: Mapping[str, Any], schema: Mapping[str, Any]) -> Reading:
    """Make the reading of arguments that nobody has checked against the schema yet. Raises ``Broken``."""
    properties = schema["properties"]
    for name, value in arguments.items():
        several = name == "fields"
        valid = properties[name]["items"]["enum"] if several else properties[name]["enum"]
        values = value if several and isinstance(value, list) else [value]
        if (several and not isinstance(value, list)) or not all(isinstance(e, str) and e in valid for e in values):
            raise Broken(must_be(name, properties[name]))
    return read(arguments)


def kept(reading: Reading, fields: Sequence[Field]) -> tuple[str, ...]:
    """Name the fields that records keep: those asked for, the label and ``by``; in the declared order."""
    if not reading.fields:
        return tuple(field.name for field in fields)
    return tuple(
        field.name for field in fields if field.label or field.name in reading.fields or field.name == reading.by
    )


def reduced(records: Sequence[Record], reading: Reading, fields: Sequence[Field], limit: int) -> Found:
    """Reduce records that are already here, as a function gives them. Raises TypeError where values don't compare."""
    by = reading.by
    ranked = [each for each in records if by in each] if by else list(records)
    match reading.reduce:
        case "count":
            return Found(records=({"count": len(records)},))
        case "exists":
            return Found(records=({"exists": bool(records)},))
        case "sum" | "mean":
            numbers = [each[str(by)] for each in ranked if _is_number(each[str(by)])]
            return Found(records=({str(by): _total(numbers, mean=reading.reduce == "mean")},) if numbers else ())
        case "min" | "first" if by and ranked:
            ranked = [min(ranked, key=lambda each: _comparable(each[by]))]
        case "max" | "last" if by and ranked:
            ranked = [max(ranked, key=lambda each: _comparable(each[by]))]
        case "first":
            ranked = ranked[:1]
        case "last":
            ranked = ranked[-1:]
    if fields:  # a function that declares none gives what it has
        names = kept(reading, fields)
        ranked = [narrowed(each, names) for each in ranked]
    return Found(records=tuple(ranked[:limit]), more=len(ranked) > limit)


def narrowed(record: Record, names: Sequence[str]) -> Record:
    """Keep these fields, in this order. What lies below a name (``address.city`` of ``address``) belongs to it."""
    return {
        key: value
        for name in names
        for key, value in record.items()
        if key == name or (key.startswith(name) and key[len(name)] == ".")
    }


def _described(field: Field) -> str:
    unit = f" [{field.unit}]" if field.unit else ""
    return f"{field.name}{unit}: {field.description}" if field.description else f"{field.name}{unit}"


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def _comparable(value: Any) -> Any:
    """Make lists comparable with one another."""
    return tuple(value) if isinstance(value, list | tuple) else value


def _total(numbers: Sequence[Any], *, mean: bool) -> Any:
    if any(isinstance(each, Decimal) for each in numbers):
        numbers = [each if isinstance(each, Decimal) else Decimal(str(each)) for each in numbers]
    total = sum(numbers[1:], start=numbers[0])
    return total / len(numbers) if mean else total
