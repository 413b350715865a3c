"""Secrets by name: a file of systemd's ``$CREDENTIALS_DIRECTORY``, else an environment variable ``FEDLM_<NAME>``."""

from __future__ import annotations

import os
from pathlib import Path


def credential(name: str) -> str | None:
    """Look a secret up by its name; None where there is none. Never log what this returns."""
    if folder := os.environ.get("CREDENTIALS_DIRECTORY"):
        file = Path(folder) / name
        if file.is_file():
            return file.read_text(encoding="utf-8").strip()
    return os.environ.get(f"FEDLM_{name.upper().replace('-', '_')}")
