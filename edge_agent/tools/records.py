"""Documents of any shape → flat records: dotted names, plain scalars, lists of scalars."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from edge_agent.types import Record, Scalar


def plain(_name: str, value: Any) -> Scalar:
    """Keep what is a scalar already; None for what can't be said. NaN and infinities are no values."""
    match value:
        case bool() | str():
            return value
        case int():
            return int(value)
        case float() if math.isfinite(value):
            return value
        case Decimal() if value.is_finite():
            return value
        case datetime():
            return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
        case date():
            return value
    return None


def flatten(document: Mapping[str, Any], scalar: Callable[[str, Any], Scalar] = plain) -> Record:
    """Flatten a document. Lists of documents become one list for each of their fields. None is kept out."""
    flat: dict[str, Any] = {}
    for name, value in _leaves("", document):
        if isinstance(value, list):
            if items := [item for each in value if (item := scalar(name, each)) is not None]:
                flat[name] = [*flat.get(name, []), *items]
        elif (one := scalar(name, value)) is not None:
            flat[name] = one
    return flat


def _leaves(prefix: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for key, below in value.items():
            yield from _leaves(f"{prefix}.{key}" if prefix else str(key), below)
    elif isinstance(value, list | tuple):
        scalars = [each for each in value if not isinstance(each, Mapping | list | tuple)]
        if scalars or not value:
            yield prefix, scalars
        for each in value:
            if isinstance(each, Mapping | list | tuple):
                # Below a list each leaf is one of many: a list, also where it stands alone.
                for name, leaf in _leaves(prefix, each):
                    yield name, leaf if isinstance(leaf, list) else [leaf]
    else:
        yield prefix, value
