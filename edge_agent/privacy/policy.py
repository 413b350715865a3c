"""Who may ask what: a device's name → the tools that it may use, with the parameters that its identity sets.

The first policy that names a device holds, and no other. A device that none names has the default: the tools that
only read and aren't marked ``sensitive``. What a policy sets is never taken from the prompt or the plan.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from typing import Any

from edge_agent.types import Reading, Tool

#: What an operator may write for a parameter, or as an attribute of a device.
Value = str | int | float | bool | list[str]
Granted = Mapping[str, Tool]


@dataclass(frozen=True, kw_only=True)
class FromDevice:
    """A parameter's value is this attribute of the device; ``name`` is its name."""

    attribute: str


@dataclass(frozen=True, kw_only=True)
class Policy:
    """One ``[[policy]]``, read. ``rows``: parameter → what sets it, in every tool that has such a parameter."""

    devices: tuple[str, ...] = ()
    shared: bool = False
    tools: Granted
    rows: Mapping[str, Value | FromDevice] = field(default_factory=dict)

    def names(self, device: str) -> bool:
        """Whether this policy names a device; empty: the shared topic, which no pattern matches."""
        return any(fnmatchcase(device, pattern) for pattern in self.devices) if device else self.shared

    def granted(self, device: str, attributes: Mapping[str, Value]) -> Granted:
        """Give the tools of a device. One whose rows depend on an attribute that the device lacks isn't among them."""
        known: Mapping[str, Value] = {**attributes, "name": device}
        made: dict[str, Tool] = {}
        for name, tool in self.tools.items():
            rows = {each: source for each, source in self.rows.items() if each in tool.parameters["properties"]}
            values = {
                each: known.get(source.attribute) if isinstance(source, FromDevice) else source
                for each, source in rows.items()
            }
            if None not in values.values():
                made[name] = with_rows(tool, values)
        return made


@dataclass(frozen=True, kw_only=True)
class Policies:
    """All policies, in their order. ``otherwise``: the default's tools; ``attributes``: of each ``[[device]]``."""

    policies: tuple[Policy, ...] = ()
    attributes: Mapping[str, Mapping[str, Value]] = field(default_factory=dict)
    otherwise: Granted

    def granted(self, device: str) -> Granted:
        """Give the tools that a device may use; empty: the shared topic. What isn't here doesn't exist for it."""
        for policy in self.policies:
            if policy.names(device):
                return policy.granted(device, self.attributes.get(device, {}))
        return self.otherwise


def default(tools: Mapping[str, Tool]) -> Granted:
    """Give the tools that only read and aren't sensitive."""
    return {name: tool for name, tool in tools.items() if not tool.effects and not tool.sensitive}


def with_rows(tool: Tool, values: Mapping[str, Any]) -> Tool:
    """Set parameters of a tool: no planner is told of them, and what a plan says there is dropped unread."""
    if not values:
        return tool

    def rest(arguments: Mapping[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in arguments.items() if name not in values}

    def check(proposed: Mapping[str, Any]) -> tuple[Mapping[str, Any], Reading]:
        return tool.check({**rest(proposed), **values})

    def broken(arguments: Mapping[str, Any]) -> list[str]:
        return tool.broken(rest(arguments))

    parameters = {
        **tool.parameters,
        "properties": rest(tool.parameters["properties"]),
        "required": [name for name in tool.parameters.get("required", ()) if name not in values],
    }
    return replace(tool, parameters=parameters, check=check, broken=broken)
