"""What one writer does with the file: apply rows in groups, prune; and what one reader does: find."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime

import msgspec

from edge_agent.journal import opening, sifting
from edge_agent.journal.age import Mark
from edge_agent.journal.database import JournalBroken, connect, named_failures
from edge_agent.journal.files import Folder
from edge_agent.journal.records import Records
from edge_agent.journal.rows import INTENT, Done, End, Kept, Known, Left, Open, Row, Step
from edge_agent.journal.seal import Seal
from edge_agent.types import Key

PRUNED_AT_ONCE = 500

_DONE = (
    "UPDATE query SET state = 'done', at = ?, crc = crc(device, id, 'done', ?, body)"
    " WHERE device = ? AND id = ? AND state = 'answered'"
)
_FORGET_STEPS = "DELETE FROM step WHERE device = ? AND id = ? AND name NOT GLOB ?"
_PRUNE_QUERIES = (
    "DELETE FROM query WHERE rowid IN (SELECT rowid FROM query WHERE state = 'done' AND at < ? ORDER BY at LIMIT ?)"
)
_PRUNE_STEPS = (
    "DELETE FROM step WHERE rowid IN (SELECT rowid FROM step AS old WHERE at < ? AND NOT EXISTS"
    " (SELECT 1 FROM query WHERE device = old.device AND id = old.id) LIMIT ?)"
)


class Store:
    """The journal's file, for one thread. ``open()`` before all else, ``close()`` after."""

    def __init__(self, folder: Folder, seal: Seal) -> None:
        self._folder = folder
        self._seal = seal
        self._opened: Records | None = None

    def open(self, now: datetime) -> str | None:
        """Open a sound file; the name that a damaged one is kept under. Raises ``ConfigError`` or ``CannotWrite``."""
        connection, aside = opening.open_database(self._folder, now)
        self._opened = Records(connection, self._seal)
        opening.agree_on_seal(self._records)
        return aside

    def close(self) -> None:
        """Close the file. SQLite brings the log beside it into it."""
        if self._opened is not None:
            self._opened.connection.close()
            self._opened = None

    def mark(self) -> Mark | None:
        """The moment of the last commit."""
        value = self._records.meta("mark")
        try:
            return msgspec.msgpack.decode(value, type=Mark) if value is not None else None
        except msgspec.DecodeError:
            return None

    def sift(self, at: float) -> int:
        """Move damaged rows to quarantine; how many there were."""
        return sifting.sift(self._records, at)

    def left(self) -> list[Left]:
        """What an earlier run didn't finish, oldest first."""
        return sifting.left(self._records)

    def apply(self, rows: Sequence[Row], mark: Mark) -> list[bool]:
        """Write rows in one commit; for each, whether its query is held at all. Raises ``CannotWrite``."""
        ended = {row.key for row in rows if isinstance(row, End)}
        with self._records.transaction():
            applied = [self._apply(row, mark.at, ended) for row in rows]
            self._records.set_meta("mark", msgspec.msgpack.encode(mark))
        return applied

    def prune(self, before: float) -> int:
        """Forget some of what was done before that moment; how many rows went."""
        with self._records.transaction():
            execute = self._records.connection.execute
            gone = execute(_PRUNE_QUERIES, (before, PRUNED_AT_ONCE)).rowcount
            return gone + execute(_PRUNE_STEPS, (before, PRUNED_AT_ONCE)).rowcount

    def checkpoint(self) -> None:
        """Bring the log into the file and empty it. Raises ``CannotWrite``."""
        with named_failures():
            self._records.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def _apply(self, row: Row, at: float, ended: AbstractSet[Key]) -> bool:
        records = self._records
        match row:
            case Open():
                records.put("query", row.key, "held", at - row.age_s, msgspec.msgpack.encode(row.held))
                return True
            case Step():
                held = records.state(row.key) == "held"
                # A step whose query ends in this very commit would be deleted in it; only an intent stays.
                if held and (row.name.startswith(INTENT) or row.key not in ended):
                    records.put("step", row.key, row.name, at, row.value)
                return held
            case End():
                if records.state(row.key) != "held":
                    return False
                records.put("query", row.key, "answered", at, msgspec.msgpack.encode(row.kept))
                records.connection.execute(_FORGET_STEPS, (*row.key, f"{INTENT}*"))
                return True
            case Done():
                return records.connection.execute(_DONE, (at, at, *row.key)).rowcount == 1

    @property
    def _records(self) -> Records:
        if self._opened is None:
            raise JournalBroken("the journal is not open")
        return self._opened


class Reader:
    """Finds what is stored, for one other thread: it waits for no commit."""

    def __init__(self, folder: Folder, seal: Seal) -> None:
        self._folder = folder
        self._seal = seal
        self._opened: Records | None = None

    def open(self) -> None:
        """Open the file, which the writer has made."""
        with named_failures():
            self._opened = Records(connect(self._folder.database, writes=False), self._seal)

    def close(self) -> None:
        """Close the file."""
        if self._opened is not None:
            self._opened.connection.close()
            self._opened = None

    def find(self, keys: Sequence[Key]) -> tuple[dict[Key, Known], bool]:
        """What is known of each key, and whether a row of theirs is damaged."""
        if self._opened is None:
            raise JournalBroken("the journal is not open")
        damaged = False
        found: dict[Key, Known] = {}
        with named_failures():
            for key in keys:
                row = self._opened.query(key)
                body = self._opened.body("query", row) if row is not None else None
                damaged = damaged or (row is not None and body is None)
                kept = (
                    msgspec.msgpack.decode(body, type=Kept) if row is not None and body and row[3] != "held" else None
                )
                found[key] = Known(kept=kept, steps={} if row is not None else self._opened.steps(key))
        return found, damaged
