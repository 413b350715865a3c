"""A device that asks, and an operator beside it who sees all that the contract lets an operator see."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from edge_agent import config
from edge_agent.ask import Event, Requester
from edge_agent.identity import ulid
from edge_agent.messages import Egress, Plan, PlanFailure, Query, Response, Status, decode
from edge_agent.mqtt import Link, Subscription
from edge_agent.topics import Topics
from edge_agent.wire import Incoming

DEVICE, AGENT, BRIDGE = "demo", "agent", "bridge"
#: What the operator is told comes on another connection than the response, so it may be a little later.
LATER_S = 2.0


class NoAnswer(RuntimeError):
    """A query ended without a response: a defect, since every query ends in one."""


@dataclass(frozen=True, kw_only=True)
class Seen:
    """One query: its response, what left for the cloud, what came back, and wall time as the device saw it."""

    prompt: str
    response: Response
    egress: list[Egress]
    plans: list[Plan | PlanFailure]
    ms: float


class Watch:
    """``async with`` opens both connections to the broker."""

    def __init__(self, port: int) -> None:
        settings = config.Mqtt(host="127.0.0.1", port=port)
        self._topics = topics = Topics()
        self._requester = Requester(settings, device=DEVICE)
        self._link = Link(
            settings,
            identifier=f"fedlm-demo-{ulid()}",
            session=False,
            subscriptions=[
                Subscription(topic=topics.egress(AGENT)),
                Subscription(topic=topics.plan_response(AGENT)),
                Subscription(topic=topics.status("+"), retained=True),
            ],
        )
        self._egress: list[Egress] = []
        self._plans: list[Plan | PlanFailure] = []
        self._statuses: dict[str, Status] = {}
        self._news = asyncio.Condition()
        self._opened = AsyncExitStack()

    async def __aenter__(self) -> Self:
        for link in (self._link, self._requester.link):
            await self._opened.enter_async_context(link)
        reader = asyncio.create_task(self._read(), name="demo watch")
        self._opened.push_async_callback(_end, reader)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._opened.aclose()

    async def status(self, name: str, *states: str, within_s: float) -> Status | None:
        """Wait until a process says one of these states; its last word where it doesn't in time."""
        await self._until(lambda: name in self._statuses and self._statuses[name].state in states, within_s)
        return self._statuses.get(name)

    def forget(self, name: str) -> None:
        """Forget what a process said: it is about to be started again."""
        self._statuses.pop(name, None)

    async def ask(
        self, query: str | Query, *, deadline_s: float = 60.0, meanwhile: Callable[[Event], None] | None = None
    ) -> Seen:
        """Publish a question and wait for its one response. One at a time. Raises ``NoAnswer``.

        ``meanwhile`` is told what is seen of it on the way.
        """
        query = Query(prompt=query, deadline_s=deadline_s) if isinstance(query, str) else query
        self._egress.clear()
        self._plans.clear()
        begun = time.perf_counter()
        response = await self._requester.ask(query, timeout_s=deadline_s, seen=meanwhile)
        if response is None:
            raise NoAnswer(f"no response to {query.prompt!r} within {deadline_s:.0f} s")
        ms = (time.perf_counter() - begun) * 1000
        planned = response.route in {"federated", "direct"}
        await self._until(lambda: len(self._egress) >= len(self._plans) >= planned, LATER_S)
        egress = [each for each in self._egress if each.id == response.id]
        return Seen(prompt=query.prompt, response=response, egress=egress, plans=[*self._plans], ms=ms)

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
        topics = self._topics
        if message.topic == topics.egress(AGENT):
            self._egress.append(decode(message.payload, Egress))
        elif message.topic == topics.plan_response(AGENT):
            self._plans.append(decode(message.payload, Plan | PlanFailure))  # type: ignore[arg-type]
        elif message.payload:
            self._statuses[message.topic.removeprefix(topics.status(""))] = decode(message.payload, Status)


async def _end(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
