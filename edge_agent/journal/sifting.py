"""Go through all rows at the start: what is damaged goes to quarantine, what is unfinished is handed out."""

from __future__ import annotations

import msgspec

from edge_agent.journal.records import Records, Source
from edge_agent.journal.rows import DAMAGED, INTENT, RESULT, Held, Kept, Left
from edge_agent.types import Key

_QUARANTINE = {
    "query": "INSERT INTO quarantine SELECT 'query', ?, device, id, state, at, body, crc FROM query WHERE rowid = ?",
    "step": "INSERT INTO quarantine SELECT 'step', ?, device, id, name, at, body, crc FROM step WHERE rowid = ?",
}
_DELETE = {"query": "DELETE FROM query WHERE rowid = ?", "step": "DELETE FROM step WHERE rowid = ?"}
#: Of a query whose row is damaged only that a side effect began still counts, and how it ended.
_ORPHANS = (
    "DELETE FROM step WHERE name NOT GLOB ? AND name NOT GLOB ? AND NOT EXISTS"
    " (SELECT 1 FROM query WHERE device = step.device AND id = step.id)"
)


def sift(records: Records, at: float) -> int:
    """Read every row; move the damaged ones to quarantine, where nothing is answered from. How many there were."""
    with records.transaction():
        queries, steps = _damaged(records, "query"), _damaged(records, "step")
        for source, rowids in (("query", queries), ("step", steps)):
            for rowid in rowids:
                records.connection.execute(_QUARANTINE[source], (at, rowid))
                records.connection.execute(_DELETE[source], (rowid,))
        records.connection.execute(_ORPHANS, (f"{INTENT}*", f"{RESULT}*"))
        if steps:  # one of them may have said that a side effect began
            for key in _held(records):
                records.put("step", key, DAMAGED, at, b"")
    return len(queries) + len(steps)


def left(records: Records) -> list[Left]:
    """What an earlier run didn't finish, oldest first. After ``sift``."""
    found: list[Left] = []
    for row in records.all("query"):
        _, device, id_, state, at, _, _ = row
        if state == "done" or (body := records.body("query", row)) is None:
            continue
        kind: type[Held | Kept] = Held if state == "held" else Kept
        found.append(
            Left(
                key=(device, id_),
                body=msgspec.msgpack.decode(body, type=kind),
                at=at,
                steps=records.steps((device, id_)),
            )
        )
    return sorted(found, key=lambda each: each.at)


def _damaged(records: Records, source: Source) -> list[int]:
    return [row[0] for row in records.all(source) if records.body(source, row) is None]


def _held(records: Records) -> list[Key]:
    return [(row[1], row[2]) for row in records.all("query") if row[3] == "held"]
