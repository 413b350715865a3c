"""``[[policy]]`` and ``[[device]]`` of agent.toml → policies, each name and value checked when they are read."""

from __future__ import annotations

import difflib
import logging
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from edge_agent import config
from edge_agent.errors import ConfigError
from edge_agent.privacy.policy import FromDevice, Policies, Policy, Value, default
from edge_agent.topics import is_device_name
from edge_agent.types import Tool

log = logging.getLogger(__name__)

_PATTERN = re.compile(r"[A-Za-z0-9_.*?\[\]!-]{1,128}")
_WILD = re.compile(r"[*?\[]")
_FROM_DEVICE = re.compile(r"\{device\.([A-Za-z0-9_-]+)\}")
#: An attribute that every device has.
_NAME = "name"


def read_policies(settings: config.Agent, tools: Mapping[str, Tool]) -> Policies:
    """Compile the tables. Raises ``ConfigError`` naming policy and key, and the nearest valid name.

    What a policy narrows by rows and others may ask for whole is legal, and logged.
    """
    attributes = _attributes(settings.device)
    partial = {
        (table.name, name) for table in settings.tool for name, param in table.params.items() if param.match != "exact"
    }
    policies: list[Policy] = []
    for number, table in enumerate(settings.policy, start=1):
        reader = _Reader(number=number, table=table, tools=tools, attributes=attributes, partial=partial)
        reader.check_devices(policies)
        policies.append(reader.policy())
    made = Policies(policies=tuple(policies), attributes=attributes, otherwise=default(tools))
    _warn(made)
    return made


class _Reader:
    """Reads one table. ``partial``: (tool, parameter) that a value needn't match wholly."""

    def __init__(
        self,
        *,
        number: int,
        table: config.Policy,
        tools: Mapping[str, Tool],
        attributes: Mapping[str, Mapping[str, Value]],
        partial: set[tuple[str, str]],
    ) -> None:
        self._number = number
        self._table = table
        self._tools = tools
        self._attributes = attributes
        self._partial = partial

    def check_devices(self, earlier: Sequence[Policy]) -> None:
        """Refuse a policy that names nobody, a pattern that can't match, and one that an earlier policy hides."""
        if not self._table.devices and not self._table.shared:
            raise self._error("devices", 'names nobody: list devices, such as "kiosk-*", or say shared = true')
        for pattern in self._table.devices:
            if not _PATTERN.fullmatch(pattern) or (not _WILD.search(pattern) and not is_device_name(pattern)):
                raise self._error("devices", f'"{pattern}" is no name of a device, nor a pattern of one')
            if hidden := [n for n, policy in enumerate(earlier, start=1) if policy.names(pattern)]:
                raise self._error(
                    "devices", f'policy {hidden[0]} names "{pattern}" already: the first holds, put this one before it'
                )
        if self._table.shared and (first := [n for n, policy in enumerate(earlier, start=1) if policy.shared]):
            raise self._error("shared", f"policy {first[0]} is for the shared topic already")

    def policy(self) -> Policy:
        """Read the whole table."""
        rows = {name: self._source(name, value) for name, value in self._table.rows.items()}
        tools = self._granted()
        for name in rows:
            self._check_parameter(name, tools)
        policy = Policy(devices=tuple(self._table.devices), shared=self._table.shared, tools=tools, rows=rows)
        for name, source in rows.items():
            self._check_values(policy, name, source)
        return policy

    def _granted(self) -> dict[str, Tool]:
        named = self._table.tools
        reading = list(default(self._tools)) if named is None else [self._named("tools", name) for name in named]
        changing = [self._named("effects", name) for name in self._table.effects]
        if wrong := [name for name in reading if self._tools[name].effects]:
            raise self._error("tools", f'tool "{wrong[0]}" changes something: name it in effects')
        if wrong := [name for name in changing if not self._tools[name].effects]:
            raise self._error("effects", f'tool "{wrong[0]}" changes nothing: name it in tools')
        unfiltered = {self._named("unfiltered", name) for name in self._table.unfiltered}
        chosen = [name for name in self._tools if name in {*reading, *changing}]
        if wrong := [name for name in unfiltered if name not in chosen]:
            raise self._error("unfiltered", f'tool "{wrong[0]}" isn\'t granted here')
        whole = [name for name in chosen if name in unfiltered or not self._lacks(name)]
        asked_for = {*self._table.effects, *(named or ())}
        if wrong := [name for name in chosen if name not in whole and name in asked_for]:
            lacking = self._lacks(wrong[0])[0]
            near = _nearest(lacking, _parameters(self._tools[wrong[0]]))
            raise self._error(
                f"rows.{lacking}", f'tool "{wrong[0]}" has no such parameter; {near} (or list it in unfiltered)'
            )
        return {name: self._tools[name] for name in whole}

    def _lacks(self, name: str) -> list[str]:
        return [row for row in self._table.rows if row not in _parameters(self._tools[name])]

    def _check_parameter(self, name: str, tools: Mapping[str, Tool]) -> None:
        known = {parameter for tool in tools.values() for parameter in _parameters(tool)}
        if name not in known:
            known = known or {parameter for tool in self._tools.values() for parameter in _parameters(tool)}
            raise self._error(f"rows.{name}", f"no tool of this policy has such a parameter; {_nearest(name, known)}")
        if inexact := [tool for tool in tools if (tool, name) in self._partial]:
            raise self._error(
                f"rows.{name}", f'tool "{inexact[0]}" compares only a part of it (match): others\' rows would pass'
            )

    def _source(self, name: str, value: Value) -> Value | FromDevice:
        if not isinstance(value, str) or "{device" not in value:
            return value
        found = _FROM_DEVICE.fullmatch(value)
        if found is None:
            raise self._error(f"rows.{name}", f'"{value}": an attribute is the whole value, such as "{{device.site}}"')
        if self._table.shared:
            raise self._error(f"rows.{name}", "the shared topic has no device: give it a policy of its own")
        attribute = found[1]
        mine = self._mine()
        known = {_NAME, *(each for device in mine for each in self._attributes[device])}
        if attribute not in known:
            raise self._error(
                f"rows.{name}", f'no [[device]] of this policy has "{attribute}"; {_nearest(attribute, known)}'
            )
        if lacking := [each for each in mine if attribute not in {_NAME, *self._attributes[each]}]:
            raise self._error(f"rows.{name}", f'[[device]] "{lacking[0]}" has no attribute "{attribute}"')
        plain = [each for each in self._table.devices if not _WILD.search(each) and each not in self._attributes]
        if attribute != _NAME and plain:
            raise self._error(f"rows.{name}", f'"{plain[0]}" needs a [[device]] with the attribute "{attribute}"')
        return FromDevice(attribute=attribute)

    def _check_values(self, policy: Policy, name: str, source: Value | FromDevice) -> None:
        """Refuse a value that a tool would refuse at every call."""
        owners: list[tuple[str, Value]]
        if isinstance(source, FromDevice):
            owners = [(f'[[device]] "{d}"', self._attributes[d].get(source.attribute, d)) for d in self._mine()]
        else:
            owners = [("the value", source)]
        for tool in policy.tools.values():
            for owner, value in owners if name in _parameters(tool) else ():
                if broken := tool.broken({name: value}):
                    raise self._error(f"rows.{name}", f'{owner}: tool "{tool.name}": {broken[0]}')

    def _mine(self) -> list[str]:
        mine = Policy(devices=tuple(self._table.devices), tools={})
        return [device for device in self._attributes if mine.names(device)]

    def _named(self, key: str, name: str) -> str:
        if name not in self._tools:
            raise self._error(key, f'there is no tool "{name}"; {_nearest(name, self._tools)}')
        return name

    def _error(self, key: str, problem: str) -> ConfigError:
        return ConfigError(f"policy {self._number}: {key}: {problem}")


