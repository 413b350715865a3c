"""The real parts of a fault run, each a process of its own that can be killed: broker, database, bridge, agent."""

from __future__ import annotations

import asyncio
import contextlib
import random
import secrets
import sys
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
from pymongo import MongoClient

from edge_agent import config
from edge_agent.messages import Status, Telemetry, decode
from edge_agent.mqtt import Link, Subscription
from edge_agent.testing.processes import Process, await_port, mongodb_stand_in, mosquitto
from tests.faults.cloud import RuleCloud
from tests.faults.configs import write_configs

STARTS_WITHIN_S = 45.0


@dataclass(kw_only=True)
class Parts:
    """The processes of one run; an observer sees when they are there."""

    folder: Path
    root: str
    port: int
    #: By which devices, agent and bridge reach the broker: its own, or a proxy's.
    device_port: int
    broker: Process
    database: Process
    mongo_port: int
    bridge: Process
    agent: Process
    cloud: RuleCloud
    statuses: dict[str, Status] = field(default_factory=dict)
    telemetry: Telemetry | None = None
    kills: Counter[str] = field(default_factory=Counter)
    _news: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def online(self, name: str, *, within_s: float = STARTS_WITHIN_S) -> None:
        """Wait until a process says that it is there. Raises ``RuntimeError`` where it has ended instead."""
        async with asyncio.timeout(within_s):
            while (status := self.statuses.get(name)) is None or status.state == "offline":
                process: Process = getattr(self, name)
                if not process.running:
                    raise RuntimeError(f"{name} has ended:\n{process.tail(40)}")
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(0.5), self._news:
                        await self._news.wait()

    async def kill(self, name: str, *, away_s: float = 0.0) -> None:
        """SIGKILL, and the same process again, after so long."""
        process: Process = getattr(self, name)
        await asyncio.to_thread(process.kill)
        self.kills[name] += 1
        self.statuses.pop(name, None)
        await asyncio.sleep(away_s)
        process.start()

    async def again(self, process: Process, port: int) -> None:
        """SIGKILL a server, start it again, and wait until it listens."""
        await asyncio.to_thread(process.kill)
        self.kills[process.name] += 1
        process.start()
        await asyncio.to_thread(await_port, process, port)

    def mortal(self, dies_at: str) -> Process:
        """An agent like ours that kills itself at a point; not started yet."""
        command = [sys.executable, "-m", "edge_agent.testing.faults", "--config", str(self.folder / "agent.toml")]
        command += ["--dies-at", dies_at]
        return Process(name="agent", command=command, log=self.folder / "mortal.log", env=self.agent.env)

    @property
    def mongo(self) -> str:
        return f"mongodb://127.0.0.1:{self.mongo_port}/"

    def ran(self) -> Counter[str]:
        """How often each side effect happened: counted in the database."""
        client: MongoClient[dict[str, Any]] = MongoClient(self.mongo, serverSelectionTimeoutMS=15_000)
        with client:
            effects = client["faults"]
            return Counter(row["item"] for name in ("tickets", "bells") for row in effects[name].find())

    def prepare(self) -> None:
        """Make the index that ``mongodb.insert`` needs."""
        client: MongoClient[dict[str, Any]] = MongoClient(self.mongo, serverSelectionTimeoutMS=15_000)
        with client:
            client["faults"]["tickets"].create_index("fedlm_key", unique=True)

    async def observe(self, link: Link) -> None:
        async for message in link:
            message.acknowledge()
            kind, _, name = message.topic.removeprefix(f"{self.root}/").partition("/")
            with contextlib.suppress(msgspec.DecodeError):
                async with self._news:
                    if kind == "status":
                        self.statuses[name] = decode(message.payload, Status)
                    elif kind == "telemetry" and "/" not in name:
                        self.telemetry = decode(message.payload, Telemetry)
                    self._news.notify_all()


def _fedlm(name: str, folder: Path, *options: str, env: Mapping[str, str]) -> Process:
    command = [sys.executable, "-m", "edge_agent", name, "--config", str(folder / f"{name}.toml"), *options]
    return Process(name=name, command=command, log=folder / f"{name}.log", env=env)


@contextlib.asynccontextmanager
async def open_parts(
    folder: Path,
    *,
    through: Callable[[int], Awaitable[int]] | None = None,
    tool_takes_s: float = 0.2,
    keep_s: float = 86_400,
    pinned: bool = False,
) -> AsyncIterator[Parts]:
    """Start them all. ``through``: gives the port by which agent and bridge reach the broker (a proxy's)."""
    broker, port = mosquitto(folder / "broker")
    database, mongo_port = mongodb_stand_in(folder / "mongo")
    environment = {
        "FAULTS_MONGO": f"mongodb://127.0.0.1:{mongo_port}/",
        "FAULTS_TOOL_TAKES_S": str(tool_takes_s),
    }
    async with AsyncExitStack() as opened:
        for process, at in ((broker, port), (database, mongo_port)):
            process.start()
            opened.callback(process.stop)
            await asyncio.to_thread(await_port, process, at)
        cloud = await opened.enter_async_context(RuleCloud())
        parts = Parts(
            folder=folder,
            root=f"f-{secrets.token_hex(4)}",
            port=port,
            device_port=port if through is None else await through(port),
            broker=broker,
            database=database,
            mongo_port=mongo_port,
            bridge=_fedlm("bridge", folder, env={"FEDLM_API_KEY": "none", "API_KEY": "none"}),
            agent=_fedlm("agent", folder, "--instant", env=environment),
            cloud=cloud,
        )
        await asyncio.to_thread(parts.prepare)
        write_configs(
            folder,
            root=parts.root,
            port=parts.device_port,
            mongo=parts.mongo,
            cloud=cloud.base_url,
            keep_s=keep_s,
            pinned=pinned,
        )
        await opened.enter_async_context(_observed(parts))
        for process in (parts.bridge, parts.agent):
            process.start()
            opened.callback(process.stop)
        try:
            await parts.online("bridge")
            await parts.online("agent")
        except TimeoutError as error:
            raise RuntimeError(f"{parts.bridge.tail()}\n{parts.agent.tail()}") from error
        yield parts


@contextlib.asynccontextmanager
async def _observed(parts: Parts) -> AsyncIterator[None]:
    settings = config.Mqtt(root=parts.root, host="127.0.0.1", port=parts.port, keepalive_s=5)
    wanted = [Subscription(topic=f"{parts.root}/{kind}/#", retained=True) for kind in ("status", "telemetry")]
    link = Link(settings, identifier=f"observer-{secrets.token_hex(6)}", subscriptions=wanted)
    async with link:
        task = asyncio.create_task(parts.observe(link), name="observer")
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def kill_agent_for_ever(parts: Parts, draw: random.Random, *, every_s: float) -> None:
    """SIGKILL at random moments, every ``every_s`` on average; one in five meets the agent while it starts."""
    while True:
        if draw.random() < 0.8:
            await parts.online("agent")
        await asyncio.sleep(draw.uniform(0, 2 * every_s))
        await parts.kill("agent")
