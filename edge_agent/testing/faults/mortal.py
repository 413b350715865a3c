"""Parts of an agent that may die at each commit, acknowledgement and publication: simulated, or by SIGKILL."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from edge_agent import config
from edge_agent.clock import Clock
from edge_agent.journal import Disk
from edge_agent.journal.rows import Row, Step

#: Comes to a point at which the agent may die; then it doesn't return.
Reach = Callable[[str], None]


class MortalDisk(Disk):
    """The real files. The agent may die right after each commit."""

    def __init__(self, path: Path, settings: config.Journal, *, clock: Clock, reach: Reach) -> None:
        super().__init__(path, settings, clock=clock)
        self._reach = reach

    def apply(self, rows: Sequence[Row]) -> list[bool]:
        """Write rows in one commit."""
        outcomes = super().apply(rows)
        names = sorted({f"step {row.name}" if isinstance(row, Step) else type(row).__name__.lower() for row in rows})
        self._reach(f"after the commit of {', '.join(names)}")
        return outcomes
