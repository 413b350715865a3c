"""What goes on beside the queries: known values are kept full, and what left is forgotten in time."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from typing import Final

from edge_agent.chain import CannotAppend, ChainLog
from edge_agent.clock import Clock
from edge_agent.forgetting import Selection
from edge_agent.known import KnownValues
from edge_agent.offer import Offers
from edge_agent.presence import DEGRADED, ONLINE, Presence

log = logging.getLogger(__name__)

#: How often what left is looked through for contents that were kept long enough.
FORGET_EVERY_S: Final = 3600.0


async def keep_known(known: KnownValues, offers: Offers, presence: Presence) -> None:
    """Keep the index of known values full, until cancelled; what can't be read is said on the status."""

    def say(wrong: str | None) -> None:
        if offers.now.registry.sensitive:
            presence.part("known values", DEGRADED if wrong else ONLINE, wrong)

    await known.keep_full(lambda: offers.now.registry.sensitive, say)


async def keep_forgetting(left: ChainLog, clock: Clock, *, keep_s: float) -> None:
    """Forget the contents of what left ``keep_s`` seconds ago, every hour, until cancelled."""
    while True:
        try:
            forgotten, _ = await left.forget(Selection(before=clock.now() - timedelta(seconds=keep_s)).of_line)
        except CannotAppend:
            log.exception("egress_not_forgotten")
        else:
            log.info("egress_forgotten", extra={"requests": forgotten})
        await asyncio.sleep(FORGET_EVERY_S)
