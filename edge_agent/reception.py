"""Receives what comes from the broker, and acknowledges it in order, each query once it is on disk."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from edge_agent.admission import Admission
from edge_agent.attendance import Attendance
from edge_agent.delivery import Delivery
from edge_agent.errors import BadQuery, Forbidden, IdConflict, NotTaken, QueryError, StorageFull
from edge_agent.intake import Arrived, Refusal, decode_cancel, read_query
from edge_agent.journal import Journal, Known, Noted
from edge_agent.messages import Status, decode
from edge_agent.mqtt import Subscription
from edge_agent.planning.cloud import CloudPlanner
from edge_agent.register import Answered, Conflict, InHand, Register, Taken
from edge_agent.steps import ADDRESS, readdressed
from edge_agent.telemetry import Meter
from edge_agent.topics import CancelAddress, PlanResponseAddress, QueryAddress, StatusAddress, Topics
from edge_agent.types import Key
from edge_agent.wire import Incoming

log = logging.getLogger(__name__)

#: How long the acknowledgements of what was held may take at the stop.
ACKNOWLEDGED_WITHIN_S = 2.0


def subscriptions(topics: Topics, agent: str, *, shared: bool) -> list[Subscription]:
    """Say what an agent hears."""
    wanted = [topics.query("+"), topics.cancel("+"), topics.plan_response(agent)]
    if shared:
        wanted += [topics.query(), topics.cancel()]
    return [*(Subscription(topic=each) for each in wanted), Subscription(topic=topics.status("+"), retained=True)]


@dataclass(frozen=True, kw_only=True)
class _Owed:
    """An acknowledgement, and the row that it waits for. ``taken``: the query that the row is of, where it is new."""

    message: Incoming
    row: Noted | None = None
    taken: Arrived | None = None


@dataclass(kw_only=True)
class Reception:
    """One for the agent's life. Its ``receive()`` waits for no query, no answer, no commit and not for the broker."""

    topics: Topics
    register: Register
    attendance: Attendance
    admission: Admission
    journal: Journal
    delivery: Delivery
    planner: CloudPlanner | None
    meter: Meter
    #: Queries may ask for side effects.
    effects: bool
    #: Is told each status that isn't our own: its name and the status.
    heard: Callable[[str, Status], None]
    _owed: asyncio.Queue[_Owed] = field(default_factory=asyncio.Queue)
    _closing: bool = False
    #: A query was left to the broker: what came after it can't be acknowledged either.
    _left: bool = False

    async def receive(self, batches: AsyncIterator[Sequence[Incoming]]) -> None:
        """Take what comes, until cancelled."""
        async for batch in batches:
            read = [self._read(message) for message in batch]
            known = await self._look_up(read)
            for message, arrived in zip(batch, read, strict=True):
                if isinstance(arrived, Arrived) and self._closing:
                    self._left = True  # the broker keeps it for the next start
                owed = self._take(message, arrived, known) if arrived is not None else self._other(message)
                if not self._left:
                    self._owed.put_nowait(owed)

    async def acknowledge(self) -> None:
        """Acknowledge in the order of receipt, until cancelled."""
        while True:
            owed = await self._owed.get()
            try:
                if owed.row is not None:
                    await self.journal.durable(owed.row)
            except StorageFull as error:
                if owed.taken is not None:
                    self.attendance.give_up(owed.taken.key)
                    self._refuse(owed.message, owed.taken, error)
            finally:
                self._owed.task_done()
            owed.message.acknowledge()

    async def close(self, within_s: float) -> None:
        """Take nothing more, finish what fits, and acknowledge what is held."""
        self._closing = True
        await self.attendance.close(within_s)
        try:
            async with asyncio.timeout(ACKNOWLEDGED_WITHIN_S):
                await self._owed.join()
        except TimeoutError:
            log.warning("shutdown_unacknowledged", extra={"messages": self._owed.qsize()})

    def _read(self, message: Incoming) -> Arrived | Refusal | None:
        match self.topics.read(message.topic):
            case QueryAddress(device=device):
                return read_query(message, device, self.topics, effects=self.effects)
        return None

    async def _look_up(self, read: Sequence[Arrived | Refusal | None]) -> Mapping[Key, Known]:
        """Ask the journal for the keys that aren't in hand. A full agent doesn't: it answers ``busy`` at once."""
        known: dict[Key, Known] = {}

        def missing() -> list[Key]:
            keys = (each.key for each in read if isinstance(each, Arrived) and not each.anonymous)
            return [key for key in keys if key not in known and self.register.in_hand(key) is None]

        while not self.register.full and (keys := missing()):
            known.update(await self.journal.find(keys))  # meanwhile one that was in hand may have been answered
        return known

    def _take(self, message: Incoming, arrived: Arrived | Refusal, known: Mapping[Key, Known]) -> _Owed:
        if self._closing:
            return _Owed(message=message)
        self.meter.received += 1
        if isinstance(arrived, Refusal):
            self.meter.refused += 1
            self.delivery.refuse(message, arrived)
            return _Owed(message=message)
        try:
            if self.register.in_hand(arrived.key) is None and _is_new(known, arrived.key):
                if self.journal.full:
                    raise StorageFull
                self.admission.admit(arrived)
            return self._taken(message, arrived, known)
        except (NotTaken, Forbidden) as error:
            self._refuse(message, arrived, error)
        return _Owed(message=message)

    def _taken(self, message: Incoming, arrived: Arrived, known: Mapping[Key, Known]) -> _Owed:
        match self.register.take(arrived, known.get(arrived.key, Known())):
            case Taken(asked=asked, held=held):
                row = self.journal.hold(asked.key, held)
                self.attendance.begin(asked)
                return _Owed(message=message, row=row, taken=arrived)
            case InHand(asked=asked):
                log.info("repeat_in_hand", extra={"device": asked.key[0], "id": asked.key[1]})
                return _Owed(message=message, row=self.journal.note(asked.key, ADDRESS, readdressed(asked.address)))
            case Answered(payload=payload):
                self.delivery.again(arrived.address, payload)
            case Conflict(address=first):
                elsewhere = arrived.address.topic != first.topic  # never where the first answer is awaited
                told = arrived if elsewhere else None
                self._refuse(message, told, IdConflict(), id_=arrived.key[1])
        return _Owed(message=message)

    def _other(self, message: Incoming) -> _Owed:
        match self.topics.read(message.topic):
            case CancelAddress(device=device):
                self._cancel(message, device)
            case PlanResponseAddress() if self.planner is not None:
                self.planner.receive(message.payload)
            case StatusAddress(name=name):
                self._status(message, name)
            case _:
                self.delivery.bury(message, BadQuery("No device can have this name."))
        return _Owed(message=message)

    def _cancel(self, message: Incoming, device: str) -> None:
        if (id_ := decode_cancel(message.payload)) is None:
            self.delivery.bury(message, BadQuery("A cancel is the id of a query, as plain text or JSON."))
        else:
            self.attendance.cancel((device, id_))

    def _status(self, message: Incoming, name: str) -> None:
        try:
            status = decode(message.payload, Status)
        except msgspec.DecodeError:
            log.warning("status_unreadable", extra={"topic": message.topic})
            return
        self.heard(name, status)

    def _refuse(self, message: Incoming, arrived: Arrived | None, error: QueryError, id_: str = "") -> None:
        self.meter.refused += 1
        address = arrived.address if arrived is not None else None
        self.delivery.refuse(
            message, Refusal(error=error, id=id_ or (arrived.key[1] if arrived else ""), address=address)
        )


def _is_new(known: Mapping[Key, Known], key: Key) -> bool:
    return key not in known or known[key].kept is None
