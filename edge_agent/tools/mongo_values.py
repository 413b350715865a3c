"""Values over the border of BSON: arguments into a query, documents out of it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from bson import Decimal128, ObjectId, Timestamp, json_util
from bson.errors import BSONError
from bson.regex import Regex

from edge_agent.clock import Clock
from edge_agent.config import Param
from edge_agent.tools.records import plain
from edge_agent.tools.template import ABSENT, Slot
from edge_agent.types import Scalar

#: BSON dates have milliseconds.
_LAST_MOMENT = timedelta(days=1) - timedelta(milliseconds=1)


def constant(value: Any, clock: Clock) -> Any:
    """Make a declared value one of BSON: EJSON wrappers are read, local dates are the device's. Raises ValueError."""
    match value:
        case dict():
            try:
                return json_util.object_hook({key: constant(each, clock) for key, each in value.items()})
            except (ValueError, TypeError, KeyError, ArithmeticError, BSONError) as error:
                raise ValueError(f"not Extended JSON: {error}") from error
        case list():
            return [constant(each, clock) for each in value]
        case datetime():
            return value if value.tzinfo else value.replace(tzinfo=clock.zone)
        case date():
            return datetime.combine(value, time(), clock.zone)
        case time():
            raise ValueError("MongoDB has no times without a date")
    return value


def put(slot: Slot, arguments: Mapping[str, Any], params: Mapping[str, Param], clock: Clock) -> Any:
    """Give the value that a slot takes; its kind depends on the parameter's type alone, never on the value."""
    if slot.name not in arguments:
        return ABSENT
    value = arguments[slot.name]
    match = params[slot.name].match
    if match != "exact":
        patterns = [_pattern(each, match) for each in (value if isinstance(value, list) else [value])]
        return patterns if isinstance(value, list) else patterns[0]
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime.combine(value, time(), clock.zone).astimezone(UTC)
        # "until the 30th" includes the 30th, "after the 30th" doesn't.
        if slot.operator in ("$lte", "$gt"):
            value += _LAST_MOMENT
    return {"$literal": value} if slot.literal else value


def scalar(name: str, value: Any, kept_ids: frozenset[str]) -> Scalar:
    """Make a plain value of BSON's. An ObjectId is kept only in a declared field: it says nothing, in many tokens."""
    match value:
        case ObjectId():
            return str(value) if name in kept_ids else None
        case Decimal128():
            return plain(name, value.to_decimal())
        case Timestamp():
            return value.as_datetime()
        case UUID():
            return str(value)
    return plain(name, value)


def shell(collection: str, pipeline: Sequence[Mapping[str, Any]]) -> str:
    """Write a query as Extended JSON in the words of MongoDB's shell."""
    stages = ",\n".join(f"  {json_util.dumps(stage, ensure_ascii=False)}" for stage in pipeline)
    return f"db.getCollection({json.dumps(collection)}).aggregate([\n{stages}\n])"


def total(value: Any) -> int | float | Decimal | None:
    """Read what ``$sum`` or ``$avg`` gave; None where there is none, or no finite one."""
    number = scalar("", value, frozenset())
    return number if isinstance(number, int | float | Decimal) else None


def _pattern(text: str, match: str) -> Regex[str]:
    """Compare by beginning or part, whatever the case. Escaped: no argument is ever a pattern."""
    escaped = re.escape(text).replace("\0", r"\x00")  # BSON takes no NUL in a pattern
    return Regex(("^" if match == "prefix" else "") + escaped, "i")
