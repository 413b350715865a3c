"""The bridge as a process: its connection to the broker, its status, its end."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from edge_agent import __version__, config
from edge_agent.bridge.budget import Budget
from edge_agent.bridge.cloud import Cloud
from edge_agent.bridge.desk import Desk
from edge_agent.bridge.heads import Heads
from edge_agent.clock import Clock
from edge_agent.errors import FedlmError
from edge_agent.identity import identity
from edge_agent.messages import Status, encode
from edge_agent.mqtt import Link, Subscription
from edge_agent.signing import UNSIGNED, signing
from edge_agent.topics import Topics
from edge_agent.wire import Outgoing

log = logging.getLogger(__name__)

#: How often the status is looked at, since an open circuit and a spent budget end by themselves.
LOOK_EVERY_S = 5.0
FAREWELL_WITHIN_S = 2.0


async def serve(
    settings: config.Bridge, *, credential: Callable[[str], str | None], clock: Clock, stop: asyncio.Event
) -> None:
    """Run the bridge until ``stop``: then it takes nothing new, and finishes what it can within ``shutdown-s``."""
    state = Path(settings.state_dir)
    who = identity(state)
    signed = signing(credential, require=settings.planner.require_signature)
    warning = None if signed.required else UNSIGNED
    me = _Me(settings=settings, warning=warning, instance=who.instance, since=clock.now().isoformat(timespec="seconds"))
    key = credential(settings.planner.key_credential)
    budget = Budget(settings.planner.tokens_per_day, file=state / "budget.json", clock=clock)
    said = _Said(me=me)
    link = Link(
        settings.mqtt,
        identifier=f"{settings.name}-{who.client}",
        password=credential(settings.mqtt.password_credential) if settings.mqtt.username else None,
        will=me.status("offline", reason="connection_lost"),
        subscriptions=[Subscription(topic=Topics(settings.mqtt.root).plan_request("+"))],
        greet=said.again,
    )
    async with (
        Heads(state, bridge=settings.name, signed=signed.required, clock=clock) as heads,
        Cloud(settings.planner, key=key, clock=clock) as cloud,
        link,
        asyncio.TaskGroup() as tasks,
    ):
        desk = Desk(
            settings,
            cloud=cloud,
            budget=budget,
            clock=clock,
            publish=link.publish,
            tasks=tasks,
            heads=heads,
            signing=signed,
        )
        telling = tasks.create_task(_tell(said, desk, budget, link, clock), name="tell the bridge's status")
        taking = tasks.create_task(_take(desk, link), name="take requests")
        log.info("bridge_started", extra={"bridge": settings.name, "model": settings.planner.model, "key": bool(key)})
        await stop.wait()
        taking.cancel()
        telling.cancel()
        if desk.running:
            await asyncio.wait(set(desk.running), timeout=settings.shutdown_s)
        for late in desk.running:
            late.cancel()
        with suppress(TimeoutError, FedlmError):  # a broker that is away has our Last Will
            async with asyncio.timeout(FAREWELL_WITHIN_S):
                await link.publish(me.status("offline", reason="stopped"))
    log.info("bridge_stopped", extra={"bridge": settings.name})


async def _take(desk: Desk, link: Link) -> None:
    async for message in link:
        desk.take(message)


@dataclass(frozen=True, kw_only=True)
class _Me:
    """What a status of this bridge always says."""

    settings: config.Bridge
    instance: str
    since: str
    #: What an operator should mend although all works.
    warning: str | None

    def status(
        self, state: str, *, reason: str | None = None, circuit: str | None = None, budget_left: int | None = None
    ) -> Outgoing:
        """Make the retained message."""
        status = Status(
            role="bridge",
            instance=self.instance,
            state=state,
            reason=reason or self.warning,
            version=__version__,
            since=self.since,
            circuit=circuit,
            model=self.settings.planner.model,
            budget_left=budget_left,
        )
        topic = Topics(self.settings.mqtt.root).status(self.settings.name)
        return Outgoing(topic=topic, payload=encode(status), retain=True)


class _Said:
    """The last status, said again after every connect."""

    def __init__(self, *, me: _Me) -> None:
        self.me = me
        self.now = me.status("online", circuit="closed")

    def again(self) -> list[Outgoing]:
        """What the broker is told after a connect."""
        return [self.now]


async def _tell(said: _Said, desk: Desk, budget: Budget, link: Link, clock: Clock) -> None:
    """Publish the status whenever it has changed."""
    while True:
        desk.changed.clear()
        circuit, left = desk.circuit.state(clock.monotonic()), budget.left()
        reason = _reason(circuit, left, desk.trouble)
        status = said.me.status("degraded" if reason else "online", reason=reason, circuit=circuit, budget_left=left)
        if status != said.now:
            said.now = status
            try:
                await link.publish(status)
            except FedlmError as error:  # an ACL without our status is no reason to plan nothing
                log.warning("status_refused", extra={"error": str(error)})
        with suppress(TimeoutError):
            async with asyncio.timeout(LOOK_EVERY_S):
                await desk.changed.wait()


def _reason(circuit: str, left: int | None, trouble: str | None) -> str | None:
    if circuit == "open":
        return "circuit_open"
    return "budget_spent" if left == 0 else trouble
