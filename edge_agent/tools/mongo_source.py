"""A source of declared tools: one MongoDB client, read-only by what it is asked."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import bson
from bson.codec_options import CodecOptions, DatetimeConversion
from bson.errors import BSONError
from bson.raw_bson import RawBSONDocument
from pymongo import AsyncMongoClient
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import ConfigurationError, ExecutionTimeout, NetworkTimeout, PyMongoError

from edge_agent import config
from edge_agent.errors import ConfigError, ToolFailed

#: What one call may bring into memory, in bytes of BSON.
MAX_BYTES = 1024 * 1024
_CONNECT_MS = 3_000

CODEC: CodecOptions[dict[str, Any]] = CodecOptions(
    document_class=dict,
    tz_aware=True,
    uuid_representation=bson.binary.UuidRepresentation.STANDARD,
    unicode_decode_error_handler="replace",
    datetime_conversion=DatetimeConversion.DATETIME_AUTO,
)


@dataclass(frozen=True, kw_only=True)
class MongoSource:
    """The database of a source."""

    database: AsyncDatabase[RawBSONDocument]

    async def documents(
        self, collection: str, pipeline: Sequence[dict[str, Any]], *, timeout_s: float, most: int
    ) -> tuple[list[dict[str, Any]], bool]:
        """Run a pipeline. Returns at most ``most`` documents, and whether there are more. Raises ``ToolFailed``."""
        try:
            return await self._documents(collection, pipeline, max_ms=max(1, int(timeout_s * 1000)), most=most)
        except (ExecutionTimeout, NetworkTimeout) as error:
            raise ToolFailed("the database took too long", status="timed_out") from error
        except (PyMongoError, BSONError) as error:
            # The text of a server's error may hold data: its kind is enough for a log.
            code = getattr(error, "code", None)
            raise ToolFailed(f"the database failed: {type(error).__name__}{f' {code}' if code else ''}") from error

    async def _documents(
        self, collection: str, pipeline: Sequence[dict[str, Any]], *, max_ms: int, most: int
    ) -> tuple[list[dict[str, Any]], bool]:
        found: list[dict[str, Any]] = []
        size = 0
        async with await self.database[collection].aggregate(
            pipeline, allowDiskUse=False, maxTimeMS=max_ms, batchSize=most + 1
        ) as cursor:
            async for document in cursor:
                size += len(document.raw)
                if size > MAX_BYTES and not found:
                    raise ToolFailed("one record is larger than a call may bring")
                if size > MAX_BYTES or len(found) == most:
                    return found, True
                found.append(bson.decode(document.raw, CODEC))
        return found, False


@asynccontextmanager
async def open_source(
    source: config.Source, *, credential: Callable[[str], str | None], socket_timeout_s: float
) -> AsyncGenerator[MongoSource]:
    """Own a client. It connects when first asked, so a database that is down fails calls, not the start.

    Raises ``ConfigError``, which never shows the URI: it may hold a password.
    """
    client: AsyncMongoClient[RawBSONDocument]
    try:
        client = AsyncMongoClient(
            _uri(source, credential),
            appname="fedlm",
            document_class=RawBSONDocument,
            serverSelectionTimeoutMS=_CONNECT_MS,
            connectTimeoutMS=_CONNECT_MS,
            socketTimeoutMS=int(socket_timeout_s * 1000),
            waitQueueTimeoutMS=int(socket_timeout_s * 1000),
        )
    except (ConfigurationError, ValueError) as error:
        raise ConfigError(f'source "{source.name}": uri: not a usable MongoDB URI') from error
    async with client:
        yield MongoSource(database=client[source.database])


def _uri(source: config.Source, credential: Callable[[str], str | None]) -> str:
    if source.uri and not source.uri_credential:
        return source.uri
    if source.uri_credential and not source.uri:
        if found := credential(source.uri_credential):
            return found
        raise ConfigError(f'source "{source.name}": uri-credential: there is no credential "{source.uri_credential}"')
    raise ConfigError(f'source "{source.name}": give either uri or uri-credential')
