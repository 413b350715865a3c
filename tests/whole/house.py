"""A whole house for a test: the agent and the bridge in this process, the rest real: broker, database, HTTP."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Literal, TypeVar

import msgspec

from edge_agent import agent, config
from edge_agent.bridge import service as bridge
from edge_agent.clock import Clock
from edge_agent.messages import (
    Delta,
    Message,
    Query,
    Response,
    Status,
    Trace,
    decode,
    encode,
)
from edge_agent.mqtt import Link, Subscription
from edge_agent.testing.cloud.server import Server
from edge_agent.topics import Topics
from edge_agent.wire import Incoming, Outgoing
from tests.contract.seen import violations

WITHIN_S = 30.0
M = TypeVar("M", bound=Message)


@dataclass(kw_only=True)
class House:
    """What a test sees of the house: everything that crosses the broker below its root."""

    root: str
    port: int
    link: Link
    stop_agent: asyncio.Event
    stop_bridge: asyncio.Event
    agent: asyncio.Task[None] | None = None
    bridge: asyncio.Task[None] | None = None
    heard: list[Incoming] = field(default_factory=list)
    _news: asyncio.Condition = field(default_factory=asyncio.Condition)

    @property
    def topics(self) -> Topics:
        """The topics below this house's root."""
        return Topics(self.root)

    async def listen(self) -> None:
        """Write down all that is said."""
        async for message in self.link:
            message.acknowledge()
            async with self._news:
                self.heard.append(message)
                self._news.notify_all()

    async def until(self, seen: Callable[[], M | None], *, within_s: float = WITHIN_S) -> M:
        """Wait until something was said."""
        async with asyncio.timeout(within_s), self._news:
            while (found := seen()) is None:
                await self._news.wait()
            return found

    def said(self, kind: str, type_: type[M], *, where: Callable[[M], bool] = lambda _: True) -> list[M]:
        """All messages of a kind so far, the oldest first."""
        prefix = f"{self.root}/{kind}"
        mine = (m for m in self.heard if m.topic.startswith(prefix) and not m.topic.endswith("/delta"))
        return [message for message in (decode(m.payload, type_) for m in mine) if where(message)]

    def responses(self, id_: str) -> list[Response]:
        """All terminal responses to an id."""
        return self.said("response", Response, where=lambda response: response.id == id_)

    def deltas(self, id_: str) -> list[Delta]:
        """All deltas of an id."""
        found = [decode(m.payload, Delta) for m in self.heard if m.topic.endswith("/delta")]
        return [delta for delta in found if delta.id == id_]

    async def state(self, name: str, *states: str) -> Status:
        """Wait until a process says that it is in one of these states."""

        def seen() -> Status | None:
            told = [m for m in self.heard if m.topic == self.topics.status(name)]
            status = decode(told[-1].payload, Status) if told else None
            return status if status is not None and status.state in states else None

        return await self.until(seen)

    async def send(self, query: Query, device: str = "", **properties: object) -> None:
        """Publish a query."""
        await self.link.publish(
            Outgoing(topic=self.topics.query(device), payload=encode(query), **properties)  # type: ignore[arg-type]
        )

    async def response(self, id_: str, *, within_s: float = WITHIN_S) -> Response:
        """Wait for the terminal response to an id."""
        return await self.until(lambda: next(iter(self.responses(id_)), None), within_s=within_s)

    async def ask(self, prompt: str, *, within_s: float = WITHIN_S, device: str = "", **fields: object) -> Response:
        """Ask, and wait for the terminal response; there must be exactly one."""
        query = Query(prompt=prompt, id=secrets.token_hex(8), **fields)  # type: ignore[arg-type]
        await self.send(query, device)
        response = await self.response(query.id or "", within_s=within_s)
        assert len(self.responses(query.id or "")) == 1
        return response

    async def stage(self, id_: str, stage: str, state: str = "begun") -> Trace:
        """Wait until a query is in a stage."""
        topic = self.topics.trace("agent", stage)

        def seen() -> Trace | None:
            traces = (decode(m.payload, Trace) for m in self.heard if m.topic == topic)
            return next((trace for trace in traces if trace.id == id_ and trace.state == state), None)

        return await self.until(seen)


