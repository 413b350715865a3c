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
#: Where the agent itself adds documents: its idempotency keys are unique.
INSERTED = ("field", "work_orders")


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
            if database == INSERTED[0]:
                client[database][INSERTED[1]].create_index("fedlm_key", unique=True)
            for name, rows in collections.items():
                collection = client[database][name]
                if key := INDEXES.get((database, name)):
                    collection.create_index(key)
                written += len(collection.insert_many([dict(row) for row in rows]).inserted_ids)
    return written


def inserted(uri: str) -> list[dict[str, Any]]:
    """List the documents that the agent has added."""
    with pymongo.MongoClient[dict[str, Any]](uri, serverSelectionTimeoutMS=10_000) as client:
        return list(client[INSERTED[0]][INSERTED[1]].find({}, {"_id": 0}))


def give_orders(uri: str, subscriber: str, subject: str) -> str:
    """Let the open ticket of a subscriber be about something else. Returns what it was about."""
    with pymongo.MongoClient[dict[str, Any]](uri, serverSelectionTimeoutMS=10_000) as client:
        ticket = {"subscriber": subscriber, "state": "open"}
        before = client["field"]["tickets"].find_one_and_update(ticket, {"$set": {"subject": subject}})
    if before is None:
        raise LookupError("the subscriber has no open ticket")
    return str(before["subject"])
