"""Tokens a day. What was spent outlives the process: a restart is no way around the budget."""

from __future__ import annotations

import logging
from pathlib import Path

import msgspec

from edge_agent.clock import Clock

log = logging.getLogger(__name__)


class _Spent(msgspec.Struct, frozen=True, kw_only=True):
    day: str = ""
    tokens: int = 0


class Budget:
    """Counts tokens against ``tokens_per_day`` (0: no limit). The day is the configured zone's.

    Requests in flight are not counted until they end: the last ones of a day may overdraw it.
    """

    def __init__(self, tokens_per_day: int, *, file: Path, clock: Clock) -> None:
        self._limit = tokens_per_day
        self._file = file
        self._clock = clock
        self._spent: _Spent | None = None

    def left(self) -> int | None:
        """Tokens left today; ``None`` where there is no limit."""
        return max(self._limit - self._today().tokens, 0) if self._limit else None

    def spend(self, tokens: int) -> None:
        """Count tokens, durably."""
        if not self._limit:
            return
        today = self._today()
        self._spent = _Spent(day=today.day, tokens=today.tokens + tokens)
        fresh = self._file.with_suffix(".new")
        fresh.write_bytes(msgspec.json.encode(self._spent))
        fresh.replace(self._file)

    def _today(self) -> _Spent:
        if self._spent is None:
            self._spent = self._read()
        day = self._clock.now().date().isoformat()
        if self._spent.day != day:
            self._spent = _Spent(day=day)
        return self._spent

    def _read(self) -> _Spent:
        try:
            return msgspec.json.decode(self._file.read_bytes(), type=_Spent)
        except FileNotFoundError:
            return _Spent()
        except msgspec.DecodeError as error:
            log.warning("budget_unreadable", extra={"file": self._file.name, "error": str(error)})
            return _Spent()
