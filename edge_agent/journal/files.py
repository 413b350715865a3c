"""The journal's folder: private, locked against a second agent, with ballast for the day the disk is full."""

from __future__ import annotations

import contextlib
import fcntl
import os
from datetime import datetime
from pathlib import Path

from edge_agent.errors import ConfigError

NAME = "journal.db"
_SIDES = ("", "-wal", "-shm")


class Folder:
    """Holds ``journal.db``; mode 0700, files 0600."""

    def __init__(self, path: Path, *, ballast_bytes: int) -> None:
        self.path = path
        self.database = path / NAME
        self._ballast = path / "ballast"
        self._ballast_bytes = ballast_bytes
        self._lock: int | None = None

    def open(self) -> None:
        """Make it, and take it. Raises ``ConfigError``."""
        try:
            self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
            self.path.chmod(0o700)
            self._lock = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self.close()
            raise ConfigError(f"{self.path}: another agent uses this journal") from error
        except OSError as error:
            self.close()
            raise ConfigError(f"{self.path}: {error.strerror}: the agent must be able to write there") from error

    def close(self) -> None:
        """Let another agent take it."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def touch(self, file: Path) -> None:
        """Make an empty file that only we can read: SQLite's other files take its mode."""
        os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))

    def put_in_place(self, part: Path) -> None:
        """Let a finished database appear under its name, for good."""
        part.replace(self.database)
        folder = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def set_aside(self, now: datetime) -> str:
        """Keep a database that can't be used, with what belongs to it; its new name."""
        name = f"damaged-{now:%Y%m%dT%H%M%S}"
        taken = sum(1 for _ in self.path.glob(f"{name}*.db"))
        name = f"{name}-{taken}.db" if taken else f"{name}.db"
        for side in _SIDES:
            with contextlib.suppress(FileNotFoundError):
                (self.path / (NAME + side)).replace(self.path / (name + side))
        return name

    def aside(self) -> list[str]:
        """The damaged databases that are kept, until the operator has dealt with them."""
        return sorted({file.name.partition(".db")[0] + ".db" for file in self.path.glob("damaged-*.db*")})

    def hold_ballast(self) -> bool:
        """Take the room that a full disk will need; False where there is none."""
        if not self._ballast_bytes:
            return True
        try:
            descriptor = os.open(self._ballast, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError:
            return False
        try:
            os.posix_fallocate(descriptor, 0, self._ballast_bytes)
        except OSError:
            self.release_ballast()
            return False
        finally:
            os.close(descriptor)
        return True

    def release_ballast(self) -> None:
        """Give that room to the journal."""
        with contextlib.suppress(FileNotFoundError):
            self._ballast.unlink()
