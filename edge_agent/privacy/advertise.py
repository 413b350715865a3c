"""What a tool's parameters look like to the cloud while values stay here: texts with the pattern of placeholders."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from edge_agent.messages import ToolSignature
from edge_agent.privacy import kinds, patterns

_NUMBER: Final = r"-?[0-9]+(?:\.[0-9]+)?"
#: What says nothing of a value that is a placeholder.
_DROPPED: Final = frozenset({"pattern", "format", "minLength", "maxLength", "minimum", "maximum", "type"})


def advertise(
    signatures: Sequence[ToolSignature],
    issued: Collection[str],
    *,
    sensitive: Mapping[str, Collection[str]] | None = None,
) -> list[ToolSignature]:
    """The signatures as a prompt's plan needs them.

    ``issued``: the prompt's placeholders (the vault's keys). ``sensitive``: tool → its sensitive parameters: these
    take placeholders only, whatever their type; those with a pattern of identities take them where there are any;
    numbers and dates take them where some were hidden. Enums stay as they are. Depends on no data.
    """
    marked = sensitive or {}
    return [
        ToolSignature(
            name=each.name,
            description=each.description,
            parameters=_schema(each.parameters, issued, marked.get(each.name, ())),
        )
        for each in signatures
    ]


def _schema(schema: Mapping[str, Any], issued: Collection[str], sensitive: Collection[str]) -> dict[str, Any]:
    properties = {
        name: _parameter(name, each, issued, sensitive=name in sensitive)
        for name, each in schema.get("properties", {}).items()
    }
    return {**schema, **({"properties": properties} if properties else {})}


def _parameter(name: str, schema: Mapping[str, Any], issued: Collection[str], *, sensitive: bool) -> Mapping[str, Any]:
    if "items" in schema:
        return {**schema, "items": _parameter(name, schema["items"], issued, sensitive=sensitive)}
    if "enum" in schema:
        return schema
    pattern = _pattern(name, schema, issued, sensitive=sensitive)
    if pattern is None:
        return schema
    kept = {key: value for key, value in schema.items() if key not in _DROPPED}
    return {"type": "string", **kept, "pattern": pattern}


def _pattern(name: str, schema: Mapping[str, Any], issued: Collection[str], *, sensitive: bool) -> str | None:
    type_ = kinds.of_parameter(name)
    own = [each for each in issued if each.startswith(f"<{type_}_")]
    if sensitive:
        return f"^{_either(own or issued)}$" if issued else f"^<{type_}_[1-9][0-9]*>$"
    regex = patterns.pattern_of(schema)
    if regex is not None and patterns.is_identity(regex):
        if own:
            return f"^{_either(own)}$"
        return f"^(?:{_inner(regex)}|{_either(issued)})$" if issued else None
    if schema.get("type") in {"integer", "number"}:
        numbers = own + [each for each in issued if each.startswith(f"<{kinds.NUMBER}_")]
        return f"^(?:{_NUMBER}|{_either(numbers)})$" if numbers else None
    if schema.get("format") in {"date", "date-time"}:
        dates = [each for each in issued if each.startswith(f"<{kinds.DATE}_")]
        return f"^(?:[0-9].*|{_either(dates)})$" if dates else None
    return None


def _either(placeholders: Collection[str]) -> str:
    return f"(?:{'|'.join(map(re.escape, sorted(placeholders)))})"


def _inner(regex: str) -> str:
    return regex.removeprefix("^").removesuffix("$")
