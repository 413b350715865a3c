"""The gate of a declared tool: proposed arguments → exact values, or one sentence that says which rule is broken."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jsonschema_rs

from edge_agent.clock import Clock
from edge_agent.config import Param
from edge_agent.tools import moments, parameters
from edge_agent.tools.sentences import Broken, config_error, must_be, rejected, unknown_and_missing

_INT64 = 2**63


@dataclass(frozen=True, kw_only=True)
class Gate:
    """A declared tool's parameters, compiled."""

    tool: str
    params: Mapping[str, Param]
    #: Of all that may be sent, the reading's parameters included.
    schema: Mapping[str, Any]
    validator: jsonschema_rs.Validator
    clock: Clock

    def exact(self, proposed: Mapping[str, Any]) -> dict[str, Any]:
        """Check arguments and make their types exact, defaults filled in. Raises ``PlanRejected``."""
        arguments = {name: value for name, value in proposed.items() if value is not None}
        if missing := unknown_and_missing(self.schema, arguments):
            raise rejected(self.tool, missing)
        defaults = {name: each.default for name, each in self.params.items() if each.default is not None}
        exact, broken = self._convert(defaults | arguments)
        if broken:
            raise rejected(self.tool, broken)
        return exact

    def broken(self, arguments: Mapping[str, Any]) -> list[str]:
        """Name the rules that these arguments break, each looked at alone: none is required."""
        unknown = unknown_and_missing({**self.schema, "required": ()}, arguments)
        return unknown or self._convert(arguments)[1]

    def check_defaults(self) -> None:
        """Refuse a default that breaks its own parameter's rule. Raises ``ConfigError``."""
        for name, param in self.params.items():
            if param.default is not None and (broken := self._convert({name: param.default})[1]):
                raise config_error(self.tool, f"params.{name}.default", broken[0])

    def _convert(self, arguments: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
        """Exact values, and the rules that are broken."""
        wrong = [name for name, value in arguments.items() if not usable(value)]
        if not wrong:
            errors = self.validator.iter_errors(dict(arguments))
            wrong = [str(error.instance_path[0]) for error in errors if error.instance_path]
        broken = [must_be(name, self.schema["properties"][name]) for name in dict.fromkeys(wrong)]
        exact: dict[str, Any] = {}
        for name, value in arguments.items() if not wrong else ():
            try:
                exact[name] = self._exact(name, value)
            except Broken as error:
                broken.append(str(error))
        return exact, broken

    def _exact(self, name: str, value: Any) -> Any:
        param = self.params.get(name)
        if param is None:
            return value
        if param.type == "integer":
            return int(value)  # JSON Schema takes 5.0 for an integer
        if param.type in parameters.MOMENTS:
            try:
                return moments.exact(name, param, value, self.clock)
            except ValueError as error:
                raise Broken(must_be(name, self.schema["properties"][name])) from error
        return value


def compiled(
    tool: str, params: Mapping[str, Param], required: list[str], reading: Mapping[str, Any], clock: Clock
) -> Gate:
    """Compile a tool's parameters. ``reading``: properties to add. Raises ``ConfigError`` for what can't be used."""
    for name, param in params.items():
        parameters.check(tool, name, param, clock)
    whole = _object({name: parameters.schema(param) for name, param in params.items()} | dict(reading), required)
    gate = Gate(tool=tool, params=params, schema=whole, validator=_validator(tool, whole), clock=clock)
    gate.check_defaults()
    return gate


def usable(value: Any) -> bool:
    """Whether a value is a scalar or a list of scalars that every part can carry: no objects, NaN, half characters."""
    match value:
        case bool():
            return True
        case int() | float():
            return math.isfinite(value) and -_INT64 <= value < _INT64
        case str():
            return not any("\ud800" <= each <= "\udfff" for each in value)
        case list():
            return all(not isinstance(each, list) and usable(each) for each in value)
    return False


def _object(properties: dict[str, Any], required: list[str]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _validator(tool: str, schema: Any) -> jsonschema_rs.Validator:
    """Compile a schema; its patterns run in linear time."""
    options = jsonschema_rs.RegexOptions()
    try:
        return jsonschema_rs.validator_for(schema, validate_formats=False, pattern_options=options)
    except ValueError as error:
        raise config_error(tool, "params", "a pattern can't be used (linear-time syntax, no look-around)") from error
