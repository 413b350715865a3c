"""Time, injected: deadlines run on the monotonic clock, dates in answers on the wall clock of the configured zone."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from zoneinfo import ZoneInfo


@dataclass(frozen=True, kw_only=True)
class Clock:
    """The system's clocks. ``testing`` has one that stands still."""

    zone: tzinfo = field(default_factory=lambda: ZoneInfo("UTC"))

    def now(self) -> datetime:
        """Wall time in the configured zone."""
        return datetime.now(self.zone)

    def monotonic(self) -> float:
        """Seconds of the running event loop's clock, which ``asyncio.timeout_at`` uses."""
        return asyncio.get_running_loop().time()
