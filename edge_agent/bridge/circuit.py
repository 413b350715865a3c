"""A circuit breaker: after failures in a row nothing is sent for a while, then one request tries."""

from __future__ import annotations

from typing import Literal

from edge_agent import config

State = Literal["closed", "open", "half_open"]


class Circuit:
    """Counts failures of the cloud itself. Times are seconds on one monotonic clock, given by the caller."""

    def __init__(self, settings: config.Circuit) -> None:
        self._settings = settings
        self._failures = 0
        self._opened: float | None = None
        self._trying = False

    def state(self, now: float) -> State:
        """Closed: requests go. Open: none goes. Half open: one goes, to see."""
        if self._opened is None:
            return "closed"
        return "half_open" if now >= self._opened + self._settings.open_s else "open"

    def wait_s(self, now: float) -> float | None:
        """Take a turn: ``None`` where a request may go now, else the seconds after which it is worth asking again.

        Who was given a turn reports ``succeeded``, ``failed`` or ``inconclusive``.
        """
        if self._opened is None:
            return None
        left = self._opened + self._settings.open_s - now
        if left > 0:
            return left
        if self._trying:
            return 1.0
        self._trying = True
        return None

    def succeeded(self) -> None:
        """Note that the cloud answered: closed."""
        self._failures, self._opened, self._trying = 0, None, False

    def failed(self, now: float) -> None:
        """Note that the cloud could not be reached, or failed by itself."""
        self._failures += 1
        if self._trying or self._failures >= self._settings.failures:
            self._opened = now
        self._trying = False

    def inconclusive(self) -> None:
        """Note that the request ended without telling anything of the cloud."""
        self._trying = False
