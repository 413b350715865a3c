"""Time, injected: deadlines run on the monotonic clock, dates in answers on the wall clock of the configured zone."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from functools import cache
from pathlib import Path
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

    def boot(self) -> tuple[str, float]:
        """Say which boot this is, and how many seconds it is up, sleep included. No jump of the wall clock moves it."""
        return _boot_id(), time.clock_gettime(time.CLOCK_BOOTTIME)


@cache
def _boot_id() -> str:
    return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
