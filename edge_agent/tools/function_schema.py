"""The JSON Schema of a function's parameters: one flat object that every endpoint takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from edge_agent.tools.sentences import config_error

_REFERENCE = "#/$defs/"


def inlined(tool: str, struct: type[msgspec.Struct]) -> dict[str, Any]:
    """Make the schema of a Struct without references, titles and defaults. Raises ``ConfigError``."""
    try:
        _, parts = msgspec.json.schema_components([struct], ref_template=_REFERENCE + "{name}")
    except TypeError as error:
        raise config_error(tool, "type hints", f"no JSON Schema for them: {error}") from error
    whole = _without_references(tool, parts[struct.__name__], parts, ())
    return {
        "type": "object",
        "properties": whole.get("properties", {}),
        "required": whole.get("required", []),
        "additionalProperties": False,
    }


def _without_references(tool: str, node: Any, parts: Mapping[str, Any], above: tuple[str, ...]) -> Any:
    if isinstance(node, list):
        return [_without_references(tool, each, parts, above) for each in node]
    if not isinstance(node, dict):
        return node
    flat = {
        # Names of properties are no keywords: one may be called "title".
        key: {name: _without_references(tool, each, parts, above) for name, each in below.items()}
        if key == "properties"
        else _without_references(tool, below, parts, above)
        for key, below in node.items()
        if key not in ("$ref", "default", "title")
    }
    if "$ref" in node:
        name = node["$ref"].removeprefix(_REFERENCE)
        if name in above:
            raise config_error(tool, "type hints", f"{name} holds itself: no planner can fill that")
        return _without_references(tool, parts[name], parts, (*above, name)) | flat
    if flat.get("type") == "object" and "properties" in flat:
        flat.setdefault("additionalProperties", False)
    if "enum" in flat and all(isinstance(each, str) for each in flat["enum"]):
        flat.setdefault("type", "string")
    return flat
