"""Take rows out of a journal that no agent uses, so that no byte of them is left in its files."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime
from pathlib import Path

import msgspec

from edge_agent.clock import Clock
from edge_agent.errors import ConfigError
from edge_agent.journal.age import Ages, Mark
from edge_agent.journal.database import CannotWrite, JournalBroken, connect, named_failures
from edge_agent.journal.files import Folder
from edge_agent.journal.records import Records
from edge_agent.journal.seal import Plain

_WHERE = "WHERE (? IS NULL OR device = ?) AND (? IS NULL OR id = ?) AND (? IS NULL OR at < ?)"
_DELETE = (f"DELETE FROM query {_WHERE}", f"DELETE FROM step {_WHERE}")  # noqa: S608 - a constant


def forget(path: Path, *, device: str | None, id_: str | None, before: datetime | None, clock: Clock) -> int:
    """Delete queries, answers and steps below ``path``; how many rows went. Damaged ones go whosever they are.

    What isn't answered yet goes too: who still waits sends it again. Raises ``ConfigError``: an agent uses it.
    """
    folder = Folder(path, ballast_bytes=0)
    if not folder.database.exists() and not folder.aside():
        return 0
    folder.open()
    try:
        for name in folder.aside():
            for file in path.glob(f"{name}*"):
                file.unlink()
        return _delete(folder, device, id_, before, clock) if folder.database.exists() else 0
    except (CannotWrite, JournalBroken) as error:
        raise ConfigError(f"{folder.database}: {error}") from error
    finally:
        folder.close()


def _delete(folder: Folder, device: str | None, id_: str | None, before: datetime | None, clock: Clock) -> int:
    with named_failures(), closing(connect(folder.database)) as connection:
        records = Records(connection, Plain())
        at = None if before is None else _moment(records, before, clock)
        gone = 0
        with records.transaction():
            for statement in _DELETE:
                gone += connection.execute(statement, (device, device, id_, id_, at, at)).rowcount
            gone += connection.execute("DELETE FROM quarantine").rowcount
        connection.execute("VACUUM")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    return gone


def _moment(records: Records, before: datetime, clock: Clock) -> float:
    """A moment of the wall clock on the journal's own time."""
    saved = records.meta("mark")
    now = Ages(clock, None if saved is None else msgspec.msgpack.decode(saved, type=Mark)).now()
    return now - (clock.now() - before).total_seconds()
