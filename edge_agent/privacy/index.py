"""Known values: an index that finds them in a prompt, whatever their spelling, and holds no copy of any of them."""

from __future__ import annotations

import hashlib
import secrets
import sqlite3
from collections.abc import AsyncIterable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from edge_agent.privacy import keys
from edge_agent.privacy.filter import Filter
from edge_agent.privacy.folding import Token, tokens

#: A prompt's keys are looked up in statements of so many.
_BATCH: Final = 250
#: Values are written in transactions of so many owners, so that a reader never waits long.
_CHUNK: Final = 1000

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS held (
  owner INTEGER, key INTEGER, guarded INTEGER, seen INTEGER, PRIMARY KEY (key, owner)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS by_owner ON held (owner);
CREATE TABLE IF NOT EXISTS secret (key BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS scans (number INTEGER NOT NULL);
"""


@dataclass(frozen=True, kw_only=True)
class Owner:
    """A record with sensitive fields: what names it (a collection and an id), and the values of those fields."""

    name: str
    values: Sequence[str]


class Index:
    """Known values in SQLite, under keys that only this device's secret can make.

    ``async`` is for the source alone: each statement is short. One connection: use it from one thread at a time.
    """

    def __init__(self, file: Path | None = None) -> None:
        self._file = file
        self._database: sqlite3.Connection | None = None
        self._secret = b""
        self._filter = Filter(0)

    def __enter__(self) -> Self:
        if self._file is not None:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            self._file.touch(mode=0o600)
        self._database = sqlite3.connect(self._file or ":memory:", isolation_level=None, check_same_thread=False)
        self._database.executescript(f"PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; {_SCHEMA}")
        self._secret = self._own_secret()
        self._refill()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()
        self._database = None

    def find(self, text: str) -> list[tuple[int, int]]:
        """Where known values stand: (start, end), in order, apart. The longest match wins, then the first."""
        cut = tokens(text)
        wanted = keys.in_text(text, cut, self._base())
        found = self._known(key for _, _, key in wanted)
        hits = [
            (first, last)
            for first, last, key in wanted
            if key in found and (not found[key] or keys.stands_out(text, cut[first], cut[last], first))
        ]
        return _longest(cut, hits)

    def put(self, owner: Owner) -> None:
        """Hold an owner's values in place of those that it had."""
        with self._transaction():
            self._drop(owner.name)
            self._hold(owner, scan=self._scan())

    def drop(self, name: str) -> None:
        """Forget an owner's values."""
        with self._transaction():
            self._drop(name)

    async def refresh(self, source: AsyncIterable[Owner]) -> int:
        """Hold exactly what the source gives; returns the number of owners. Where it fails, nothing is forgotten."""
        count = 0
        with self._transaction():
            scan = self._scan() + 1
            self._open.execute("DELETE FROM scans")
            self._open.execute("INSERT INTO scans VALUES (?)", (scan,))
        chunk: list[Owner] = []
        async for owner in source:
            chunk.append(owner)
            if len(chunk) == _CHUNK:
                count += self._hold_all(chunk, scan)
                chunk = []
        count += self._hold_all(chunk, scan)
        with self._transaction():
            self._open.execute("DELETE FROM held WHERE seen < ?", (scan,))
        self._refill()
        return count

    def __len__(self) -> int:
        """How many keys are held."""
        return int(self._open.execute("SELECT count(DISTINCT key) FROM held").fetchone()[0])

    def _refill(self) -> None:
        """Make the filter anew, of the size that fits, with room to grow."""
        made = Filter(2 * len(self))
        made.add(key for (key,) in self._open.execute("SELECT DISTINCT key FROM held"))
        self._filter = made

    def _hold_all(self, owners: Sequence[Owner], scan: int) -> int:
        with self._transaction():
            for owner in owners:
                self._hold(owner, scan=scan)
        return len(owners)

    def _hold(self, owner: Owner, *, scan: int) -> None:
        number = self._key(f"owner\0{owner.name}")
        rows = [
            (number, self._key(joined), guarded, scan)
            for value in owner.values
            for joined, guarded in keys.of_value(value)
        ]
        self._open.executemany(
            "INSERT INTO held VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE "
            "SET seen = excluded.seen, guarded = min(guarded, excluded.guarded)",
            rows,
        )
        self._filter.add(row[1] for row in rows)

    def _drop(self, name: str) -> None:
        self._open.execute("DELETE FROM held WHERE owner = ?", (self._key(f"owner\0{name}"),))

    def _known(self, wanted: Iterable[int]) -> dict[int, bool]:
        """Which of these are held, and whether only as a guarded part of a name."""
        perhaps = list(set(self._filter.may_have(wanted)))
        found: dict[int, bool] = {}
        for start in range(0, len(perhaps), _BATCH):
            some = perhaps[start : start + _BATCH]
            marks = ",".join("?" * len(some))
            query = f"SELECT key, min(guarded) FROM held WHERE key IN ({marks}) GROUP BY key"  # noqa: S608  (marks only)
            found |= {key: bool(guarded) for key, guarded in self._open.execute(query, some)}
        return found

    def _base(self) -> keys.Hasher:
        """A keyed BLAKE2b, which is a MAC by design: half the time of an HMAC-SHA256."""
        return hashlib.blake2b(key=self._secret, digest_size=8)

    def _key(self, joined: str) -> int:
        hasher = self._base()
        hasher.update(joined.encode("utf-8", "surrogatepass"))
        return keys.key_of(hasher)

    def _scan(self) -> int:
        row = self._open.execute("SELECT max(number) FROM scans").fetchone()
        return int(row[0] or 0)

    def _own_secret(self) -> bytes:
        row = self._open.execute("SELECT key FROM secret").fetchone()
        if row is not None:
            return bytes(row[0])
        made = secrets.token_bytes(32)
        self._open.execute("INSERT INTO secret VALUES (?)", (made,))
        return made

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._open.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._open.execute("ROLLBACK")
            raise
        self._open.execute("COMMIT")

    @property
    def _open(self) -> sqlite3.Connection:
        if self._database is None:
            raise RuntimeError("the index is not open")
        return self._database


def _longest(cut: Sequence[Token], hits: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    chosen: list[tuple[int, int]] = []
    for first, last in sorted(hits, key=lambda hit: (hit[0] - hit[1], hit[0])):
        if all(last < start or end < first for start, end in chosen):
            chosen.append((first, last))
    joined: list[tuple[int, int]] = []
    for first, last in sorted(chosen):
        start, end = cut[first].start, cut[last].end
        if joined and joined[-1][1] == start:  # pieces of a long value without spaces
            start = joined.pop()[0]
        joined.append((start, end))
    return joined
