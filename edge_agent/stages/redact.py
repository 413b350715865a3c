"""Query → Redacted: the question without the values that stay here."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from edge_agent.types import Accepted, Redacted


def redact(
    strip: Callable[[str], Redacted], *, ready: Callable[[], Awaitable[None]]
) -> Callable[[Accepted], Awaitable[Redacted]]:
    """Bind the stage. ``strip`` replaces values by placeholders; ``ready`` waits, with a bound, for what it knows."""

    async def redacted(asked: Accepted) -> Redacted:
        await ready()
        return strip(asked.query.prompt)

    return redacted
