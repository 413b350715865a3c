"""Query → Redacted. In this version the question leaves as it was typed: no placeholder, an empty vault."""

from __future__ import annotations

from edge_agent.types import Accepted, Redacted


async def redact(asked: Accepted) -> Redacted:
    """Strip the question of private values."""
    return Redacted(template=asked.query.prompt)
