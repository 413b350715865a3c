"""The tools of a simulated agent. What they change is counted in its world."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Protocol

from edge_agent.tools.functions import tool


class Acts(Protocol):
    """Where a tool's doings go."""

    async def look(self) -> None:
        """Take as long as reading takes."""

    async def act(self, item: str) -> None:
        """Change something; whatever dies, it has happened once for each time that it is counted."""


#: The process that the tools run in.
ACTS: ContextVar[Acts] = ContextVar("acts")


@tool
async def look_up(item: str) -> dict[str, str]:
    """Look up the state of an item.

    Args:
        item: Its name.
    """
    await ACTS.get().look()
    return {"item": item, "state": "stored"}


@tool(effects=True, idempotent=False)
async def open_ticket(item: str) -> dict[str, str]:
    """Open a ticket for an item.

    Args:
        item: Its name.
    """
    await ACTS.get().act(item)
    return {"item": item, "ticket": "opened"}
