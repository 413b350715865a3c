"""How old a row is, in the journal's own time: it never goes back, and a wall clock that jumps doesn't move it.

While the machine is up, time is what its boot clock says. Between two boots only the wall clock can tell; a gap that
goes back or is longer than ``LONGEST_GAP_S`` is not believed (a board without a battery boots in the past): it counts
as nothing.
"""

from __future__ import annotations

import msgspec

from edge_agent.clock import Clock

LONGEST_GAP_S = 12 * 3600.0


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """One moment: on the journal's time, the wall clock, and the clock of that boot. In seconds."""

    at: float
    wall: float
    boot: str
    since_boot: float


class Ages:
    """The journal's time, going on from the last mark of the run before."""

    def __init__(self, clock: Clock, last: Mark | None) -> None:
        self._clock = clock
        self.doubtful = False
        boot, since_boot = clock.boot()
        wall = clock.now().timestamp()
        if last is None:
            at = wall
        elif last.boot == boot and since_boot >= last.since_boot:
            at = last.at + since_boot - last.since_boot
        else:
            gap = wall - last.wall
            self.doubtful = not 0 <= gap <= LONGEST_GAP_S
            at = last.at + (0.0 if self.doubtful else gap)
        self._zero = at - since_boot

    def now(self) -> float:
        """Seconds on the journal's time."""
        return self._zero + self._clock.boot()[1]

    def mark(self) -> Mark:
        """Note this moment for the next run."""
        boot, since_boot = self._clock.boot()
        return Mark(at=self._zero + since_boot, wall=self._clock.now().timestamp(), boot=boot, since_boot=since_boot)
