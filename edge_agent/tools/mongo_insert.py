"""``mongodb.insert``: a declared document is added, once for each call whatever dies, by a unique key of its own."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import bson
from bson import ObjectId, json_util
from bson.errors import BSONError
from bson.raw_bson import RawBSONDocument
from pymongo import WriteConcern
from pymongo.errors import (
    AutoReconnect,
    ConnectionFailure,
    DuplicateKeyError,
    OperationFailure,
    PyMongoError,
    WriteConcernError,
)

from edge_agent import config
from edge_agent.clock import Clock
from edge_agent.errors import ConfigError, ToolFailed
from edge_agent.tools import answers, arguments, mongo_values
from edge_agent.tools.mongo import fields_of, params_of
from edge_agent.tools.mongo_pipeline import Declaration
from edge_agent.tools.mongo_source import MongoSource
from edge_agent.tools.records import flatten
from edge_agent.tools.sentences import config_error
from edge_agent.tools.template import ABSENT, Slot, fill, slots
from edge_agent.types import CheckedCall, Field, Found, Reading, Tool

log = logging.getLogger(__name__)

#: A database that went away is tried again so soon, under the same key.
AGAIN_S = 0.2
#: A majority has it in its journal: an acknowledged document outlives a kill of the server.
_DURABLE = WriteConcern(w="majority", j=True)


@dataclass(frozen=True, kw_only=True)
class MongoInsert:
    """A declared insert, compiled."""

    name: str
    collection: str
    #: The field that holds the idempotency key.
    key: str
    template: dict[str, Any]
    fields: tuple[Field, ...]
    timeout_s: float
    gate: arguments.Gate
    source: Callable[[], MongoSource]
    _indexed: asyncio.Event = field(default_factory=asyncio.Event)

    def check(self, proposed: Mapping[str, Any]) -> tuple[Mapping[str, Any], Reading]:
        """Proposed arguments → exact ones; there is nothing to read. Raises ``PlanRejected``."""
        return self.gate.exact(proposed), Reading()

    def document(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Build what is added, without its key."""

        def value(slot: Slot) -> Any:
            return mongo_values.put(slot, given, self.gate.params, self.gate.clock)

        filled = fill(self.template, value)
        return {} if filled is ABSENT else filled

    def shown(self, call: CheckedCall) -> str:
        """Write the insert as MongoDB's shell would take it."""
        document = self.document(call.arguments) | {self.key: call.idempotency_key}
        return f"db.{self.collection}.insertOne({json_util.dumps(document)})"

    async def ready(self) -> None:
        """Look whether the unique index is there. Raises ``ConfigError``; a database that is down is asked later."""
        try:
            await self._confirm_index()
        except PyMongoError as error:
            log.warning("index_unknown", extra={"tool": self.name, "error": type(error).__name__})

    async def run(self, call: CheckedCall) -> Found:
        """Add the document, or find it added under this call's key. Raises ``ToolFailed``."""
        document = self.document(call.arguments)
        sent = asyncio.Event()
        try:
            async with asyncio.timeout(self.timeout_s):
                await self._add(document | {self.key: call.idempotency_key}, sent)
        except TimeoutError as error:
            status = "unknown" if sent.is_set() else "timed_out"
            raise ToolFailed("the database did not say whether it has the document", status=status) from error
        except ConfigError as error:
            raise ToolFailed(str(error)) from error
        except WriteConcernError as error:
            raise ToolFailed("the database has the document, but perhaps not for good", status="unknown") from error
        except OperationFailure as error:
            raise ToolFailed(f"the database refused the document: {error.code}") from error
        except (PyMongoError, BSONError) as error:
            raise ToolFailed(f"the outcome is open: {type(error).__name__}", status="unknown") from error
        return Found(records=(self._record(document),))

    async def _add(self, document: dict[str, Any], sent: asyncio.Event) -> None:
        """Add it, until the database says that it has it. ``sent`` is set once it may have it."""
        raw = RawBSONDocument(bson.encode({"_id": ObjectId(), **document}))
        target = self.source().database.get_collection(self.collection, write_concern=_DURABLE)
        while True:
            try:
                await self._confirm_index()
                sent.set()
                await target.insert_one(raw)
            except DuplicateKeyError:
                if await target.find_one({self.key: document[self.key]}) is None:
                    raise  # another unique index of the collection refuses it
            except (AutoReconnect, ConnectionFailure):
                await asyncio.sleep(AGAIN_S)
                continue
            return

    async def _confirm_index(self) -> None:
        if self._indexed.is_set():
            return
        async with await self.source().database[self.collection].list_indexes() as found:
            async for raw in found:
                index = bson.decode(raw.raw) if isinstance(raw, RawBSONDocument) else dict(raw)
                if index.get("unique") and list(index["key"]) == [self.key] and "partialFilterExpression" not in index:
                    self._indexed.set()
                    return
        made = f"db.{self.collection}.createIndex({{{self.key}: 1}}, {{unique: true}})"
        raise config_error(self.name, "key", f"the collection needs a unique index on it: {made}")

    def _record(self, document: Mapping[str, Any]) -> Mapping[str, Any]:
        declared = frozenset(each.name for each in self.fields)
        flat = flatten(document, lambda name, value: mongo_values.scalar(name, value, declared))
        return {name: value for name, value in flat.items() if name in declared}


