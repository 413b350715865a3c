"""The agent's link to the simulated broker: packets take a while, connections are cut, the agent may die at each."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from edge_agent import config
from edge_agent.mqtt import Link, Subscription
from edge_agent.testing.faults.broker import SimulatedBroker
from edge_agent.wire import Incoming, Outgoing

#: Two packets never arrive at the same moment: a heap of timers doesn't keep their order.
_IN_TURN_S = 1e-6


class Crashed(BaseException):
    """The agent's process is dead: whatever still runs of it ends here. No ``Exception``: nothing may catch it."""


class Life(Protocol):
    """The process that the link belongs to."""

    @property
    def dead(self) -> bool:
        """Whether it was killed."""

    def reach(self, point: str) -> None:
        """Come to a point at which it may be killed. Raises ``Crashed``."""

    def way_s(self) -> float:
        """How long a packet takes."""


class _Cut(Exception):
    """The connection was lost before the PUBACK."""


class SimulatedLink(Link):
    """A ``Link`` whose broker is simulated. ``cut()`` loses what is on its way, in both directions."""

    def __init__(
        self,
        life: Life,
        broker: SimulatedBroker,
        settings: config.Mqtt,
        *,
        identifier: str,
        subscriptions: Sequence[Subscription] = (),
        will: Outgoing | None = None,
        greet: Callable[[], Sequence[Outgoing]] = tuple,
        session: bool = True,
        **others: Any,
    ) -> None:
        super().__init__(
            settings,
            identifier=identifier,
            subscriptions=subscriptions,
            will=will,
            greet=greet,
            session=session,
            **others,
        )
        self._life = life
        self._broker = broker
        #: Each connection has its number; packets of an earlier one never arrive.
        self._epoch = 0
        self._gone = asyncio.Event()
        self._unconfirmed: dict[asyncio.Future[None], None] = {}  # in order: a set's differs from run to run
        self._in_at = self._out_at = 0.0

    def cut(self) -> None:
        """Lose the connection."""
        self._epoch += 1
        self.connected.clear()
        self._broker.disconnect(self._identifier, self, keep=self._session)
        for confirmed in self._unconfirmed:
            if not confirmed.done():
                confirmed.set_exception(_Cut())
        self._gone.set()

    def arrive(self, number: int, message: Outgoing) -> None:
        """Take a message from the broker, after its way."""
        loop, epoch = asyncio.get_running_loop(), self._epoch
        self._in_at = max(self._in_at + _IN_TURN_S, loop.time() + self._life.way_s())
        loop.call_at(self._in_at, self._arrived, epoch, number, message)

    async def publish(self, message: Outgoing) -> None:
        """Publish; with QoS 1, until the broker has confirmed it."""
        while message.qos or self.connected.is_set():
            await self.connected.wait()
            name = message.topic.removeprefix(f"{self._settings.root}/").split("/")[0]
            self._life.reach(f"before publishing {name}")
            confirmed = self._send(message)
            self._life.reach(f"after publishing {name}")
            if not message.qos:
                return
            self._unconfirmed[confirmed] = None
            try:
                await confirmed
            except _Cut:
                continue
            finally:
                self._unconfirmed.pop(confirmed, None)
            self._life.reach(f"after PUBACK of {name}")
            return

    async def _keep_up(self) -> None:
        try:
            while True:
                await asyncio.sleep(self._life.way_s())
                if not self._broker.up:
                    continue
                self._gone.clear()
                self._broker.connect(self._identifier, self, [s.topic for s in self._subscriptions], will=self._will)
                for message in self._greet():
                    self._send(message)
                self.connected.set()
                await self._gone.wait()
        finally:
            if not self._life.dead:  # of a killed process, what was sent still arrives
                self.cut()

    def _send(self, message: Outgoing) -> asyncio.Future[None]:
        """Put it on its way: it arrives even if we die now, unless the connection is cut."""
        loop, epoch = asyncio.get_running_loop(), self._epoch
        confirmed: asyncio.Future[None] = loop.create_future()
        self._out_at = max(self._out_at + _IN_TURN_S, loop.time() + self._life.way_s())

        def arrived() -> None:
            if epoch == self._epoch and self._broker.up:
                self._broker.publish(message)
                loop.call_later(self._life.way_s(), confirm)

        def confirm() -> None:
            if epoch == self._epoch and not confirmed.done():
                confirmed.set_result(None)

        loop.call_at(self._out_at, arrived)
        return confirmed

    def _arrived(self, epoch: int, number: int, message: Outgoing) -> None:
        if epoch != self._epoch or self._life.dead:
            return
        self._incoming.put_nowait(
            Incoming(
                topic=message.topic,
                payload=message.payload,
                qos=message.qos,
                response_topic=message.response_topic,
                correlation=message.correlation,
                expiry_s=message.expiry_s,
                acknowledge=lambda: self._acknowledge(epoch, number, message),
            )
        )

    def _acknowledge(self, epoch: int, number: int, message: Outgoing) -> None:
        name = message.topic.removeprefix(f"{self._settings.root}/").split("/")[0]
        self._life.reach(f"before acknowledging {name}")
        if epoch == self._epoch and message.qos:
            loop = asyncio.get_running_loop()
            self._out_at = max(self._out_at + _IN_TURN_S, loop.time() + self._life.way_s())
            loop.call_at(self._out_at, self._acknowledged, epoch, number)
        self._life.reach(f"after acknowledging {name}")

    def _acknowledged(self, epoch: int, number: int) -> None:
        if epoch == self._epoch:
            self._broker.acknowledge(self._identifier, number)
