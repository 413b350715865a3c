"""A device and an operator in one: asks over MQTT, and sees all that the contract lets an operator see."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from edge_agent import config
from edge_agent.identity import ulid
from edge_agent.messages import Egress, Plan, PlanFailure, Query, Response, Status, decode, encode
from edge_agent.mqtt import Link, Subscription
from edge_agent.topics import Topics
from edge_agent.wire import Incoming, Outgoing

DEVICE, AGENT, BRIDGE = "demo", "agent", "bridge"
#: A requester sends its query again, with the same id, until it is answered.
AGAIN_S = 5.0
#: How long after its deadline a response may come before it counts as lost.
GRACE_S = 10.0
#: Egress is published beside the query's way, so it may come a little after the response.
EGRESS_S = 2.0


class NoAnswer(RuntimeError):
    """A query ended without a response: a defect, since every query ends in one."""


@dataclass(kw_only=True)
class Seen:
    """One query: its response, what left for the cloud, what came back, and wall time as the device saw it."""

    prompt: str
    response: Response
    egress: list[Egress]
    plans: list[Plan | PlanFailure]
    ms: float


@dataclass(kw_only=True)
class _Heard:
    response: Response | None = None
    egress: list[Egress] = field(default_factory=list)
    plans: list[Plan | PlanFailure] = field(default_factory=list)


class Watch:
    """One connection to the broker. ``async with`` opens it."""

    def __init__(self, port: int) -> None:
        self._topics = Topics()
        topics = self._topics
        self._link = Link(
            config.Mqtt(host="127.0.0.1", port=port),
            identifier=f"fedlm-demo-{ulid()}",
            session=False,
            subscriptions=[
                Subscription(topic=topics.response(DEVICE)),
                Subscription(topic=topics.egress(AGENT)),
                Subscription(topic=topics.plan_response(AGENT)),
                Subscription(topic=topics.status("+"), retained=True),
            ],
        )
        self._heard = _Heard()
        self._id = ""
        self._statuses: dict[str, Status] = {}
        self._news = asyncio.Condition()
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        await self._stack.enter_async_context(self._link)
        reader = asyncio.create_task(self._read(), name="demo watch")
        self._stack.push_async_callback(_ended, reader)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    async def status(self, name: str, *states: str, within_s: float) -> Status | None:
        """Wait until a process says one of these states; its last word where it doesn't in time."""
        await self._until(lambda: name in self._statuses and self._statuses[name].state in states, within_s)
        return self._statuses.get(name)

    def forget(self, name: str) -> None:
        """Forget what a process said: it is about to be started again."""
        self._statuses.pop(name, None)

    async def ask(self, prompt: str, *, deadline_s: float = 60.0) -> Seen:
        """Publish a question and wait for its one response. Raises ``NoAnswer``."""
        self._heard, self._id = _Heard(), ulid()
        query = encode(Query(id=self._id, prompt=prompt, deadline_s=deadline_s))
        begun = time.perf_counter()
        ends = begun + deadline_s + GRACE_S
        while self._heard.response is None and time.perf_counter() < ends:
            await self._link.publish(Outgoing(topic=self._topics.query(DEVICE), payload=query))
            await self._until(lambda: self._heard.response is not None, AGAIN_S)
        if (response := self._heard.response) is None:
            raise NoAnswer(f"no response to {prompt!r} within {deadline_s + GRACE_S:.0f} s")
        ms = (time.perf_counter() - begun) * 1000
        heard = self._heard
        await self._until(lambda: len(heard.egress) >= len(heard.plans), EGRESS_S)
        return Seen(prompt=prompt, response=response, egress=heard.egress, plans=heard.plans, ms=ms)

    async def _until(self, happened: Callable[[], bool], within_s: float) -> None:
        try:
            async with asyncio.timeout(within_s), self._news:
                await self._news.wait_for(happened)
        except TimeoutError:
            return

    async def _read(self) -> None:
        async for message in self._link:
            message.acknowledge()
            self._take(message)
            async with self._news:
                self._news.notify_all()

    def _take(self, message: Incoming) -> None:
        topics, heard = self._topics, self._heard
        if message.topic == topics.response(DEVICE):
            response = decode(message.payload, Response)
            heard.response = response if response.id == self._id else heard.response
        elif message.topic == topics.egress(AGENT):
            heard.egress.append(decode(message.payload, Egress))
        elif message.topic == topics.plan_response(AGENT):
            heard.plans.append(decode(message.payload, Plan | PlanFailure))  # type: ignore[arg-type]
        elif message.topic.startswith(topics.status("")) and message.payload:
            self._statuses[message.topic.removeprefix(topics.status(""))] = decode(message.payload, Status)


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
