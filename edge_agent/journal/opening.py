"""Open the journal's file: make it, move a damaged one aside, refuse a newer one's, agree on the key."""

from __future__ import annotations

import logging
import sqlite3
from datetime import datetime

from edge_agent.errors import ConfigError
from edge_agent.journal import database
from edge_agent.journal.files import Folder
from edge_agent.journal.records import Records, Source
from edge_agent.journal.seal import Plain, Unsealable

log = logging.getLogger(__name__)

_WORD, _BOUND = b"fedlm", b"the journal's own"
_SOURCES: tuple[Source, Source] = ("query", "step")


def open_database(folder: Folder, now: datetime) -> tuple[sqlite3.Connection, str | None]:
    """Give a sound database of the present schema, and under which name a damaged one was kept.

    Raises ``ConfigError`` for a newer one, ``CannotWrite`` where the disk is full.
    """
    file = folder.database
    with database.named_failures():
        if file.exists() and (connection := _sound(folder)) is not None:
            database.migrate(connection)
            return connection, None
        aside = None
        if file.exists() or file.with_name(f"{file.name}-wal").exists():
            # A log without its file would be taken for the new one's.
            aside = folder.set_aside(now)
            log.error("journal_damaged", extra={"kept_as": aside, "folder": str(folder.path)})
        part = file.with_suffix(".part")
        folder.touch(part)
        database.make(part)
        folder.put_in_place(part)
        return database.connect(file), aside


def agree_on_seal(records: Records) -> None:
    """Refuse a key that isn't the journal's; encrypt a plain journal that has a key from now on."""
    stored, plain = records.meta("seal"), isinstance(records.seal, Plain)
    if stored is not None and stored != _WORD:
        if plain:
            raise ConfigError("journal-key: the journal is encrypted, and this credential is missing")
        try:
            records.seal.open(_BOUND, stored)
        except Unsealable as error:
            raise ConfigError("journal-key: the journal was encrypted with another key") from error
    elif stored is None or not plain:
        with records.transaction():
            if stored == _WORD:
                _encrypt(records)
            records.set_meta("seal", records.seal.close(_BOUND, _WORD))


def _encrypt(records: Records) -> None:
    for source in _SOURCES:
        for _, device, id_, name, at, body, _ in list(records.all(source)):
            records.put(source, (device, id_), name, at, body)
    log.warning("journal_encrypted")


def _sound(folder: Folder) -> sqlite3.Connection | None:
    """Open what is there; None where it is damaged."""
    if folder.database.stat().st_size == 0:  # SQLite would take it for a new one
        return None
    connection: sqlite3.Connection | None = None
    try:
        connection = database.connect(folder.database)
        if database.sound(connection):
            return connection
    except UnicodeDecodeError:  # of SQLite's message about a damaged schema
        pass
    except sqlite3.DatabaseError as error:
        if not database.is_damage(error):
            raise
    except ConfigError:
        if connection is not None:
            connection.close()
        raise
    if connection is not None:
        connection.close()
    return None
