"""The values of a source that must stay on the device: read for the index of known values, which keeps none of them."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import bson
from bson.errors import BSONError
from bson.raw_bson import RawBSONDocument
from pymongo.asynchronous.change_stream import AsyncCollectionChangeStream
from pymongo.errors import PyMongoError

from edge_agent import config
from edge_agent.errors import ConfigError, ToolFailed
from edge_agent.tools.mongo_source import CODEC, MongoSource
from edge_agent.tools.sentences import did_you_mean

#: How long the server holds a change stream's question that has no answer, in milliseconds.
_AWAIT_MS = 1_000
#: A record: its name, and its sensitive values; None where it is gone.
Named = tuple[str, list[str] | None]


@dataclass(frozen=True, kw_only=True)
class Sensitive:
    """The sensitive fields of one collection. ``name``: of its source and itself; ``fields``: dotted paths."""

    name: str
    source: Callable[[], MongoSource]
    collection: str
    fields: Sequence[str]

    async def scan(self) -> AsyncIterator[Named]:
        """Give every record that has such a value. Raises ``ToolFailed``."""
        shown: dict[str, Any] = dict.fromkeys(self.fields, 1)
        try:
            async with self.source().database[self.collection].find({}, shown) as cursor:
                async for document in cursor:
                    yield self._named(document)
        except (PyMongoError, BSONError) as error:
            raise ToolFailed(f"the database failed: {type(error).__name__}") from error

    @asynccontextmanager
    async def changes(self) -> AsyncGenerator[AsyncIterator[Named]]:
        """Give every change from now on, for ever. Raises ``ToolFailed`` where the server has no change streams."""
        try:
            stream = (
                await self.source()
                .database[self.collection]
                .watch([], full_document="updateLookup", max_await_time_ms=_AWAIT_MS)
            )
        except PyMongoError as error:
            raise ToolFailed(f"no change stream: {type(error).__name__}") from error
        async with stream:
            yield self._changed(stream)

    async def _changed(self, stream: AsyncCollectionChangeStream[RawBSONDocument]) -> AsyncIterator[Named]:
        try:
            async for raw in stream:
                change = bson.decode(raw.raw, CODEC)
                if "documentKey" not in change:  # the collection was dropped or renamed
                    raise ToolFailed("the change stream ended")
                document = change.get("fullDocument")
                name = self._name(change["documentKey"]["_id"])
                yield name, None if document is None else list(self._values(document))
        except (PyMongoError, BSONError) as error:
            raise ToolFailed(f"the change stream failed: {type(error).__name__}") from error
        raise ToolFailed("the change stream ended")

    def _named(self, raw: RawBSONDocument) -> Named:
        document = bson.decode(raw.raw, CODEC)
        return self._name(document.get("_id")), list(self._values(document))

    def _name(self, id_: Any) -> str:
        return f"{self.name}\0{bson.encode({'': id_}).hex()}"

    def _values(self, document: Mapping[str, Any]) -> Iterator[str]:
        for field in self.fields:
            yield from _texts(document, field.split("."))


def sensitive(source: config.Source, opened: Callable[[], MongoSource]) -> list[Sensitive]:
    """Read ``sensitive`` of a source's table. Raises ``ConfigError``."""
    fields: dict[str, list[str]] = {}
    for path in source.sensitive:
        held = [each for each in source.collections if path.startswith(f"{each}.")]
        if not held:
            hint = did_you_mean(path.partition(".")[0], source.collections)
            raise ConfigError(
                f'source "{source.name}": sensitive: "{path}" begins with no collection of this source; {hint}'
            )
        collection = max(held, key=len)
        fields.setdefault(collection, []).append(path.removeprefix(f"{collection}."))
    return [
        Sensitive(name=f"{source.name}\0{collection}", source=opened, collection=collection, fields=tuple(each))
        for collection, each in fields.items()
    ]


def _texts(value: Any, path: Sequence[str]) -> Iterator[str]:
    """Every text and number at a path, through lists; all that is below it where it ends at a subdocument."""
    match value:
        case list():
            for each in value:
                yield from _texts(each, path)
        case dict() if path:
            yield from _texts(value.get(path[0]), path[1:])
        case dict():
            for each in value.values():
                yield from _texts(each, ())
        case str() | int() | float() if not path and not isinstance(value, bool):
            yield str(value)
