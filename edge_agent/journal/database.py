"""The SQLite file: made in one piece, checked, brought to the present schema, never a newer one's."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from edge_agent.errors import ConfigError, FedlmError

APPLICATION = 0x6665646C
#: Each brings the schema one version further. The newest version is their number; none is ever changed.
MIGRATIONS = (
    """
    CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB NOT NULL, crc INTEGER NOT NULL) STRICT;
    CREATE TABLE query (
        device TEXT NOT NULL, id TEXT NOT NULL, state TEXT NOT NULL, at REAL NOT NULL, body BLOB NOT NULL,
        crc INTEGER NOT NULL, UNIQUE (device, id)
    ) STRICT;
    CREATE INDEX query_done ON query (at) WHERE state = 'done';
    CREATE TABLE step (
        device TEXT NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL, at REAL NOT NULL, body BLOB NOT NULL,
        crc INTEGER NOT NULL, UNIQUE (device, id, name)
    ) STRICT;
    CREATE INDEX step_at ON step (at);
    CREATE TABLE quarantine (
        source TEXT NOT NULL, found REAL NOT NULL, device TEXT, id TEXT, name TEXT, at REAL, body BLOB, crc INTEGER
    );
    """,
)
_BUSY_MS = 5_000
_WAL_LIMIT_BYTES = 4 * 1024 * 1024
_DAMAGED = ("SQLITE_CORRUPT", "SQLITE_NOTADB")


class CannotWrite(FedlmError):
    """The disk is full, or doesn't take what is written. The text is SQLite's name for it."""


class JournalBroken(FedlmError):
    """The file can't be read any more. The next start moves it aside."""


@contextmanager
def named_failures() -> Iterator[None]:
    """SQLite's errors by what can be done: ``CannotWrite`` passes, ``JournalBroken`` doesn't."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        name = getattr(error, "sqlite_errorname", None) or str(error)
        raise (JournalBroken if is_damage(error) else CannotWrite)(name) from error
    except UnicodeDecodeError as error:  # SQLite's own message names a schema that is no text any more
        raise JournalBroken("the schema is damaged") from error


def is_damage(error: sqlite3.DatabaseError) -> bool:
    """Whether the file is broken, as against a disk that is full or doesn't answer."""
    name = getattr(error, "sqlite_errorname", None) or ""
    return name.startswith(_DAMAGED) or not isinstance(error, sqlite3.OperationalError)


def connect(file: Path, *, writes: bool = True) -> sqlite3.Connection:
    """Open the file. Two connections at most: the writer's, and a reader's."""
    uri = f"file:{file.resolve().as_posix().replace('?', '%3f').replace('#', '%23')}?mode={'rw' if writes else 'ro'}"
    connection = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)
    # A flipped bit makes bytes that are no text: they must reach the checksum, not end the reading.
    connection.text_factory = lambda text: text.decode("utf-8", "replace")
    for pragma in (f"busy_timeout = {_BUSY_MS}", "cache_size = -2048", "temp_store = MEMORY"):
        connection.execute(f"PRAGMA {pragma}")
    if writes:
        for pragma in (
            "journal_mode = WAL",
            "synchronous = FULL",
            "secure_delete = ON",
            f"journal_size_limit = {_WAL_LIMIT_BYTES}",
        ):
            connection.execute(f"PRAGMA {pragma}")
    return connection


def make(file: Path) -> None:
    """Make an empty journal in an empty file."""
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute(f"PRAGMA application_id = {APPLICATION}")
        migrate(connection)


def sound(connection: sqlite3.Connection) -> bool:
    """Whether it is a journal, and every page and index of it is whole. Raises ``ConfigError`` for a newer one."""
    if _pragma(connection, "application_id") != APPLICATION:
        return False
    if (version := _pragma(connection, "user_version")) > len(MIGRATIONS):
        raise ConfigError(
            f"the journal was written by a newer fedlm (schema {version}; this one knows {len(MIGRATIONS)}): "
            "install that version again, or move the journal away"
        )
    return bool(connection.execute("PRAGMA integrity_check(1)").fetchone()[0] == "ok")


def migrate(connection: sqlite3.Connection) -> None:
    """Bring the schema to the newest version, each step whole or not at all."""
    for version in range(_pragma(connection, "user_version"), len(MIGRATIONS)):
        connection.executescript(f"BEGIN; {MIGRATIONS[version]} PRAGMA user_version = {version + 1}; COMMIT;")


def _pragma(connection: sqlite3.Connection, name: str) -> int:
    return int(connection.execute(f"PRAGMA {name}").fetchone()[0])
