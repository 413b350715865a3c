"""What an operator may declare for MongoDB: compile a filter or a pipeline into a template, or refuse it at load."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from edge_agent.errors import ConfigError
from edge_agent.tools.sentences import config_error, did_you_mean
from edge_agent.tools.template import Slot, placeholder

#: Code on the server, writes, and what looks at the server instead of the data.
FORBIDDEN = frozenset(
    {
        "$where",
        "$function",
        "$accumulator",
        "$code",
        "$scope",
        "$out",
        "$merge",
        "$changeStream",
        "$changeStreamSplitLargeEvent",
        "$currentOp",
        "$listSessions",
        "$listLocalSessions",
        "$planCacheStats",
        "$collStats",
        "$indexStats",
        "$queryStats",
        "$listSampledQueries",
        "$listSearchIndexes",
        "$shardedDataDistribution",
    }
)
#: Server variables that say when or who: times are computed on the device.
_SERVER_VARIABLES = ("$$NOW", "$$CLUSTER_TIME", "$$USER_ROLES")

_EXPRESSION_STAGES = frozenset(
    {
        "$project",
        "$addFields",
        "$set",
        "$group",
        "$replaceRoot",
        "$replaceWith",
        "$bucket",
        "$bucketAuto",
        "$sortByCount",
        "$redact",
        "$setWindowFields",
    }
)
_FIXED_STAGES = frozenset(
    {
        "$unset",
        "$unwind",
        "$sort",
        "$count",
        "$sample",
        "$densify",
        "$fill",
    }
)
_OTHER_STAGES = frozenset(
    {
        "$match",
        "$limit",
        "$skip",
        "$lookup",
        "$graphLookup",
        "$unionWith",
        "$facet",
        "$geoNear",
    }
)
STAGES = _EXPRESSION_STAGES | _FIXED_STAGES | _OTHER_STAGES

#: In a filter: operators whose operand is no value.
_LOGICAL = frozenset({"$and", "$or", "$nor", "$elemMatch"})
_NO_SLOT = frozenset({"$regex", "$options", "$jsonSchema", "$type"})
#: In an expression: a string here is a regular expression, or names a field to read.
_NO_SLOT_IN_EXPRESSION = frozenset({"$getField", "$setField", "$unsetField", "regex", "options"})


@dataclass(frozen=True, kw_only=True)
class Declaration:
    """One tool's filter or pipeline, and the collections that it may name. Every method raises ``ConfigError``."""

    tool: str
    key: str
    collections: Collection[str]

    def filter(self, node: Any, operator: str | None = None) -> Any:
        """Compile a query filter: values in it are never read as expressions, but below ``$expr``."""
        if isinstance(node, dict):
            return {key: self._clause(key, below) for key, below in self._checked(node).items()}
        if isinstance(node, list):
            return [self.filter(below, operator) for below in node]
        slot = self._slot(node)
        if slot is None:
            return node
        if operator in _LOGICAL:
            raise self.error(f'{operator} takes clauses, not the placeholder "{slot.name}"')
        return replace(slot, operator=operator)

    def expression(self, node: Any) -> Any:
        """Compile an aggregation expression: values are wrapped in ``$literal`` when they are put in."""
        if isinstance(node, dict):
            return {
                key: self.fixed(below, key) if key in _NO_SLOT_IN_EXPRESSION else self.expression(below)
                for key, below in self._checked(node).items()
            }
        if isinstance(node, list):
            return [self.expression(below) for below in node]
        if isinstance(node, str) and node.startswith(_SERVER_VARIABLES):
            raise self.error(f"{node} is not allowed: use a parameter of type lookback or datetime")
        slot = self._slot(node)
        if slot is None:
            return node
        if slot.optional:
            raise self.error(f'"{slot.name}" can\'t be optional in an expression, only in a filter')
        return replace(slot, literal=True)

    def fixed(self, node: Any, where: str) -> Any:
        """Take a part as it stands: no placeholder in it."""
        if isinstance(node, dict):
            for below in self._checked(node).values():
                self.fixed(below, where)
        elif isinstance(node, list):
            for below in node:
                self.fixed(below, where)
        elif (slot := self._slot(node)) is not None:
            raise self.error(f'{where} takes no placeholder, but holds "{slot.name}"')
        return node

    def stages(self, pipeline: Any) -> list[Any]:
        """Compile a pipeline or a sub-pipeline."""
        if not isinstance(pipeline, list):
            raise self.error("a pipeline is a list of stages")
        return [self._stage(each) for each in pipeline]

    def error(self, problem: str) -> ConfigError:
        """Make the error that names this tool and key."""
        return config_error(self.tool, self.key, problem)

    def collection(self, name: Any) -> None:
        """Refuse a collection that isn't on the source's list."""
        if not isinstance(name, str) or name not in self.collections:
            hint = did_you_mean(str(name), self.collections)
            raise self.error(f'collection "{name}" is not on the list of its source; {hint}')

    def _stage(self, stage: Any) -> Any:
        if not isinstance(stage, dict) or len(stage) != 1:
            raise self.error("a stage is an object with exactly one key")
        (name, body), *_ = self._checked(stage).items()
        if name not in STAGES:
            raise self.error(f"stage {name} is not allowed; {did_you_mean(name, STAGES)}")
        if name in _EXPRESSION_STAGES:
            return {name: self.expression(body)}
        if name in _FIXED_STAGES:
            return {name: self.fixed(body, name)}
        match name:
            case "$match":
                return {name: self.filter(body)}
            case "$limit" | "$skip":
                slot = self._slot(body)
                return {name: replace(slot, operator=name) if slot else body}
            case "$facet":
                return {name: {key: self.stages(each) for key, each in self._object(body, name).items()}}
            case "$unionWith" if isinstance(body, str):
                self.collection(body)
                return stage
            case _:
                return {name: self._joined(name, self._object(body, name))}

    def _joined(self, name: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Compile ``$lookup``, ``$graphLookup``, ``$unionWith`` and ``$geoNear``."""
        if name != "$geoNear":
            self.collection(body.get("coll" if name == "$unionWith" else "from"))
        parts = {
            "pipeline": self.stages,
            "let": self.expression,
            "startWith": self.expression,
            "restrictSearchWithMatch": self.filter,
            "query": self.filter,
        }
        return {
            key: parts[key](below) if key in parts else self.fixed(below, f"{name}.{key}")
            for key, below in body.items()
        }

    def _object(self, body: Any, name: str) -> Mapping[str, Any]:
        if not isinstance(body, dict):
            raise self.error(f"{name} takes an object")
        return self._checked(body)

    def _clause(self, key: str, below: Any) -> Any:
        if key == "$expr":
            return self.expression(below)
        if key in _NO_SLOT:
            return self.fixed(below, key)
        return self.filter(below, key if key.startswith("$") else None)

    def _checked(self, node: dict[str, Any]) -> dict[str, Any]:
        for key in node:
            if key in FORBIDDEN:
                raise self.error(f"{key} is forbidden")
            if "{{" in key:
                raise self.error(f"a placeholder stands in the key {key}; it can only be a value")
        return node

    def _slot(self, node: Any) -> Slot | None:
        if not isinstance(node, str):
            return None
        try:
            found = placeholder(node)
        except ValueError as error:
            raise self.error(f'"{node}": {error}') from error
        return Slot(name=found[0], optional=found[1]) if found else None