def _attributes(devices: Sequence[config.Device]) -> dict[str, Mapping[str, Value]]:
    made: dict[str, Mapping[str, Value]] = {}
    for device in devices:
        if not is_device_name(device.name):
            raise ConfigError(f'device "{device.name}": name: no device can be called so')
        if device.name in made:
            raise ConfigError(f'device "{device.name}": name: two devices have this name')
        if _NAME in device.attributes:
            raise ConfigError(f'device "{device.name}": attributes.{_NAME}: it is the device\'s own name')
        made[device.name] = device.attributes
    return made


def _warn(policies: Policies) -> None:
    for number, policy in enumerate(policies.policies, start=1):
        for tool in policy.tools if policy.rows else ():
            for who in _see_all_of(tool, policy, policies):
                log.warning("policy_rows_open_to_others", extra={"policy": number, "tool": tool, "others": who})


def _see_all_of(tool: str, narrowing: Policy, policies: Policies) -> Iterator[str]:
    """Who may use a tool whole, though a policy narrows it: the shared topic, and devices that no policy names."""
    whole = narrowing.tools[tool]
    if not any(name in _parameters(whole) for name in narrowing.rows):
        return
    if policies.granted("").get(tool) is whole:
        yield "the shared topic"
    closed = any("*" in policy.devices for policy in policies.policies)
    if not closed and tool in policies.otherwise:
        yield "devices without a policy"


def _parameters(tool: Tool) -> list[str]:
    return list(tool.parameters["properties"])


def _nearest(word: str, valid: Iterable[str]) -> str:
    names = sorted(valid)
    near = difflib.get_close_matches(word, names, n=1, cutoff=0.5)
    if near:
        return f'did you mean "{near[0]}"?'
    return f"valid: {', '.join(names)}" if names else "there is none"
