"""The parameters of a declared tool, as the cloud sees them; what an operator may declare of one."""

from __future__ import annotations

from typing import Any

from edge_agent.clock import Clock
from edge_agent.config import Param
from edge_agent.tools.moments import SPAN, reader
from edge_agent.tools.sentences import config_error

#: Types whose arguments become a date or a time.
MOMENTS = frozenset({"date", "datetime", "lookback"})

_DATE = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
_MOST_ITEMS = 50
#: A text that is compared by its beginning or a part.
_LONGEST_MATCH = 200

_BASES: dict[str, dict[str, Any]] = {
    "date": {"type": "string", "format": "date", "pattern": _DATE},
    "datetime": {"type": "string", "format": "date-time"},
    "lookback": {"type": "string", "pattern": f"^{SPAN.pattern}$"},
    "list": {"type": "array", "minItems": 1, "maxItems": _MOST_ITEMS},
}
_BOUNDS = {
    "integer": ("minimum", "maximum"),
    "number": ("minimum", "maximum"),
    "string": ("minLength", "maxLength"),
    "list": ("minItems", "maxItems"),
}
_ENUM_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "list": (str, int, float),
}


def schema(param: Param) -> dict[str, Any]:
    """Make the JSON Schema of one parameter."""
    made = dict(_BASES.get(param.type, {"type": param.type}))
    values: dict[str, Any] = {"type": "string"} if param.type == "list" and param.enum is None else {}
    if param.enum is not None:
        values["enum"] = param.enum
    if param.pattern is not None:
        values["pattern"] = param.pattern
    if param.match != "exact":
        values |= {"minLength": 1, "maxLength": _LONGEST_MATCH}
    made |= {"items": values} if param.type == "list" else values
    for key, bound in zip(_BOUNDS.get(param.type, ()), (param.min, param.max), strict=False):
        if bound is not None:
            made[key] = int(bound) if isinstance(bound, float) and bound.is_integer() else bound
    return made | ({"description": text} if (text := _description(param)) else {})


def check(tool: str, name: str, param: Param, clock: Clock) -> None:
    """Refuse a parameter that makes no sense. Raises ``ConfigError``."""
    key = f"params.{name}"
    if param.enum is not None:
        kinds = _ENUM_TYPES.get(param.type)
        if kinds is None:
            raise config_error(tool, f"{key}.enum", f"a {param.type} has no enum")
        if not all(isinstance(each, kinds) for each in param.enum):
            raise config_error(tool, f"{key}.enum", f"not every value is of type {param.type}")
    if (param.pattern is not None or param.match != "exact") and param.type not in ("string", "list"):
        raise config_error(tool, key, f"pattern and match are for strings and lists, not for type {param.type}")
    for which, bound in (("min", param.min), ("max", param.max)):
        if bound is not None:
            _check_bound(tool, f"{key}.{which}", param, bound, clock)


def _check_bound(tool: str, key: str, param: Param, bound: float | str, clock: Clock) -> None:
    if param.type in MOMENTS:
        try:
            reader(param.type, clock)(str(bound))
        except (ValueError, OverflowError) as error:
            raise config_error(tool, key, f"not a {param.type}") from error
    elif param.type not in _BOUNDS or isinstance(bound, str):
        raise config_error(tool, key, f"no bound for type {param.type}")


def _description(param: Param) -> str:
    parts = [param.description.rstrip(".")] if param.description else []
    if param.type == "lookback":
        parts.append("So far back from now: such as 24h or 7d" + (f", at most {param.max}" if param.max else ""))
    elif param.type in MOMENTS:
        parts += [f"{word} {bound}" for word, bound in (("Not before", param.min), ("Not after", param.max)) if bound]
    if param.match != "exact":
        parts.append(f"Compared by {'its beginning' if param.match == 'prefix' else 'any part'}, whatever the case")
    if param.default is not None:
        parts.append(f"Default: {param.default}")
    return ". ".join(parts)
