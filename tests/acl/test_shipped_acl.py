"""The shipped broker, with TLS and logins: role × topic × read/write, each cell asserted by what is delivered."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from paho.mqtt.client import topic_matches_sub

from edge_agent import config
from edge_agent.broker_config import Broker, BrokerRole, granted, logins
from edge_agent.contract.table import TABLE, Role, Row
from edge_agent.mqtt import Link, PublishRefused, Subscription
from edge_agent.topics import Topics
from edge_agent.wire import Outgoing
from tests.acl.doors import ALL, shipped_broker

WITHIN_S = 20.0
ROLES = {"fedlm-agent": "agent", "fedlm-bridge": "bridge", "fedlm-sensors": "sensors", "fedlm-observer": "operator"}
OWN_NAME = {"fedlm-agent": "agent", "fedlm-bridge": "bridge", "fedlm-sensors": "sensors"}
#: What stands in braces: names that a login of the test has, and one that none has.
NAMES = {
    "device": ["kiosk-1", "robot-2", "nobody"],
    "agent": ["agent", "other"],
    "name": ["agent", "bridge", "sensors", "other"],
    "stage": ["plans"],
}
#: Below the response topics, where a query's Response Topic may lie: topic → the row that it belongs to.
BELOW = {
    "response/any/a/b": "response",
    "response/any/a/delta": "response/delta",
    "response/kiosk-1/window/3": "response/{device}",
    "response/kiosk-1/window/3/delta": "response/{device}/delta",
}
#: No row has them: nobody but who sees all may touch them.
STRANGE = [
    "",
    "query/kiosk-1/more",
    "plan",
    "plan/request",
    "telemetry/agent/more",
    "tools",
    "elsewhere/a",
    "response/x y",
]


@dataclass(frozen=True, kw_only=True)
class Cell:
    """A topic, its row and the names in it."""

    topic: str
    row: Row | None = None
    names: dict[str, str] = field(default_factory=dict)

    def may(self, login: str, *, write: bool) -> bool:
        """What the table says of a login: its role is named, and a name in the topic that is a login's is its own."""
        if login == "fedlm-observer" and not write:
            return True
        if login == "fedlm-agent" and write and self.topic.startswith("response/"):
            return True  # it alone answers; and nobody reads where the table has no topic
        if self.topic == "telemetry/agent/device":  # what the sensors say
            return login == "fedlm-sensors" or not write
        if write and login == "fedlm-sensors" and self.topic == "status/sensors":
            return True
        if self.row is None:
            return False
        role = ROLES.get(login, "device")
        if role not in (self.row.senders if write else self.row.readers) and (
            write or "anyone" not in self.row.readers
        ):
            return False
        if self.names.get("agent", "agent") != "agent":
            return False  # one agent a root: nobody speaks for another one, nor hears it
        if write and "name" in self.names:
            return self.names["name"] == OWN_NAME.get(login)
        return role != "device" or self.names.get("device", login) == login


def cells(*, named_only: bool) -> list[Cell]:
    made: dict[str, Cell] = {}
    rows = {row.topic: row for row in TABLE}
    for row in TABLE:
        for names in _combinations([each for each in NAMES if f"{{{each}}}" in row.topic]):
            topic = row.topic.format_map(names)
            closed = named_only and "device" in (*row.senders, *row.readers) and "device" not in names
            made[topic] = Cell(topic=topic, row=None if closed else row, names=names)
    for topic, of in BELOW.items():
        names = {"device": "kiosk-1"} if "{device}" in of else {}
        made[topic] = Cell(topic=topic, row=rows[of] if names or not named_only else None, names=names)
    for topic in [*STRANGE, "telemetry/agent/device", "telemetry/other/device"]:
        made[topic] = Cell(topic=topic)
    return list(made.values())


def _combinations(keys: Iterable[str]) -> list[dict[str, str]]:
    found: list[dict[str, str]] = [{}]
    for key in keys:
        found = [{**each, key: name} for each in found for name in NAMES[key]]
    return found


@dataclass(kw_only=True)
class Client:
    """A login at the broker. It hears all that is delivered to it, until a marker comes."""

    link: Link
    heard: set[tuple[str, bytes]] = field(default_factory=set)
    marked: asyncio.Event = field(default_factory=asyncio.Event)

    async def listen(self, marker: bytes) -> None:
        async for message in self.link:
            message.acknowledge()
            if message.payload == marker:
                self.marked.set()
            self.heard.add((message.topic, message.payload))

    async def say(self, topic: str, payload: bytes) -> bool:
        """Publish; whether the broker says that it took it."""
        try:
            await self.link.publish(Outgoing(topic=topic, payload=payload))
        except PublishRefused:
            return False
        return True


