"""Which query is it: new, a repeat of one in hand, a repeat of an answered one, or another under a used id."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, replace

from edge_agent.clock import Clock
from edge_agent.errors import Busy, ShuttingDown
from edge_agent.intake import Arrived
from edge_agent.types import Accepted, Key, ReturnAddress


@dataclass(frozen=True, kw_only=True)
class Taken:
    """A new query: it is ours until it ends."""

    asked: Accepted


@dataclass(frozen=True, kw_only=True)
class InHand:
    """A repeat of a query that isn't answered yet: its newest address counts from now on."""

    asked: Accepted


@dataclass(frozen=True, kw_only=True)
class Answered:
    """A repeat of an answered query: the stored bytes go to the repeat's own address."""

    payload: bytes


@dataclass(frozen=True, kw_only=True)
class Conflict:
    """The id belongs to another body. ``address``: where the first one's answer goes; never there."""

    address: ReturnAddress


@dataclass(frozen=True, kw_only=True)
class _Entry:
    fingerprint: str
    asked: Accepted
    payload: bytes | None = None


class Register:
    """The queries in hand and the answers kept for repeats. Bounded: ``size`` in hand, ``kept`` answers."""

    def __init__(self, *, size: int, kept: int, deadline_s: float, max_deadline_s: float, clock: Clock) -> None:
        self._size = size
        self._kept = kept
        self._deadline_s = deadline_s
        self._max_deadline_s = max_deadline_s
        self._clock = clock
        self._in_hand: dict[Key, _Entry] = {}
        self._answered: OrderedDict[Key, _Entry] = OrderedDict()
        self._idle = asyncio.Event()
        self._idle.set()

    def take(self, arrived: Arrived, *, open: bool = True) -> Taken | InHand | Answered | Conflict:  # noqa: A002
        """Say which query this is. A new one raises ``ShuttingDown`` unless ``open``, and ``Busy`` beyond ``size``."""
        known = self._in_hand.get(arrived.key) or self._answered.get(arrived.key)
        if known is None:
            if not open:
                raise ShuttingDown
            return Taken(asked=self._new(arrived))
        if known.fingerprint != arrived.fingerprint:
            return Conflict(address=known.asked.address)
        if known.payload is not None:
            return Answered(payload=known.payload)
        address = known.asked.address
        address.topic = arrived.address.topic
        address.correlation = arrived.address.correlation
        address.stream = arrived.address.stream
        return InHand(asked=known.asked)

    def in_hand(self, key: Key) -> Accepted | None:
        """Find a query that isn't answered yet."""
        return None if (entry := self._in_hand.get(key)) is None else entry.asked

    def unanswered(self) -> list[Accepted]:
        """List all queries that aren't answered yet."""
        return [entry.asked for entry in self._in_hand.values()]

    def answered(self, key: Key, payload: bytes | None) -> None:
        """Keep the answer for repeats; None: forget the query, it was not taken after all."""
        entry = self._in_hand.pop(key)
        if payload is not None and self._kept:
            self._answered[key] = replace(entry, payload=payload)
            while len(self._answered) > self._kept:
                self._answered.popitem(last=False)
        if not self._in_hand:
            self._idle.set()

    async def idle(self) -> None:
        """Wait until no query is in hand."""
        await self._idle.wait()

    def _new(self, arrived: Arrived) -> Accepted:
        if len(self._in_hand) >= self._size:
            raise Busy
        now = self._clock.monotonic()
        allowed_s = arrived.query.deadline_s or self._deadline_s
        allowed_s = min(allowed_s, self._max_deadline_s, *([arrived.expiry_s] if arrived.expiry_s else []))
        asked = Accepted(
            key=arrived.key, query=arrived.query, address=arrived.address, received=now, deadline=now + allowed_s
        )
        self._in_hand[arrived.key] = _Entry(fingerprint=arrived.fingerprint, asked=asked)
        self._idle.clear()
        return asked
