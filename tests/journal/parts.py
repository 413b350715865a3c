"""A journal in a test's own folder, and rows to put in it."""

from __future__ import annotations

from pathlib import Path

from edge_agent import config
from edge_agent.clock import Clock
from edge_agent.journal import Disk, Held, Journal, Kept
from edge_agent.messages import Query
from edge_agent.types import Key, ReturnAddress

CLOCK = Clock()
SECRET = "Where is the parcel of Mrs Example?"


def disk(folder: Path, *, key: str | None = None, keep_s: float = 3600.0, ballast_mb: int = 0) -> Disk:
    return Disk(folder, config.Journal(keep_s=keep_s, ballast_mb=ballast_mb), clock=CLOCK, key=key)


def journal(folder: Path, *, key: str | None = None, keep_s: float = 3600.0, prune_s: float = 3600.0) -> Journal:
    return Journal(disk(folder, key=key, keep_s=keep_s), clock=CLOCK, prune_s=prune_s)


def held(key: Key, *, effects: bool = False, allowed_s: float = 60.0) -> Held:
    return Held(
        query=Query(prompt=SECRET, id=key[1], effects=effects),
        fingerprint=f"of {key[1]}",
        address=ReturnAddress(topic=f"r/{key[0]}", correlation=b"\x00\xff"),
        allowed_s=allowed_s,
    )


def kept(key: Key, payload: bytes = b"the answer") -> Kept:
    return Kept(fingerprint=f"of {key[1]}", address=ReturnAddress(topic=f"r/{key[0]}"), payload=payload)


A, B, C = ("kiosk-1", "a"), ("kiosk-1", "b"), ("", "c")
