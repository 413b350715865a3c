"""Declared tools: a table of agent.toml → a tool that runs in the database. All guards are checked here, at load."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from edge_agent import config
from edge_agent.clock import Clock
from edge_agent.tools import answers, arguments, mongo_reading, mongo_values, reading
from edge_agent.tools.mongo_pipeline import Declaration
from edge_agent.tools.mongo_source import MongoSource
from edge_agent.tools.records import flatten
from edge_agent.tools.sentences import Broken, config_error, did_you_mean, rejected
from edge_agent.tools.template import ABSENT, NAME, Slot, fill, slots
from edge_agent.types import CheckedCall, Field, Found, Reading, Record, Tool

_LIST_OPERATORS = frozenset({"$in", "$nin", "$all"})
_MATCH_OPERATORS = frozenset({None, "$in", "$nin", "$all", "$not"})


@dataclass(frozen=True, kw_only=True)
class MongoTool:
    """A declared tool, compiled."""

    name: str
    collection: str
    #: Stages with slots in them; the reading's stages follow.
    template: list[Any]
    order: Mapping[str, int]
    fields: tuple[Field, ...]
    limit: int
    timeout_s: float
    gate: arguments.Gate
    #: Looked up when the tool runs: checking a configuration opens nothing.
    source: Callable[[], MongoSource]

    def check(self, proposed: Mapping[str, Any]) -> tuple[Mapping[str, Any], Reading]:
        """Proposed arguments → exact ones, and the reading. Raises ``PlanRejected``."""
        exact = self.gate.exact(proposed)
        try:
            how = reading.read(exact)
        except Broken as error:
            raise rejected(self.name, [str(error)]) from error
        return {name: value for name, value in exact.items() if name not in reading.RESERVED}, how

    def broken(self, arguments: Mapping[str, Any]) -> list[str]:
        """Name the rules that these arguments break, each looked at alone."""
        found = self.gate.broken(arguments)
        try:
            reading.read({name: value for name, value in arguments.items() if not found and name in reading.RESERVED})
        except Broken as error:
            found.append(str(error))
        return found

    def shown(self, call: CheckedCall) -> str:
        """Write the query as MongoDB's shell would take it."""
        return mongo_values.shell(self.collection, self.pipeline(call.arguments, call.reading))

    def pipeline(self, given: Mapping[str, Any], how: Reading) -> list[dict[str, Any]]:
        """Build the query. Only values differ between two calls that give the same parameters."""

        def value(slot: Slot) -> Any:
            return mongo_values.put(slot, given, self.gate.params, self.gate.clock)

        filled = fill(self.template, value)
        names = reading.kept(how, self.fields)
        own = [] if filled is ABSENT else filled
        return [*own, *mongo_reading.stages(how, order=self.order, names=names, limit=self.limit)]

    async def run(self, call: CheckedCall) -> Found:
        """Run the query. Raises ``ToolFailed``."""
        how = call.reading
        most = self.limit if how.reduce == "none" else 1
        documents, more = await self.source().documents(
            self.collection, self.pipeline(call.arguments, how), timeout_s=self.timeout_s, most=most
        )
        match how.reduce:
            case "count":
                # A server gives no document for the count of nothing.
                return Found(records=({"count": int(documents[0]["count"]) if documents else 0},))
            case "exists":
                return Found(records=({"exists": bool(documents)},))
            case "sum" | "mean":
                total = mongo_values.total(documents[0][mongo_reading.TOTAL]) if documents else None
                return Found(records=() if total is None else ({str(how.by): total},))
        return Found(records=tuple(self._record(each, how) for each in documents), more=more)

    def _record(self, document: Mapping[str, Any], how: Reading) -> Record:
        declared = frozenset(field.name for field in self.fields)
        flat = flatten(document, lambda name, value: mongo_values.scalar(name, value, declared))
        return reading.narrowed(flat, reading.kept(how, self.fields))


def declared_tool(
    table: config.FindTool | config.AggregateTool,
    *,
    collections: Collection[str],
    source: Callable[[], MongoSource],
    timeout_s: float,
    clock: Clock,
) -> Tool:
    """Compile a table. Raises ``ConfigError`` naming tool and key."""
    fields = fields_of(table)
    order = _order(table, fields) if isinstance(table, config.FindTool) else {}
    template = _template(table, collections, clock)
    found = list(slots(template))
    params, required = params_of(table, found)
    for slot in found:
        _check_place(table, slot, params[slot.name])
    in_words = ", ".join(f"{name} {'ascending' if way > 0 else 'descending'}" for name, way in order.items())
    gate = arguments.compiled(table.name, params, required, reading.parameters(fields, in_words), clock)
    limit_s = table.timeout_s or timeout_s
    tool = MongoTool(
        name=table.name,
        collection=table.collection,
        template=template,
        order=order,
        fields=fields,
        limit=table.limit,
        timeout_s=limit_s,
        gate=gate,
        source=source,
    )
    return Tool(
        name=table.name,
        description=table.description,
        parameters=gate.schema,
        fields=fields,
        sensitive=table.sensitive,
        timeout_s=limit_s,
        check=tool.check,
        run=tool.run,
        broken=tool.broken,
        shown=tool.shown,
        answers=answers.read(table.name, table.answer, fields, params),
    )


