"""How endpoints differ: which schema keywords they take, and what they call the parameters. A table; others join it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Schema = Mapping[str, Any]

#: What a strict schema may hold; the rest is said in the description, and enforced by the agent.
_STRICT = frozenset({"type", "description", "properties", "required", "items", "enum", "anyOf", "additionalProperties"})
#: Says nothing that a planner could use.
_SILENT = frozenset({"$defs", "definitions", "$schema", "$id", "title", "examples"})
_NULL = {"type": "null"}
#: Where a schema refers to itself, inlining ends.
_DEEPEST = 32


class NotStrict(ValueError):
    """This schema has no strict form: it refers to itself, or it takes keys that it doesn't name."""


@dataclass(frozen=True, kw_only=True)
class Profile:
    """What one kind of endpoint wants."""

    #: What the limit on the answer's length is called.
    token_parameter: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    #: With tools only.
    tool_parameters: Mapping[str, Any] = field(default_factory=dict)
    #: A function's parameters as this endpoint takes them. ``None`` for strict: the key isn't sent.
    schema: Callable[[Schema], tuple[Schema, bool | None]]
    #: The schema of the whole answer, for style "schema".
    response_format: Callable[[Schema], Mapping[str, Any]]


def strict(schema: Schema) -> Schema:
    """Strict form: references inlined, every key required, optional ones nullable, limits moved to descriptions.

    Raises ``NotStrict``.
    """
    return _strict(schema, {**schema.get("definitions", {}), **schema.get("$defs", {})}, 0)


def strict_or_plain(schema: Schema) -> tuple[Schema, bool]:
    """Strict form where there is one, else the schema as it is: also one that came over the broker and is none."""
    try:
        return strict(schema), True
    except (NotStrict, AttributeError, TypeError):
        return schema, False


def _strict(schema: Schema, defined: Schema, depth: int) -> dict[str, Any]:
    if depth > _DEEPEST:
        raise NotStrict("it refers to itself")
    if (reference := schema.get("$ref")) is not None:
        target = defined.get(str(reference).rpartition("/")[2])
        if not isinstance(target, Mapping):
            raise NotStrict("it refers to what isn't there")
        beside = {key: value for key, value in schema.items() if key != "$ref"}
        return _strict({**target, **beside}, defined, depth + 1)
    if "const" in schema:
        schema = {**{key: value for key, value in schema.items() if key != "const"}, "enum": [schema["const"]]}
    kept = {key: schema[key] for key in schema if key in _STRICT}
    if said := _said(schema):
        kept["description"] = f"{kept.get('description', '')} ({said})".strip()
    if isinstance(items := schema.get("items"), Mapping):
        kept["items"] = _strict(items, defined, depth + 1)
    for key in ("anyOf", "oneOf"):
        if key in schema:
            kept["anyOf"] = [_strict(each, defined, depth + 1) for each in schema[key]]
    if schema.get("type") == "object" or "properties" in schema:
        kept |= _object(schema, defined, depth)
    return kept


def _object(schema: Schema, defined: Schema, depth: int) -> dict[str, Any]:
    if schema.get("additionalProperties", False) is not False:
        raise NotStrict("it takes keys that it doesn't name")
    required = set(schema.get("required", ()))
    properties = {
        name: _strict(each, defined, depth + 1) if name in required else _nullable(_strict(each, defined, depth + 1))
        for name, each in schema.get("properties", {}).items()
    }
    return {
        "type": "object",
        "properties": properties,
        "required": sorted(properties),
        "additionalProperties": False,
    }


def _nullable(schema: dict[str, Any]) -> dict[str, Any]:
    kinds = schema.get("type")
    if kinds is None or "anyOf" in schema:
        described = {"description": schema.pop("description")} if "description" in schema else {}
        return {"anyOf": [*schema.get("anyOf", [schema]), _NULL], **described}
    several = [kinds] if isinstance(kinds, str) else list(kinds)
    schema["type"] = several if "null" in several else [*several, "null"]
    if "enum" in schema and None not in schema["enum"]:
        schema["enum"] = [*schema["enum"], None]
    return schema


def _said(schema: Schema) -> str:
    """Say in words what a strict schema can't hold: ``minimum: 1; pattern: "^[A-Z]+$"``."""
    left = sorted(set(schema) - _STRICT - _SILENT - {"oneOf", "$ref"})
    return "; ".join(f"{key}: {json.dumps(schema[key], ensure_ascii=False, sort_keys=True)}" for key in left)


PROFILES: Mapping[str, Profile] = {
    # Newer models of OpenAI want max_completion_tokens and refuse a temperature.
    "openai": Profile(
        token_parameter="max_completion_tokens",  # noqa: S106 - the name of a parameter
        tool_parameters={"parallel_tool_calls": True},
        schema=strict_or_plain,
        response_format=lambda schema: {
            "type": "json_schema",
            "json_schema": {"name": "plan", "strict": True, "schema": schema},
        },
    ),
    # Local servers: json_object with a schema is the one form that llama.cpp's servers both enforce.
    "plain": Profile(
        token_parameter="max_tokens",  # noqa: S106 - the name of a parameter
        parameters={"temperature": 0},
        schema=lambda schema: (schema, None),
        response_format=lambda schema: {"type": "json_object", "schema": schema},
    ),
}
