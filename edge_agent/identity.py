"""Who this process is: random, and kept in its state folder, so that no other client can guess and take its session."""

from __future__ import annotations

import os
import re
import secrets
import time
from dataclasses import dataclass
from pathlib import Path

from edge_agent.errors import ConfigError

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


@dataclass(frozen=True, kw_only=True)
class Identity:
    """``instance`` is public (status, telemetry); ``client`` is the secret part of the MQTT client id."""

    instance: str
    client: str


def identity(state_dir: Path) -> Identity:
    """Read who we are, or make it up once. Raises ``ConfigError`` where the state folder can't be written."""
    try:
        state_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        return Identity(instance=_kept(state_dir / "instance"), client=_kept(state_dir / "client-id"))
    except OSError as error:
        raise ConfigError(f"state-dir {state_dir}: {error.strerror}: the agent must be able to write there") from error


def _kept(file: Path) -> str:
    if file.exists() and re.fullmatch(r"[0-9a-f]{32}", text := file.read_text(encoding="ascii").strip()):
        return text
    text = secrets.token_hex(16)
    part = file.with_suffix(".part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as out:
        out.write(text)
    part.replace(file)
    return text


def ulid() -> str:
    """Make a ULID: 48 bits of milliseconds and 80 random bits, 26 characters, sortable by time (ulid/spec)."""
    number = (time.time_ns() // 1_000_000) << 80 | secrets.randbits(80)
    return "".join(_CROCKFORD[number >> shift & 31] for shift in range(125, -5, -5))
