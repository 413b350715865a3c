"""Receives what comes from the broker and attends to each query until it has ended."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass, field, replace

import msgspec

from edge_agent.binding import House, bind
from edge_agent.errors import BadQuery, IdConflict, NotTaken, ShuttingDown
from edge_agent.intake import Refusal, decode_cancel, read_query
from edge_agent.messages import Status, Trace, decode, encode
from edge_agent.mqtt import Subscription
from edge_agent.offer import Offer
from edge_agent.pipeline import settle
from edge_agent.register import Answered, Conflict, InHand, Register, Taken
from edge_agent.stages.respond import refused
from edge_agent.telemetry import Meter, Watch
from edge_agent.topics import CancelAddress, PlanResponseAddress, QueryAddress, StatusAddress, Topics
from edge_agent.types import Accepted, Key
from edge_agent.wire import Incoming

log = logging.getLogger(__name__)


def subscriptions(topics: Topics, agent: str, *, shared: bool) -> list[Subscription]:
    """Say what an agent hears."""
    wanted = [topics.query("+"), topics.cancel("+"), topics.plan_response(agent)]
    if shared:
        wanted += [topics.query(), topics.cancel()]
    return [*(Subscription(topic=each) for each in wanted), Subscription(topic=topics.status("+"), retained=True)]


def _no_trace(stage: str, trace: Trace) -> None:
    """Traces are switched off."""


@dataclass(kw_only=True)
class Reception:
    """One for the agent's life. Its ``receive()`` never waits for a query, an answer or the broker."""

    house: House
    topics: Topics
    register: Register
    meter: Meter
    tasks: asyncio.TaskGroup
    turn: asyncio.Semaphore
    #: Is told each status that isn't our own: its name and the status.
    heard: Callable[[str, Status], None]
    _limits: dict[Key, asyncio.Timeout] = field(default_factory=dict)
    _attending: dict[Key, asyncio.Task[None]] = field(default_factory=dict)
    _closing: bool = False

    async def receive(self, messages: AsyncIterator[Incoming]) -> None:
        """Take what comes, until cancelled."""
        async for message in messages:
            match self.topics.read(message.topic):
                case QueryAddress(device=device):
                    self._query(message, device)
                case CancelAddress(device=device):
                    self._cancel(message, device)
                case PlanResponseAddress() if self.house.planner is not None:
                    self.house.planner.receive(message.payload)
                case StatusAddress(name=name):
                    self._status(message, name)
                case _:
                    self.house.delivery.bury(message, BadQuery("No device can have this name."))
            message.acknowledge()

    def adopt(self, offer: Offer) -> set[asyncio.Task[None]]:
        """Offer this from now on. Gives the tasks of the queries in hand: they keep what they began with."""
        self.house = replace(self.house, offer=offer)
        return set(self._attending.values())

    async def close(self, within_s: float) -> None:
        """Take nothing more, finish what fits, and tell the others that they were not taken after all."""
        self._closing = True
        try:
            async with asyncio.timeout(within_s):
                await self.register.idle()
        except TimeoutError:
            left = self.register.unanswered()
            log.warning("shutdown_leaves", extra={"queries": len(left)})
            for asked in left:
                await self._leave(asked)

    def _query(self, message: Incoming, device: str) -> None:
        self.meter.received += 1
        arrived = read_query(message, device, self.topics)
        if isinstance(arrived, Refusal):
            self._refuse(message, arrived)
            return
        try:
            taken = self.register.take(arrived, open=not self._closing)
        except NotTaken as error:
            self._refuse(message, Refusal(error=error, id=arrived.key[1], address=arrived.address))
            return
        match taken:
            case Taken(asked=asked):
                name = f"query {asked.key[0]}/{asked.key[1]}"
                self._attending[asked.key] = self.tasks.create_task(self._attend(asked), name=name)
            case InHand():
                log.info("repeat_in_hand", extra={"device": device, "id": arrived.key[1]})
            case Answered(payload=payload):
                self.house.delivery.again(arrived.address, payload)
            case Conflict(address=first):
                elsewhere = arrived.address.topic != first.topic
                address = arrived.address if elsewhere else None  # never where the first answer is awaited
                self._refuse(message, Refusal(error=IdConflict(), id=arrived.key[1], address=address))

    async def _attend(self, asked: Accepted) -> None:
        """One task a query: from taken to answered."""
        trace = self.house.delivery.trace if self.house.settings.trace.on else _no_trace
        watch = Watch(asked.key, asked.received, trace)
        slm = self.house.slm
        try:
            async with slm.seat(asked) if slm is not None else nullcontext() as seat:
                limit = self._limits[asked.key] = self._limit(asked)
                response = await settle(
                    asked,
                    bind(self.house, asked, seat, watch),
                    limit=limit,
                    turn=self._turn(watch),
                    failed=lambda error: refused(asked.key[1], error, timings=watch.timings(), stage=watch.stage_now),
                )
            payload = encode(response)
            self.meter.ended(response)
            self.register.answered(asked.key, payload)
            await self.house.delivery.deliver(asked, payload)
            log.info(
                "query_ended",
                extra={
                    "device": asked.key[0],
                    "id": asked.key[1],
                    "code": response.error.code if response.error else "ok",
                    "route": response.route,
                    "model": response.model,
                    "ms": response.timings_ms.total if response.timings_ms else None,
                },
            )
        finally:
            self._limits.pop(asked.key, None)
            self._attending.pop(asked.key, None)

    @asynccontextmanager
    async def _turn(self, watch: Watch) -> AsyncIterator[None]:
        """Wait for the query's turn: its deadline runs meanwhile."""
        async with self.turn:
            watch.turn()
            self.meter.running += 1
            try:
                yield
            finally:
                self.meter.running -= 1

    def _limit(self, asked: Accepted) -> asyncio.Timeout:
        now = self.house.clock.monotonic()
        return asyncio.timeout_at(now if asked.cancelled.is_set() else asked.deadline)

    def _cancel(self, message: Incoming, device: str) -> None:
        """End a running query; a finished or unknown one is nothing to cancel."""
        id_ = decode_cancel(message.payload)
        if id_ is None:
            self.house.delivery.bury(message, BadQuery("A cancel is the id of a query, as plain text or JSON."))
            return
        if (asked := self.register.in_hand((device, id_))) is not None:
            asked.cancelled.set()
            if (limit := self._limits.get(asked.key)) is not None:
                limit.reschedule(self.house.clock.monotonic())

    def _status(self, message: Incoming, name: str) -> None:
        try:
            status = decode(message.payload, Status)
        except msgspec.DecodeError:
            log.warning("status_unreadable", extra={"topic": message.topic})
            return
        self.heard(name, status)

    def _refuse(self, message: Incoming, refusal: Refusal) -> None:
        self.meter.refused += 1
        self.house.delivery.refuse(message, refusal)

    async def _leave(self, asked: Accepted) -> None:
        """Give a query up at the stop: it counts as never taken."""
        if (task := self._attending.get(asked.key)) is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        if self.register.in_hand(asked.key) is not None:
            self.register.answered(asked.key, None)
            await self.house.delivery.deliver(asked, encode(refused(asked.key[1], ShuttingDown())))
