"""Say what is wrong in one sentence: to an operator at load, to a planner at call. Never a value of an argument."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from edge_agent.errors import ConfigError, PlanRejected

#: Names of parameters come from an untrusted plan: what is repeated of them is short.
_LONGEST_NAME = 64

_TYPES = {
    "integer": "a whole number",
    "number": "a number",
    "string": "a string",
    "boolean": "true or false",
    "array": "a list",
    "object": "an object",
    "null": "null",
}
_FORMATS = {
    "date": "a date such as 2026-06-30",
    "date-time": "a time such as 2026-06-30T14:00:00Z",
    "decimal": "a number",
}
_BOUNDS = {
    "minimum": "at least {}",
    "maximum": "at most {}",
    "exclusiveMinimum": "more than {}",
    "exclusiveMaximum": "less than {}",
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "minItems": "at least {} items",
    "maxItems": "at most {} items",
    "pattern": "of the form {}",
}


class Broken(Exception):
    """One rule is broken; the text is a clause that names the parameter."""


def did_you_mean(word: str, valid: Iterable[str]) -> str:
    """``did you mean "x"?``, or where nothing is near: all that would be valid."""
    names = list(valid)
    near = difflib.get_close_matches(word, names, n=1, cutoff=0.5)
    if near:
        return f'did you mean "{near[0]}"?'
    return f"valid: {', '.join(sorted(names))}" if names else "there is none"


def config_error(tool: str, key: str, problem: str) -> ConfigError:
    """Make the error for a key of a tool's table."""
    return ConfigError(f'tool "{tool}": {key}: {problem}')


def rejected(tool: str, broken: Iterable[str]) -> PlanRejected:
    """Make the refusal of a call, usable as a repair request."""
    return PlanRejected(f'Tool "{tool}": {"; ".join(broken)}.', stage="validate")


def must_be(name: str, schema: Mapping[str, Any]) -> str:
    """Say a parameter's whole rule: what was sent instead is never repeated, it may be private."""
    return f'parameter "{name}" must be {rule(schema)}'


def unknown_and_missing(schema: Mapping[str, Any], arguments: Mapping[str, Any]) -> list[str]:
    """Name the parameters that the tool doesn't have, and those that it needs and didn't get."""
    known: Mapping[str, Any] = schema["properties"]
    unknown = [
        f'there is no parameter "{name[:_LONGEST_NAME]}" ({did_you_mean(name, known)})'
        for name in arguments
        if name not in known
    ]
    missing = [f'parameter "{name}" is required' for name in schema.get("required", ()) if name not in arguments]
    return unknown + missing


def rule(schema: Mapping[str, Any]) -> str:
    """Describe a JSON Schema in words."""
    if "enum" in schema:
        return f"one of {', '.join(json.dumps(each, ensure_ascii=False) for each in schema['enum'])}"
    if "anyOf" in schema:
        return " or ".join(rule(each) for each in schema["anyOf"] if each.get("type") != "null")
    kind = schema.get("type")
    what = _FORMATS.get(schema.get("format", "")) or _TYPES.get(kind if isinstance(kind, str) else "", "a valid value")
    bounds = [text.format(schema[key]) for key, text in _BOUNDS.items() if key in schema and "format" not in schema]
    if isinstance(items := schema.get("items"), Mapping):
        bounds.append(f"each {rule(items)}")
    return ", ".join([what, *bounds])
