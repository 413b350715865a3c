"""Which query is it: new, a repeat of one in hand, a repeat of an answered one, or another under a used id."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from edge_agent.clock import Clock
from edge_agent.errors import Busy
from edge_agent.intake import Arrived
from edge_agent.journal import Held, Kept, Known
from edge_agent.types import Accepted, Key, ReturnAddress

_UNKNOWN = Known()


@dataclass(frozen=True, kw_only=True)
class Taken:
    """A new query: it is ours until it ends. ``held``: what the journal must hold of it."""

    asked: Accepted
    held: Held


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


class Register:
    """The queries in hand, at most ``size``. What was answered is in the journal."""

    def __init__(self, *, size: int, deadline_s: float, max_deadline_s: float, clock: Clock) -> None:
        self._size = size
        self._deadline_s = deadline_s
        self._max_deadline_s = max_deadline_s
        self._clock = clock
        self._in_hand: dict[Key, _Entry] = {}

    @property
    def full(self) -> bool:
        """Whether it takes nothing new."""
        return len(self._in_hand) >= self._size

    def take(self, arrived: Arrived, known: Known = _UNKNOWN) -> Taken | InHand | Answered | Conflict:
        """Say which query this is. ``known``: what the journal knows of its key. Raises ``Busy`` beyond ``size``."""
        if (entry := self._in_hand.get(arrived.key)) is not None:
            if entry.fingerprint != arrived.fingerprint:
                return Conflict(address=entry.asked.address)
            _readdress(entry.asked.address, arrived.address)
            return InHand(asked=entry.asked)
        if (kept := known.kept) is not None:
            if kept.fingerprint != arrived.fingerprint:
                return Conflict(address=kept.address)
            return Answered(payload=kept.payload)
        if self.full:
            raise Busy
        held = Held(
            query=arrived.query,
            fingerprint=arrived.fingerprint,
            address=arrived.address,
            allowed_s=self._allowed_s(arrived),
        )
        return Taken(asked=self.adopt(arrived.key, held, steps=known.steps), held=held)

    def adopt(self, key: Key, held: Held, *, age_s: float = 0.0, steps: Mapping[str, bytes]) -> Accepted:
        """Take a query in hand that came ``age_s`` ago, with the steps that it has behind it."""
        received = self._clock.monotonic() - age_s
        asked = Accepted(
            key=key,
            query=held.query,
            address=held.address,
            received=received,
            deadline=received + held.allowed_s,
            steps=steps,
        )
        self._in_hand[key] = _Entry(fingerprint=held.fingerprint, asked=asked)
        return asked

    def in_hand(self, key: Key) -> Accepted | None:
        """Find a query that isn't answered yet."""
        return None if (entry := self._in_hand.get(key)) is None else entry.asked

    def unanswered(self) -> list[Accepted]:
        """List all queries that aren't answered yet."""
        return [entry.asked for entry in self._in_hand.values()]

    def kept(self, key: Key, payload: bytes) -> Kept:
        """What the journal keeps of a query once it is answered."""
        entry = self._in_hand[key]
        return Kept(fingerprint=entry.fingerprint, address=entry.asked.address, payload=payload)

    def leave(self, key: Key) -> None:
        """Let a query go: its answer is in the journal, or it was not taken after all."""
        self._in_hand.pop(key, None)

    def _allowed_s(self, arrived: Arrived) -> float:
        wanted_s = arrived.query.deadline_s or self._deadline_s
        return min(wanted_s, self._max_deadline_s, *([arrived.expiry_s] if arrived.expiry_s else []))


def _readdress(address: ReturnAddress, newer: ReturnAddress) -> None:
    address.topic = newer.topic
    address.correlation = newer.correlation
    address.stream = newer.stream
