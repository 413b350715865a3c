"""A file of lines, written anew in one step: whoever reads it meanwhile has the old one or the new one, whole."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable
from pathlib import Path


def rewrite(file: Path, change: Callable[[bytes], bytes]) -> tuple[int, int]:
    """Replace a file by one whose lines are changed; its new descriptor, open and locked, and its length in bytes.

    Whoever calls it holds the old file's lock. Raises ``OSError``; then the old file stands.
    """
    part = file.with_suffix(".part")
    descriptor = os.open(part, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        length = 0
        with file.open("rb") as lines:
            for line in lines:
                length += _write(descriptor, change(line))
        os.fsync(descriptor)
        part.replace(file)
        sync_folder(file.parent)
    except BaseException:
        os.close(descriptor)
        part.unlink(missing_ok=True)
        raise
    return descriptor, length


def sync_folder(folder: Path) -> None:
    """Bring a folder's list of files to disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write(descriptor: int, line: bytes) -> int:
    view = memoryview(line)
    while view:
        view = view[os.write(descriptor, view) :]
    return len(line)