def insert_tool(
    table: config.InsertTool,
    *,
    allowed: bool,
    collections: Collection[str],
    source: Callable[[], MongoSource],
    timeout_s: float,
    clock: Clock,
) -> Tool:
    """Compile a table. ``allowed``: the switch ``tools.effects``. Raises ``ConfigError`` naming tool and key."""
    if not allowed:
        raise config_error(table.name, "kind", "mongodb.insert changes data: it needs effects = true in [tools]")
    fields = fields_of(table)
    template = _template(table, collections, clock)
    params, required = params_of(table, list(slots(template)))
    for name, param in params.items():
        if param.match != "exact":
            raise config_error(table.name, f"params.{name}.match", "a document holds values, not patterns")
    gate = arguments.compiled(table.name, params, required, {}, clock)
    limit_s = table.timeout_s or timeout_s
    tool = MongoInsert(
        name=table.name,
        collection=table.collection,
        key=table.key,
        template=template,
        fields=fields,
        timeout_s=limit_s,
        gate=gate,
        source=source,
    )
    return Tool(
        name=table.name,
        description=table.description,
        parameters=gate.schema,
        fields=fields,
        effects=True,
        sensitive=table.sensitive,
        timeout_s=limit_s,
        check=tool.check,
        run=tool.run,
        broken=gate.broken,
        shown=tool.shown,
        ready=tool.ready,
        answers=answers.read(table.name, table.answer, fields, params),
    )


def _template(table: config.InsertTool, collections: Collection[str], clock: Clock) -> dict[str, Any]:
    Declaration(tool=table.name, key="collection", collections=collections).collection(table.collection)
    declaration = Declaration(tool=table.name, key="document", collections=collections)
    _check_names(table, table.document)
    if table.key in table.document or not table.key or table.key.startswith(("$", "_id")) or "." in table.key:
        raise config_error(table.name, "key", "a field of its own holds the key: not one of the document")
    try:
        template: dict[str, Any] = mongo_values.constant(declaration.filter(table.document), clock)
    except (ValueError, RecursionError) as error:
        raise declaration.error(f"can't be read: {error}") from error
    return template


def _check_names(table: config.InsertTool, node: Any) -> None:
    """Refuse names that the server reads as operators or paths, and wrapped values in which they stand."""
    if isinstance(node, list):
        for below in node:
            _check_names(table, below)
    elif isinstance(node, dict):
        for name, below in node.items():
            if not name or name.startswith("$") or "." in name:
                raise config_error(table.name, "document", f'"{name}" is no name of a field')
            _check_names(table, below)
