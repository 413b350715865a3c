"""Rows on disk: each with a CRC over its key and body, each body sealed under its key."""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Literal

from edge_agent.journal.database import named_failures
from edge_agent.journal.seal import Seal, Unsealable
from edge_agent.types import Key

Source = Literal["query", "step"]
#: rowid, device, id, state or name, moment, body, CRC.
Stored = tuple[int, str, str, str, float, bytes, int]

_ALL = {
    "query": "SELECT rowid, device, id, state, at, body, crc FROM query",
    "step": "SELECT rowid, device, id, name, at, body, crc FROM step",
}
_PUT = {
    "query": "INSERT OR REPLACE INTO query (device, id, state, at, body, crc) VALUES (?, ?, ?, ?, ?, ?)",
    "step": "INSERT OR REPLACE INTO step (device, id, name, at, body, crc) VALUES (?, ?, ?, ?, ?, ?)",
}
_OF_KEY = " WHERE device = ? AND id = ?"
_STATE = "SELECT state FROM query WHERE device = ? AND id = ?"


class Records:
    """Reads and writes rows on one connection."""

    def __init__(self, connection: sqlite3.Connection, seal: Seal) -> None:
        self.connection = connection
        self.seal = seal
        connection.create_function("crc", -1, checksum, deterministic=True)

    def put(self, source: Source, key: Key, name: str, at: float, body: bytes) -> None:
        """Write a row, in place of an older one of its key. ``name``: a query's state, or a step's name."""
        sealed = self.seal.close(_bound(source, key, name), body)
        self.connection.execute(_PUT[source], (*key, name, at, sealed, checksum(*key, name, at, sealed)))

    def state(self, key: Key) -> str | None:
        """The state of a query; None where there is no row."""
        found = self.connection.execute(_STATE, key).fetchone()
        return None if found is None else str(found[0])

    def query(self, key: Key) -> Stored | None:
        """The row of a query, unchecked."""
        found: Stored | None = self.connection.execute(_ALL["query"] + _OF_KEY, key).fetchone()
        return found

    def steps(self, key: Key) -> Mapping[str, bytes]:
        """The steps of a query that can be read."""
        rows = self.connection.execute(_ALL["step"] + _OF_KEY, key).fetchall()
        return {row[3]: body for row in rows if (body := self.body("step", row)) is not None}

    def all(self, source: Source) -> Iterator[Stored]:
        """Every row, unchecked."""
        return iter(self.connection.execute(_ALL[source]))

    def body(self, source: Source, row: Stored) -> bytes | None:
        """The body of a row; None where the row is damaged."""
        _, device, id_, name, at, sealed, crc = row
        try:
            if checksum(device, id_, name, at, sealed) != crc:
                return None
            return self.seal.open(_bound(source, (device, id_), name), sealed)
        except (Unsealable, TypeError, AttributeError, ValueError):  # a flipped bit may change a value's type
            return None

    def meta(self, name: str) -> bytes | None:
        """Read a value of the journal's own; None where it is absent or damaged."""
        found = self.connection.execute("SELECT value, crc FROM meta WHERE name = ?", (name,)).fetchone()
        return bytes(found[0]) if found is not None and checksum(name, found[0]) == found[1] else None

    def set_meta(self, name: str, value: bytes) -> None:
        """Write a value of the journal's own."""
        self.connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?, ?)", (name, value, checksum(name, value)))

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing, and on disk. Raises ``CannotWrite`` or ``JournalBroken``."""
        with named_failures():
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self.connection.execute("COMMIT")
            except BaseException:
                if self.connection.in_transaction:  # SQLite may have undone it itself
                    self.connection.execute("ROLLBACK")
                raise


def checksum(*parts: str | float | bytes) -> int:
    """CRC-32 over the parts of a row."""
    crc = 0
    for part in parts:
        crc = zlib.crc32(part if isinstance(part, bytes) else str(part).encode(), crc)
        crc = zlib.crc32(b"\0", crc)
    return crc


def _bound(source: Source, key: Key, name: str) -> bytes:
    """What a sealed body is tied to. A query's state is not part of it: it changes while the body stays."""
    return "\0".join((source, *key, name if source == "step" else "")).encode()
