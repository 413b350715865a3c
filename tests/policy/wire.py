"""The whole agent, without a broker: messages go straight in, and a hostile bridge answers at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from edge_agent import agent, config
from edge_agent.clock import Clock
from edge_agent.messages import Plan, PlanBody, PlanRequest, ProposedCall, Query, Response, Status, decode, encode
from edge_agent.mqtt import Link
from edge_agent.testing.instant import InstantSlm
from edge_agent.topics import Topics
from edge_agent.wire import Incoming, Outgoing

WITHIN_S = 20.0
TOPICS = Topics()
#: What the bridge plans, given what it was told of the tools.
Planner = Callable[[PlanBody], Sequence[ProposedCall]]


@dataclass(kw_only=True)
class Wire:
    """Where everything of one agent goes. ``bodies``: what left for the cloud; ``plan``: the hostile planner of now."""

    plan: Planner = lambda _: ()
    bodies: list[PlanBody] = field(default_factory=list)
    answers: dict[str, asyncio.Future[tuple[str, bytes]]] = field(default_factory=dict)
    #: The agent's own connection.
    into: asyncio.Queue[Incoming | None] = field(default_factory=asyncio.Queue)
    listening: asyncio.Event = field(default_factory=asyncio.Event)

    async def ask(self, query: Query, device: str) -> tuple[str, bytes, Response]:
        """Ask, and wait for the terminal response: its topic, its bytes, and what they say."""
        answer = self.answers[query.id or ""] = asyncio.get_running_loop().create_future()
        self.into.put_nowait(Incoming(topic=TOPICS.query(device), payload=encode(query), qos=1))
        async with asyncio.timeout(WITHIN_S):
            topic, payload = await answer
        return topic, payload, decode(payload, Response)

    def said(self, message: Outgoing) -> None:
        """Take what the agent publishes."""
        if message.topic == TOPICS.plan_request("agent"):
            request = decode(message.payload, PlanRequest)
            self.bodies.append(request.body)
            plan = Plan(id=request.id, calls=list(self.plan(request.body)), model="hostile")
            self.into.put_nowait(Incoming(topic=TOPICS.plan_response("agent"), payload=encode(plan), qos=1))
        elif message.topic.startswith(TOPICS.response()) and not message.topic.endswith("/delta"):
            response = decode(message.payload, Response)
            if (answer := self.answers.get(response.id)) is not None and not answer.done():
                answer.set_result((message.topic, message.payload))


class _Straight(Link):
    """A link without a broker: what is published arrives on the wire, before ``publish()`` returns."""

    wire: Wire

    async def publish(self, message: Outgoing) -> None:
        if self._session:
            self.wire.said(message)
        else:  # the look for another agent hears itself
            self._incoming.put_nowait(Incoming(topic=message.topic, payload=message.payload))

    async def _keep_up(self) -> None:
        if self._session:
            self.wire.into = self._incoming
            online = Status(role="bridge", instance="b" * 16, state="online")
            self._incoming.put_nowait(Incoming(topic=TOPICS.status("bridge"), payload=encode(online), retain=True))
            self.wire.listening.set()
        self.connected.set()
        await asyncio.Event().wait()


@asynccontextmanager
async def agent_on(wire: Wire, settings: config.Agent) -> AsyncIterator[None]:
    """Run the agent on a wire."""
    stop, clock = asyncio.Event(), Clock()

    def link(*given: Any, **named: Any) -> Link:
        made = _Straight(*given, **named)
        made.wire = wire
        return made

    serving = asyncio.create_task(
        agent.serve(
            settings, stop=stop, clock=clock, credential=lambda _: None, slm=InstantSlm(zone=clock.zone), link=link
        )
    )
    listening = asyncio.create_task(wire.listening.wait())
    try:
        await asyncio.wait([serving, listening], timeout=WITHIN_S, return_when=asyncio.FIRST_COMPLETED)
        yield
    finally:
        listening.cancel()
        stop.set()
        await serving