def fields_of(table: config.DeclaredTool) -> tuple[Field, ...]:
    """Read a table's fields. Raises ``ConfigError``."""
    tables = [config.FieldTable(name=each) if isinstance(each, str) else each for each in table.fields]
    names = [each.name for each in tables]
    for name in names:
        if not name or name.startswith("$") or "{{" in name or ".." in f".{name}.":
            raise config_error(table.name, "fields", f'"{name}" is no name of a field')
        if names.count(name) > 1:
            raise config_error(table.name, "fields", f'"{name}" stands there twice')
        if within := [other for other in names if name.startswith(f"{other}.")]:
            raise config_error(table.name, "fields", f'"{name}" lies within "{within[0]}": name only one of them')
    if table.label is not None and table.label not in names:
        raise config_error(table.name, "label", f'"{table.label}" is not in fields; {did_you_mean(table.label, names)}')
    label = table.label or names[0]
    return tuple(
        Field(name=each.name, label=each.name == label, unit=each.unit, description=each.description) for each in tables
    )


def _order(table: config.FindTool, fields: tuple[Field, ...]) -> dict[str, int]:
    names = [field.name for field in fields]
    order: dict[str, int] = {}
    for each in table.sort:
        name = each.removeprefix("-")
        if name not in names:
            raise config_error(table.name, "sort", f'"{name}" is not in fields; {did_you_mean(name, names)}')
        order[name] = -1 if each.startswith("-") else 1
    return order


def _template(table: config.FindTool | config.AggregateTool, collections: Collection[str], clock: Clock) -> list[Any]:
    Declaration(tool=table.name, key="collection", collections=collections).collection(table.collection)
    key = "filter" if isinstance(table, config.FindTool) else "pipeline"
    declaration = Declaration(tool=table.name, key=key, collections=collections)
    try:
        if isinstance(table, config.FindTool):
            template: list[Any] = [{"$match": mongo_values.constant(declaration.filter(table.filter), clock)}]
        else:
            stages = declaration.stages(json.loads(table.pipeline))
            template = [mongo_values.constant(each, clock) for each in stages]
    except (ValueError, RecursionError) as error:
        raise declaration.error(f"can't be read: {error}") from error
    return template


def params_of(table: config.DeclaredTool, found: list[Slot]) -> tuple[dict[str, config.Param], list[str]]:
    """Bring placeholders and parameters together. A placeholder without a table is a plain string."""
    used = list(dict.fromkeys(slot.name for slot in found))
    for name in table.params:
        if name in reading.RESERVED:
            raise config_error(table.name, f"params.{name}", "the name is reserved: every tool has fields, reduce, by")
        if not NAME.fullmatch(name):
            raise config_error(table.name, f"params.{name}", "a name is of letters, digits and _, not first a digit")
        if name not in used:
            raise config_error(table.name, f"params.{name}", f"no placeholder uses it; {did_you_mean(name, used)}")
    for slot in found:
        if slot.name in reading.RESERVED:
            raise config_error(table.name, "placeholder", f'"{slot.name}" is reserved for the reading')
    params = {name: table.params.get(name, config.Param()) for name in used}
    return params, [name for name in used if _is_required(table, name, params[name], found)]


def _is_required(table: config.DeclaredTool, name: str, param: config.Param, found: list[Slot]) -> bool:
    needed = any(slot.name == name and not slot.optional for slot in found)
    if param.default is not None:
        return False
    if param.required is False and needed:
        raise config_error(table.name, f"params.{name}.required", f'give it a default, or write "{{{{{name}?}}}}"')
    return needed if param.required is None else param.required


def _check_place(table: config.DeclaredTool, slot: Slot, param: config.Param) -> None:
    """Refuse a parameter whose type its place can't take."""
    key = f"params.{slot.name}"
    if param.type == "list" and not slot.literal and slot.operator not in _LIST_OPERATORS:
        raise config_error(table.name, key, "a list goes below $in, $nin or $all")
    if param.match != "exact" and (slot.literal or slot.operator not in _MATCH_OPERATORS):
        raise config_error(table.name, key, f"match = {param.match} goes with a field's own value, $in, $nin or $not")
    if slot.operator in ("$limit", "$skip"):
        least = 1 if slot.operator == "$limit" else 0
        if param.type != "integer" or not isinstance(param.min, int | float) or param.min < least:
            raise config_error(table.name, key, f"{slot.operator} takes an integer whose min is at least {least}")
