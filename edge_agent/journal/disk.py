"""The journal's side of the disk: one file, its ballast, its time. All but ``find`` and ``close`` in one thread."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path

from edge_agent import config
from edge_agent.clock import Clock
from edge_agent.errors import ConfigError
from edge_agent.journal.age import Ages
from edge_agent.journal.database import CannotWrite
from edge_agent.journal.files import Folder
from edge_agent.journal.rows import Known, Open, Row, Unfinished
from edge_agent.journal.seal import sealed_with
from edge_agent.journal.store import Reader, Store
from edge_agent.types import Key

log = logging.getLogger(__name__)


class Disk:
    """Owns the files below ``path``. ``key``: the credential ``journal-key``; None: bodies are plain."""

    def __init__(self, path: Path, settings: config.Journal, *, clock: Clock, key: str | None = None) -> None:
        self._keep_s = settings.keep_s
        self._clock = clock
        self._folder = Folder(path, ballast_bytes=settings.ballast_mb * 1024 * 1024)
        seal = sealed_with(key)
        self._store = Store(self._folder, seal)
        self._reader = Reader(self._folder, seal)
        #: Why nothing new can be held; empty where it can.
        self.full = ""
        #: Damaged journals that are kept beside the present one.
        self.aside: list[str] = []
        self.damaged_rows = 0

    def open(self) -> list[Unfinished]:
        """Open, check and sift; what the run before left, oldest first. Raises ``ConfigError``."""
        self._folder.open()
        try:
            try:
                self._store.open(self._clock.now())
            except CannotWrite:
                self._folder.release_ballast()
                self._store.open(self._clock.now())
            self._ages = Ages(self._clock, self._store.mark())
            self._sift()
            self._reader.open()
        except CannotWrite as error:
            raise ConfigError(f"the journal can't be written: {error}") from error
        self.aside = self._folder.aside()
        if not self._folder.hold_ballast():
            self.full = "no room for the ballast"
        now, doubtful = self._ages.now(), self._ages.doubtful
        return [
            Unfinished(key=each.key, body=each.body, age_s=max(now - each.at, 0.0), doubtful=doubtful, steps=each.steps)
            for each in self._store.left()
        ]

    def apply(self, rows: Sequence[Row]) -> list[bool]:
        """Write rows in one commit; for each, whether its query is held at all.

        Where the disk is full, new queries are refused, and the ballast makes room for the rest. Raises ``CannotWrite``
        where even that has no room.
        """
        mark = self._ages.mark()
        if not self.full:
            try:
                return self._store.apply(rows, mark)
            except CannotWrite as error:
                log.error("journal_full", extra={"reason": str(error)})  # noqa: TRY400 - its name says it all
                self.full = str(error)
                self._folder.release_ballast()
        held = [row for row in rows if not isinstance(row, Open)]
        outcomes = iter(self._store.apply(held, mark) if held else ())
        return [not isinstance(row, Open) and next(outcomes) for row in rows]

    def prune(self) -> bool:
        """Forget some of what was kept long enough; whether there was any. Raises ``CannotWrite``."""
        return self._store.prune(self._ages.now() - self._keep_s) > 0

    def make_room(self) -> None:
        """See whether a full disk has room again, the ballast's included. Raises ``CannotWrite``."""
        self._store.checkpoint()
        if self._folder.hold_ballast():
            self.full = ""
            log.warning("journal_has_room")

    def sift(self) -> None:
        """Put what was found damaged in quarantine; where even that has no room, it is left and not answered from."""
        try:
            self._sift()
        except CannotWrite as error:
            log.error("journal_not_sifted", extra={"reason": str(error)})  # noqa: TRY400 - its name says it all

    def find(self, keys: Sequence[Key]) -> tuple[Mapping[Key, Known], bool]:
        """What is known of each key, and whether a row of theirs is damaged. In a thread of its own."""
        return self._reader.find(keys)

    def close(self) -> None:
        """Let go of the files. SQLite brings its log into the file."""
        self._reader.close()
        self._store.close()
        self._folder.close()

    def _sift(self) -> None:
        if rows := self._store.sift(self._ages.now()):
            log.error("journal_rows_damaged", extra={"rows": rows})
            self.damaged_rows += rows
