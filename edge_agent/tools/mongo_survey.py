"""Look at a collection: its fields, their types and ranges, its indexes. Nothing of it leaves the device."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from bson import Binary, Decimal128, ObjectId
from pymongo.errors import OperationFailure, PyMongoError

from edge_agent.errors import ConfigError, ToolFailed
from edge_agent.tools import mongo_values
from edge_agent.tools.mongo_source import MongoSource
from edge_agent.tools.records import flatten
from edge_agent.tools.sentences import did_you_mean
from edge_agent.tools.survey import FieldSurvey, Survey

#: Documents that are looked at, of each end of the collection.
LOOKED_AT: Final = 200
_TIMEOUT_S: Final = 20.0


async def survey(source: MongoSource, collection: str) -> Survey:
    """Look at the oldest and newest documents. Raises ``ToolFailed``; ``ConfigError`` for a name that isn't there."""
    try:
        await _is_there(source, collection)
        count = await source.database[collection].estimated_document_count()
        indexes = await source.database[collection].index_information()
    except PyMongoError as error:
        raise ToolFailed(f"the database failed: {type(error).__name__}") from error
    found: dict[str, dict[str, Any]] = {}
    for way in (1, -1):
        pipeline: list[dict[str, Any]] = [{"$sort": {"_id": way}}, {"$limit": LOOKED_AT}]
        documents, _ = await source.documents(collection, pipeline, timeout_s=_TIMEOUT_S, most=LOOKED_AT)
        found |= {repr(document.get("_id")): document for document in documents}
    return Survey(
        collection=collection,
        count=count,
        looked_at=len(found),
        fields=fields(found.values()),
        indexed=tuple(
            (tuple(name for name, _ in index["key"]), bool(index.get("unique"))) for index in indexes.values()
        ),
    )


def fields(documents: Iterable[Mapping[str, Any]]) -> dict[str, FieldSurvey]:
    """Look at every leaf of the documents, by dotted name, in the order in which they first stand there."""
    found: dict[str, FieldSurvey] = {}
    for number, document in enumerate(documents):

        def note(name: str, value: Any, number: int = number) -> None:
            seen = found.setdefault(name, FieldSurvey(name=name))
            seen.kinds[_kind(value)] += 1
            if seen.last != number:
                seen.documents, seen.last = seen.documents + 1, number
            if (plain := mongo_values.scalar(name, value, frozenset({name}))) is not None:
                seen.note(plain)

        flatten(document, note)
    return found


async def _is_there(source: MongoSource, collection: str) -> None:
    try:
        names = await source.database.list_collection_names()
    except OperationFailure:  # a login that may not list them may still read this one
        return
    if collection not in names:
        raise ConfigError(f'there is no collection "{collection}"; {did_you_mean(collection, names)}')


def _kind(value: Any) -> str:
    match value:
        case bool():
            return "boolean"
        case int():
            return "integer"
        case float() | Decimal() | Decimal128():
            return "number"
        case datetime() | date():
            return "date"
        case ObjectId():
            return "ObjectId"
        case str():
            return "string"
        case Binary() | bytes():
            return "binary"
        case None:
            return "null"
    return type(value).__name__
