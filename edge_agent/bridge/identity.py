"""Who this bridge is to the broker: a name, and a part that nobody can guess, kept in the state folder."""

from __future__ import annotations

import re
import secrets
from pathlib import Path

_INSTANCE = re.compile(r"[0-9a-f]{32}")


def instance(state_dir: Path) -> str:
    """Read the random id of this instance, or make it. A guessable client id could be taken over."""
    state_dir.mkdir(parents=True, exist_ok=True)
    file = state_dir / "instance"
    try:
        kept = file.read_text().strip()
    except FileNotFoundError:
        kept = ""
    if _INSTANCE.fullmatch(kept):
        return kept
    fresh = secrets.token_hex(16)
    file.write_text(fresh + "\n")
    return fresh
