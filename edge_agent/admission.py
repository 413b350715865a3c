"""Whether a new query is taken at all: what its device may ask for, and how often."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from edge_agent.clock import Clock
from edge_agent.errors import Forbidden, RateLimited
from edge_agent.intake import Arrived
from edge_agent.types import Tool

#: Devices whose pace is known. Beyond it the one that was quiet the longest is forgotten: its next query is welcome.
DEVICES: Final = 4096
_MINUTE_S: Final = 60.0


@dataclass(kw_only=True)
class _Pace:
    """Queries that a device may still ask at once, as of a time on the monotonic clock."""

    left: float
    since: float


class Admission:
    """Lets a new query in, or says why not. ``granted``: the tools of a device by its name, as of now."""

    def __init__(self, *, per_minute: int, clock: Clock, granted: Callable[[str], Mapping[str, Tool]]) -> None:
        self._per_minute = per_minute
        self._clock = clock
        self._granted = granted
        self._paces: OrderedDict[str, _Pace] = OrderedDict()

    def admit(self, arrived: Arrived) -> None:
        """Raise ``Forbidden`` for what the policy doesn't grant, ``RateLimited`` for too many queries in a minute."""
        self._check_policy(arrived)
        if self._per_minute:
            self._check_pace(arrived.key[0])

    def _check_policy(self, arrived: Arrived) -> None:
        query = arrived.query
        granted = self._granted(arrived.key[0])
        if query.tools is not None and query.tools and not any(name in granted for name in query.tools):
            raise Forbidden("This device may use none of the tools that the query names.")
        if query.effects and not any(tool.effects for tool in granted.values()):
            raise Forbidden("This device may not change anything.")

    def _check_pace(self, device: str) -> None:
        now, per_s = self._clock.monotonic(), self._per_minute / _MINUTE_S
        pace = self._paces.pop(device, None) or _Pace(left=self._per_minute, since=now)
        self._paces[device] = pace
        if len(self._paces) > DEVICES:
            self._paces.popitem(last=False)
        pace.left = min(float(self._per_minute), pace.left + (now - pace.since) * per_s)
        pace.since = now
        if pace.left < 1:
            raise RateLimited(retry_after_s=math.ceil((1 - pace.left) / per_s * 10) / 10)
        pace.left -= 1