@asynccontextmanager
async def clients(broker: Broker, ca: Path, marker: bytes) -> AsyncIterator[dict[str, Client]]:
    """All logins, connected over TLS, each subscribed to everything: mosquitto grants it, and filters at delivery."""
    made: dict[str, Client] = {}
    async with AsyncExitStack() as stack:
        tasks = await stack.enter_async_context(asyncio.TaskGroup())
        for login in [*logins(broker), ALL]:
            settings = config.Mqtt(host="127.0.0.1", port=broker.port, ca_file=str(ca), username=login)
            link = Link(
                settings,
                identifier=secrets.token_hex(8),
                password=f"{login}-secret",
                session=False,
                subscriptions=[Subscription(topic="#")],
            )
            made[login] = Client(link=await stack.enter_async_context(link))
        for client in made.values():
            async with asyncio.timeout(WITHIN_S):
                await client.link.connected.wait()
            stack.callback(tasks.create_task(client.listen(marker)).cancel)
        yield made


@pytest.mark.parametrize("named_only", [False, True], ids=["shared", "named only"])
async def test_each_role_touches_what_the_table_names_and_nothing_else(tmp_path: Path, named_only: bool) -> None:
    marker = secrets.token_bytes(8)
    wrong: list[str] = []
    table = cells(named_only=named_only)
    with shipped_broker(tmp_path, named_only=named_only) as (broker, ca):
        async with clients(broker, ca, marker) as logged_in, asyncio.timeout(WITHIN_S):
            everyone = logged_in.pop(ALL)
            for login, client in logged_in.items():
                await asyncio.gather(*(client.say(f"fedlm/{cell.topic}", login.encode()) for cell in table))
            await asyncio.gather(*(everyone.say(f"fedlm/{cell.topic}", b"to all") for cell in table))
            # Each hears in the order of the broker: what was not delivered before the marker never will be.
            await everyone.say("fedlm/status/agent", marker)
            for client in (*logged_in.values(), everyone):
                await client.marked.wait()
            for login, client in logged_in.items():
                for cell in table:
                    got_through = (f"fedlm/{cell.topic}", login.encode()) in everyone.heard
                    delivered = (f"fedlm/{cell.topic}", b"to all") in client.heard
                    if got_through != cell.may(login, write=True):
                        wrong.append(f"{login} writes {cell.topic}: {got_through}")
                    if delivered != cell.may(login, write=False):
                        wrong.append(f"{login} reads {cell.topic}: {delivered}")
    assert not wrong, wrong
    assert len(table) * len(logged_in) * 2 > 400


def test_every_row_of_the_table_is_granted_to_exactly_the_roles_that_it_names() -> None:
    broker = Broker(devices=["kiosk-1"])
    roles: dict[Role, BrokerRole] = {"device": "device", "agent": "agent", "bridge": "bridge", "operator": "observer"}
    for row in TABLE:
        for role, login in roles.items():
            own = {"agent": "agent", "bridge": "bridge"}.get(role, "agent")
            topic = row.topic.format(device="kiosk-1", agent="agent", stage="plans", name=own)
            may = {
                access
                for access, granted_topic in granted(broker, login, "kiosk-1")
                if topic_matches_sub(granted_topic, topic)
            }
            reads = role == "operator" or role in row.readers or "anyone" in row.readers
            assert may == {*(["write"] if role in row.senders else []), *(["read"] if reads else [])}, (role, topic)


async def test_a_wrong_password_and_no_login_stay_outside(tmp_path: Path) -> None:
    with shipped_broker(tmp_path) as (broker, ca):
        for login, password in (("kiosk-1", "wrong"), (None, None), ("nobody", "nobody-secret")):
            settings = config.Mqtt(host="127.0.0.1", port=broker.port, ca_file=str(ca), username=login)
            link = Link(settings, identifier=secrets.token_hex(8), password=password, session=False, subscriptions=[])
            async with link:
                with pytest.raises(TimeoutError):
                    async with asyncio.timeout(1.0):
                        await link.connected.wait()


def test_where_the_agent_may_answer_is_where_the_acl_lets_it_and_the_device_reads() -> None:
    topics = Topics("fedlm")
    for topic, of in BELOW.items():
        if not of.endswith("delta"):
            assert topics.may_answer_at(f"fedlm/{topic}", "kiosk-1" if "{device}" in of else "")
