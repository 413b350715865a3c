"""Secrets by name: a file of systemd's ``$CREDENTIALS_DIRECTORY``, an environment variable ``FEDLM_<NAME>``, or a file.

The last is for processes that no systemd starts: ``credentials/<name>`` beside agent.toml or bridge.toml.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

#: Looks a secret up by its name; None where there is none.
Credential = Callable[[str], str | None]


def credential(name: str) -> str | None:
    """Look a secret up by its name; None where there is none. Never log what this returns."""
    if folder := os.environ.get("CREDENTIALS_DIRECTORY"):
        file = Path(folder) / name
        if file.is_file():
            return file.read_text(encoding="utf-8").strip()
    return os.environ.get(f"FEDLM_{name.upper().replace('-', '_')}")


def beside(config: Path) -> Callable[[str], str | None]:
    """Look secrets up as ``credential`` does, and then in the folder ``credentials`` beside a configuration file."""

    def look_up(name: str) -> str | None:
        if (found := credential(name)) is not None:
            return found
        file = config.parent / "credentials" / name
        return file.read_text(encoding="utf-8").strip() if file.is_file() else None

    return look_up
