"""Put the demo's data into the database. The demo's only importer of pymongo; the agent itself only reads."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pymongo

from edge_agent.demo import field, shop

#: database → collection → rows
Store = dict[str, dict[str, list[dict[str, Any]]]]
INDEXES = {
    ("shop", "orders"): "order",
    ("shop", "sales"): "quarter",
    ("field", "measurements"): "site",
    ("field", "subscribers"): "subscriber",
    ("field", "tickets"): "subscriber",
}


def build(now: datetime) -> Store:
    """Make all rows: same ``now``, same rows. Times are cut to milliseconds, as the database keeps them."""
    now = now.replace(microsecond=0)
    return {"shop": shop.build(now), "field": field.build(now)}


def write(uri: str, store: Store) -> int:
    """Replace the demo's databases by these rows. Returns how many were written."""
    written = 0
    with pymongo.MongoClient[dict[str, Any]](uri, serverSelectionTimeoutMS=10_000, tz_aware=True) as client:
        for database, collections in store.items():
            client.drop_database(database)
            for name, rows in collections.items():
                collection = client[database][name]
                if key := INDEXES.get((database, name)):
                    collection.create_index(key)
                written += len(collection.insert_many([dict(row) for row in rows]).inserted_ids)
    return written
