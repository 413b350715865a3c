"""What is to be forgotten of an egress log: contents go, hashes stay, so that an audit still holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from edge_agent.chain import Line


@dataclass(frozen=True, kw_only=True)
class Selection:
    """What satisfies all that is given. ``device`` empty: what was asked on the shared topic."""

    device: str | None = None
    id: str | None = None
    before: datetime | None = None

    def of_line(self, line: Line) -> bool:
        """Whether a line's content is among it."""
        content = line.content or {}
        return (
            (self.device is None or content.get("device") == self.device)
            and (self.id is None or content.get("id") == self.id)
            and (self.before is None or datetime.fromisoformat(line.at) < self.before)
        )