def settings(root: str, port: int, folder: Path, **given: object) -> config.Agent:
    """An agent.toml for tests, overruled by ``given``."""
    base = config.Agent(
        state_dir=str(folder / "agent"),
        mqtt=config.Mqtt(root=root, host="127.0.0.1", port=port, keepalive_s=5),
        tools=config.Tools(modules=[str(Path(__file__).with_name("some_tools.py"))], entry_points=False),
        telemetry=config.Telemetry(interval_s=0.5),
        planner=config.Planner(budget_s=8.0),
        shutdown_s=5.0,
        deadline_s=20.0,
    )
    return msgspec.structs.replace(base, **given)


@asynccontextmanager
async def open_house(
    port: int,
    folder: Path,
    *,
    cloud: Server | None = None,
    slm: Callable[[config.Agent], object] | None = None,
    root: str | None = None,
    planner: dict[str, object] | None = None,
    pinned: Literal["first", "fallback"] = "fallback",
    credentials: Mapping[str, str] = MappingProxyType({}),
    asking: config.Planner | None = None,
    link: Callable[..., Link] = Link,
    **given: object,
) -> AsyncIterator[House]:
    """Open a house on the broker at ``port``; ``cloud`` None: no bridge runs. What is said must fit the contract.

    ``planner``: the bridge's settings; ``asking``: the agent's; ``link``: what the agent connects with.
    """
    root = root or f"t-{secrets.token_hex(6)}"
    mqtt = config.Mqtt(root=root, host="127.0.0.1", port=port, keepalive_s=5)
    observer = Link(
        mqtt,
        identifier=f"observer-{secrets.token_hex(6)}",
        subscriptions=[Subscription(topic=f"{root}/#", retained=True)],
    )
    house = House(root=root, port=port, link=observer, stop_agent=asyncio.Event(), stop_bridge=asyncio.Event())
    async with AsyncExitStack() as opened:
        await opened.enter_async_context(observer)
        await observer.connected.wait()
        tasks = await opened.enter_async_context(asyncio.TaskGroup())
        listening = tasks.create_task(house.listen())
        opened.callback(listening.cancel)
        if cloud is not None:
            await opened.enter_async_context(cloud)
            house.bridge = tasks.create_task(
                serve_bridge(house, mqtt, folder, cloud.base_url, planner or {}, credentials=credentials)
            )
            opened.callback(house.stop_bridge.set)
            await house.state("bridge", "online")
        asking = asking or config.Planner(budget_s=8.0, pinned=pinned)
        made = settings(root, port, folder, planner=asking, **given)
        house.agent = tasks.create_task(serve_agent(house, made, slm, credentials=credentials, link=link))
        opened.callback(house.stop_agent.set)
        await house.state("agent", "online", "degraded")
        yield house
        house.stop_agent.set()
        house.stop_bridge.set()
        await asyncio.wait([task for task in (house.agent, house.bridge) if task is not None])
        broken = violations(house.heard, root)
        assert not broken, f"not as the contract says: {broken}"


async def serve_agent(
    house: House,
    made: config.Agent,
    slm: Callable[[config.Agent], object] | None,
    *,
    credentials: Mapping[str, str] = MappingProxyType({}),
    link: Callable[..., Link] = Link,
) -> None:
    """Run an agent in this process."""
    await agent.serve(
        made,
        stop=house.stop_agent,
        clock=Clock(),
        credential=credentials.get,
        slm=slm(made) if slm is not None else None,  # type: ignore[arg-type]
        link=link,
    )


async def serve_bridge(
    house: House,
    mqtt: config.Mqtt,
    folder: Path,
    base_url: str,
    planner: dict[str, object],
    *,
    credentials: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """Run a bridge in this process."""
    made = config.Bridge(
        state_dir=str(folder / "bridge"),
        shutdown_s=0.2,
        mqtt=mqtt,
        planner=config.CloudPlanner(model="scripted", base_url=base_url, profile="plain", **planner),  # type: ignore[arg-type]
    )
    known = {"api_key": "not-a-real-key", **credentials}
    await bridge.serve(made, credential=known.get, clock=Clock(), stop=house.stop_bridge)
