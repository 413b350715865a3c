"""Attends to each query, from taken to delivered; and to those that an earlier run left."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass, field, replace

from msgspec import structs

from edge_agent.binding import House, bind
from edge_agent.effects import Effects
from edge_agent.errors import Cancelled, Expired, StorageFull
from edge_agent.journal import Held, Kept, Unfinished
from edge_agent.messages import Response, Trace, encode
from edge_agent.offer import Offer
from edge_agent.pipeline import settle
from edge_agent.register import Register
from edge_agent.stages.respond import refused
from edge_agent.steps import Steps, address_of, resumed
from edge_agent.telemetry import Meter, Watch
from edge_agent.types import Accepted, Key

log = logging.getLogger(__name__)

_GIVEN_UP = (Cancelled.code, Expired.code)


def _no_trace(stage: str, trace: Trace) -> None:
    """Traces are switched off."""


@dataclass(kw_only=True)
class Attendance:
    """One task a query. Every task ends by itself: a query has a deadline, and a delivery ends with the agent."""

    house: House
    register: Register
    meter: Meter
    tasks: asyncio.TaskGroup
    turn: asyncio.Semaphore
    _limits: dict[Key, asyncio.Timeout] = field(default_factory=dict)
    _attending: dict[Key, asyncio.Task[None]] = field(default_factory=dict)

    def begin(self, asked: Accepted, *, after: asyncio.Event | None = None) -> None:
        """Attend to a query that was taken, once ``after`` is set."""
        self._attending[asked.key] = self.tasks.create_task(
            self._attend(asked, after), name=f"query {asked.key[0]}/{asked.key[1]}"
        )

    def resume(self, unfinished: Sequence[Unfinished], *, connected: asyncio.Event) -> None:
        """Go on with what an earlier run left: answers go out again, queries begin again with their steps.

        They are in hand at once, and begin when the broker is there: no planner can be asked before.
        """
        for left in unfinished:
            match left.body:
                case Kept() as kept:
                    self._attending[left.key] = self.tasks.create_task(
                        self._deliver(left.key, kept), name=f"answer {left.key[0]}/{left.key[1]}"
                    )
                case Held() as held:
                    self._go_on(left, held, connected)
        if unfinished:
            log.info("resumed", extra={"queries": len(unfinished)})

    def cancel(self, key: Key) -> None:
        """End a running query; a finished or unknown one is nothing to cancel."""
        if (asked := self.register.in_hand(key)) is not None:
            asked.cancelled.set()
            if (limit := self._limits.get(key)) is not None:
                limit.reschedule(self.house.clock.monotonic())

    def adopt(self, offer: Offer) -> set[asyncio.Task[None]]:
        """Offer this from now on. Gives the tasks of the queries in hand: they keep what they began with."""
        self.house = replace(self.house, offer=offer)
        return set(self._attending.values())

    def give_up(self, key: Key) -> None:
        """Forget a query that couldn't be held: it was not taken after all."""
        self.register.leave(key)
        if (task := self._attending.pop(key, None)) is not None:
            task.cancel()

    async def close(self, within_s: float) -> None:
        """Finish what fits; the rest stays in the journal, and the next start goes on with it."""
        if not self._attending:
            return
        _, left = await asyncio.wait(list(self._attending.values()), timeout=within_s)
        for task in left:
            task.cancel()
        if left:
            log.warning("shutdown_leaves", extra={"queries": len(left)})
            await asyncio.wait(left)

    def _go_on(self, left: Unfinished, held: Held, connected: asyncio.Event) -> None:
        again = resumed(left.steps)
        held = structs.replace(held, address=address_of(left.steps) or held.address)
        asked = self.register.adopt(left.key, held, age_s=left.age_s, steps={**left.steps, **again})
        for step, value in again.items():
            self.house.journal.note(left.key, step, value)
        if left.doubtful and held.query.effects:
            # Nobody knows how old it is. To read late is harmless, to change something late isn't.
            asked = replace(asked, deadline=self.house.clock.monotonic())
        self.begin(asked, after=connected)

    async def _attend(self, asked: Accepted, after: asyncio.Event | None) -> None:
        key = asked.key
        try:
            if after is not None:
                await after.wait()
            response = await self._answer(asked)
            if not self._is_mine(key):
                return  # given up meanwhile, and the cancellation was lost to a failure of the query itself
            payload = encode(response)
            kept = self.register.kept(key, payload)
            await self.house.journal.durable(self.house.journal.end(key, kept))
            self.meter.ended(response)
            self._log(key, response)
            self.register.leave(key)  # from now on a repeat finds it in the journal
            await self._deliver(key, kept)
        except StorageFull:  # it was never held: whoever took it says so
            log.info("query_not_held", extra={"device": key[0], "id": key[1]})
        finally:
            if self._is_mine(key):  # a query that was given up may have come again
                self.register.leave(key)
                self._attending.pop(key, None)

    def _is_mine(self, key: Key) -> bool:
        return self._attending.get(key) is asyncio.current_task()

    async def _deliver(self, key: Key, kept: Kept) -> None:
        """Publish an answer that is on disk, until the broker has it."""
        try:
            await self.house.delivery.deliver(kept.address, kept.payload)
            self.house.journal.done(key)
        finally:
            self._attending.pop(key, None)

    async def _answer(self, asked: Accepted) -> Response:
        trace = self.house.delivery.trace if self.house.settings.trace.on else _no_trace
        watch = Watch(asked.key, asked.received, trace)
        steps = Steps(asked, self.house.journal)
        effects = Effects(asked, self.house.journal, self.house.clock)
        slm = self.house.slm if not steps.poisonous else None
        try:
            async with slm.seat(asked) if slm is not None else nullcontext() as seat:
                limit = self._limits[asked.key] = self._limit(asked)
                response = await settle(
                    asked,
                    bind(self.house, asked, seat=seat, watch=watch, steps=steps, effects=effects),
                    limit=limit,
                    turn=self._turn(watch),
                    failed=lambda error: refused(asked.key[1], error, timings=watch.timings(), stage=watch.stage_now),
                )
            begun = await effects.settled()
        finally:
            effects.abandon()
            self._limits.pop(asked.key, None)
        if begun and response.error is not None:
            response = structs.replace(response, sources=begun)
        return response

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

    def _log(self, key: Key, response: Response) -> None:
        log.info(
            "query_ended",
            extra={
                "device": key[0],
                "id": key[1],
                "code": response.error.code if response.error else "ok",
                "route": response.route,
                "model": response.model,
                "ms": response.timings_ms.total if response.timings_ms else None,
            },
        )
