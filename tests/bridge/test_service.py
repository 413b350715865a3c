"""The whole way: CloudPlanner ↔ broker ↔ bridge ↔ HTTP endpoint, all real but the cloud."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import msgspec
import pytest

from edge_agent import config
from edge_agent.bridge.body import http_body
from edge_agent.bridge.desk import WAITING_ROOM
from edge_agent.bridge.service import serve
from edge_agent.clock import Clock
from edge_agent.errors import PlannerFailed
from edge_agent.messages import Plan, PlanBody, PlanFailure, PlanRequest, Status, ToolSignature, encode
from edge_agent.mqtt import Link, Subscription
from edge_agent.planning.cloud import CloudPlanner
from edge_agent.signing import Signing
from edge_agent.testing.cloud import Cloud, StandIn
from edge_agent.testing.cloud.server import Server
from edge_agent.topics import Topics
from edge_agent.wire import Incoming, Outgoing
from tests.bridge.samples import leaving, note, planner, request

GOOD = Cloud.plan("sales_by_product", {"quarter": "Q2"})
KEY = "sk-never-to-be-seen-4711"


@dataclass(kw_only=True)
class Site:
    """A root of its own on the shared broker, with a client that stands where the agent would."""

    mqtt: config.Mqtt
    topics: Topics
    link: Link
    came: list[Incoming] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def answers(self) -> list[Plan | PlanFailure]:
        return [
            msgspec.json.decode(each.payload, type=Plan | PlanFailure)
            for each in self.came
            if each.topic == self.topics.plan_response("agent")
        ]

    def statuses(self) -> list[Status]:
        return [msgspec.json.decode(each.payload, type=Status) for each in self.came if "/status/" in each.topic]

    async def until(self, true: Callable[[], Any], within_s: float = 10.0) -> Any:
        async with asyncio.timeout(within_s):
            while not (value := true()):
                self.news.clear()
                await self.news.wait()
        return value

    async def online(self) -> None:
        await self.until(lambda: [status for status in self.statuses()[-1:] if status.state == "online"])

    async def send(self, payload: PlanRequest | bytes, *, correlation: bytes | None = None, **more: Any) -> None:
        await self.link.publish(
            Outgoing(
                topic=self.topics.plan_request("agent"),
                payload=payload if isinstance(payload, bytes) else encode(payload),
                correlation=correlation,
                **more,
            )
        )


@pytest.fixture
async def site(broker_port: int) -> AsyncIterator[Site]:
    mqtt = config.Mqtt(host="127.0.0.1", port=broker_port, root=f"t-{uuid4().hex[:12]}")
    topics = Topics(mqtt.root)
    wanted = [
        Subscription(topic=f"{mqtt.root}/{each}", retained=True) for each in ("plan/response/#", "status/#", "egress/#")
    ]
    link = Link(mqtt, identifier=uuid4().hex, subscriptions=wanted, session=False)
    made = Site(mqtt=mqtt, topics=topics, link=link)

    async def listen() -> None:
        async for message in link:
            message.acknowledge()
            made.came.append(message)
            made.news.set()

    async with link:
        listening = asyncio.create_task(listen())
        async with asyncio.timeout(10):
            await link.connected.wait()
        yield made
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)


@asynccontextmanager
async def bridge(
    site: Site, cloud: Server | None, state: Path, *, circuit: config.Circuit | None = None, **changes: Any
) -> AsyncIterator[asyncio.Event]:
    settings = config.Bridge(
        state_dir=str(state),
        mqtt=site.mqtt,
        planner=planner(**{"base_url": cloud.base_url if cloud else "http://127.0.0.1:9/v1", "retries": 0, **changes}),
        circuit=circuit or config.Circuit(),
        shutdown_s=2.0,
    )
    stop = asyncio.Event()
    running = asyncio.create_task(
        serve(settings, credential={"api_key": KEY}.get, clock=Clock(), stop=stop), name="bridge"
    )
    try:
        await site.online()
        yield stop
    finally:
        stop.set()
        async with asyncio.timeout(10):
            await running


def agents_planner(site: Site) -> CloudPlanner:
    return CloudPlanner(
        publish=site.link.publish,
        topics=site.topics,
        agent="agent",
        clock=Clock(),
        budget_s=10,
        note=note(site.link.publish, site.topics),
        signing=Signing(),
    )


async def test_a_question_is_planned_through_broker_bridge_and_cloud(
    site: Site, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    made = agents_planner(site)

    async def pass_on() -> None:
        message = await site.until(lambda: [each for each in site.came if "plan/response" in each.topic])
        made.receive(message[0].payload)

    async with StandIn() as cloud, bridge(site, cloud, tmp_path):
        passing = asyncio.create_task(pass_on())
        deadline = asyncio.get_running_loop().time() + 10
        plan = await made.plan(leaving("What did products sell in Q2?"), key=("kiosk", "7"), deadline=deadline)
        await passing
        [call] = plan.calls
        assert (call.tool, call.arguments) == ("sales_by_product", {"quarter": "Q2"})
        told = msgspec.json.decode(
            next(each.payload for each in site.came if "/egress/" in each.topic), type=dict[str, Any]
        )
        sent = http_body(msgspec.json.decode(told["body"], type=PlanBody), planner(base_url=cloud.base_url))
        assert [each.body for each in cloud.received] == [sent]
        assert b"kiosk" not in sent
    said = "\n".join(f"{record.getMessage()} {record.__dict__}" for record in caplog.records)
    assert "request_answered" in said
    assert KEY not in said
    assert "What did products" not in said


async def test_the_same_id_twice_is_planned_once_and_answered_to_each(site: Site, tmp_path: Path) -> None:
    async with Cloud(GOOD) as cloud, bridge(site, cloud, tmp_path):
        cloud.may_answer.clear()
        await site.send(request("q1"), correlation=b"one")
        await cloud.until(1)
        await site.send(request("q1"), correlation=b"two")
        await site.send(request("q2"), correlation=b"three")
        await cloud.until(2)
        cloud.may_answer.set()
        await site.until(lambda: len(site.answers()) == 2)
        await site.send(request("q1"), correlation=b"four")
        await site.until(lambda: len(site.answers()) == 3)
        assert len(cloud.received) == 2
    by_correlation = {each.correlation: each.payload for each in site.came if "plan/response" in each.topic}
    assert set(by_correlation) == {b"two", b"three", b"four"}
    assert by_correlation[b"two"] == by_correlation[b"four"]


async def test_a_response_topic_of_the_request_is_ignored(site: Site, tmp_path: Path) -> None:
    async with Cloud(GOOD) as cloud, bridge(site, cloud, tmp_path):
        await site.send(request("q1"), response_topic=f"{site.mqtt.root}/status/evil")
        await site.until(site.answers)
    assert not [each for each in site.came if each.topic.endswith("/evil")]


async def test_garbage_is_left_and_the_bridge_goes_on(site: Site, tmp_path: Path) -> None:
    async with Cloud(GOOD) as cloud, bridge(site, cloud, tmp_path, profile="openai"):
        for garbage in (b"", b"\xff\xfe", b"[" * 5000, b"{}", b'{"id": "a/b", "deadline_s": 1, "body": {}}'):
            await site.send(garbage)
        odd = ToolSignature(name="odd", description="", parameters={"properties": 5, "required": 7})
        await site.send(PlanRequest(id="odd", deadline_s=5, body=PlanBody(prompt="x", tools=[odd], today="t")))
        await site.until(site.answers)
        await site.send(request("retained"), retain=True)
        await site.send(request("good"))
        await site.until(lambda: len(site.answers()) == 2)
        await site.send(b"", retain=True)
    assert [answer.id for answer in site.answers()] == ["odd", "good"]


@pytest.mark.parametrize("inside", [(), ("tools", 0)])
async def test_a_body_with_a_key_that_may_not_leave_is_refused_and_costs_nothing(
    site: Site, tmp_path: Path, inside: tuple[str | int, ...]
) -> None:
    fields: Any = msgspec.to_builtins(request("q1"))
    target = fields["body"]
    for step in inside:
        target = target[step]
    target["device"] = "kiosk-1"
    async with Cloud(GOOD) as cloud, bridge(site, cloud, tmp_path):
        await site.send(msgspec.json.encode(fields))
        [refused] = await site.until(site.answers)
        assert isinstance(refused, PlanFailure)
        assert (refused.id, refused.code, refused.sent) == ("q1", "refused", [])
        await site.send(msgspec.json.encode({**msgspec.to_builtins(request("q2")), "more": 1}))
        await site.until(lambda: len(site.answers()) == 2)
        assert len(cloud.received) == 1, "an unknown field of the envelope is tolerated, and doesn't leave"


async def test_the_answer_comes_within_the_deadline_of_the_request(site: Site, tmp_path: Path) -> None:
    async with Cloud(None) as cloud, bridge(site, cloud, tmp_path):
        begun = asyncio.get_running_loop().time()
        await site.send(request("q1", deadline_s=2.5))
        [answer] = await site.until(site.answers)
        assert asyncio.get_running_loop().time() - begun < 2.5
    assert isinstance(answer, PlanFailure)
    assert answer.code == "timed_out"
    assert len(answer.sent) == 1


async def test_a_request_that_waits_for_its_turn_ends_at_its_deadline_too(site: Site, tmp_path: Path) -> None:
    async with Cloud(GOOD) as cloud, bridge(site, cloud, tmp_path, concurrency=1):
        cloud.may_answer.clear()
        await site.send(request("first", deadline_s=30))
        await cloud.until(1)
        await site.send(request("second", deadline_s=0.3))
        [answer] = await site.until(site.answers)
        assert (answer.id, getattr(answer, "code", None), answer.sent) == ("second", "timed_out", [])
        cloud.may_answer.set()


async def test_beyond_the_waiting_room_a_request_is_refused_at_once_and_may_come_again(
    site: Site, tmp_path: Path
) -> None:
    async with Cloud(GOOD) as cloud, bridge(site, cloud, tmp_path, concurrency=1):
        cloud.may_answer.clear()
        for number in range(WAITING_ROOM + 2):
            await site.send(request(f"q{number}", deadline_s=30))
        [refused] = await site.until(site.answers)
        assert (refused.id, getattr(refused, "code", None)) == (f"q{WAITING_ROOM + 1}", "rate_limited")
        cloud.may_answer.set()
        await site.until(lambda: len(site.answers()) == WAITING_ROOM + 2)
        await site.send(request(refused.id))
        await site.until(lambda: len(site.answers()) == WAITING_ROOM + 3)
    assert isinstance(site.answers()[-1], Plan)


async def test_after_failures_in_a_row_nothing_is_sent_and_the_status_says_so(site: Site, tmp_path: Path) -> None:
    circuit = config.Circuit(failures=2, open_s=60)
    async with Cloud(Cloud.fails(500)) as cloud, bridge(site, cloud, tmp_path, circuit=circuit):
        for number in range(3):
            await site.send(request(f"q{number}"))
            await site.until(lambda number=number: len(site.answers()) == number + 1)  # type: ignore[misc]
        assert len(cloud.received) == 2
        await site.until(lambda: site.statuses()[-1].circuit == "open")
        assert (site.statuses()[-1].state, site.statuses()[-1].reason) == ("degraded", "circuit_open")
    last = site.answers()[-1]
    assert isinstance(last, PlanFailure)
    assert (last.code, last.sent) == ("unreachable", [])
    assert last.retry_after_s is not None
    assert 50 < last.retry_after_s <= 60


async def test_a_spent_budget_refuses_also_after_a_restart(site: Site, tmp_path: Path) -> None:
    async with Cloud(GOOD) as cloud:
        async with bridge(site, cloud, tmp_path, tokens_per_day=1):
            await site.send(request("q1"))
            await site.until(lambda: len(site.answers()) == 1)
            await site.until(lambda: site.statuses()[-1].budget_left == 0)
        await site.until(lambda: site.statuses()[-1].state == "offline")
        settings = config.Bridge(
            state_dir=str(tmp_path), mqtt=site.mqtt, planner=planner(base_url=cloud.base_url, tokens_per_day=1)
        )
        stop = asyncio.Event()
        again = asyncio.create_task(serve(settings, credential=lambda _: None, clock=Clock(), stop=stop))
        await site.until(lambda: site.statuses()[-1].reason == "budget_spent")
        await site.send(request("q2"))
        await site.until(lambda: len(site.answers()) == 2)
        stop.set()
        await again
        assert len(cloud.received) == 1
    refused = site.answers()[-1]
    assert isinstance(refused, PlanFailure)
    assert refused.code == "budget_spent"


async def test_a_refused_key_degrades_the_status_until_it_works_again(site: Site, tmp_path: Path) -> None:
    async with Cloud(Cloud.fails(401, f"bad key {KEY}"), GOOD) as cloud, bridge(site, cloud, tmp_path):
        await site.send(request("q1"))
        await site.until(lambda: site.statuses()[-1].reason == "unauthorized")
        await site.send(request("q2"))
        await site.until(lambda: site.statuses()[-1].state == "online")
    assert not [each for each in site.came if KEY.encode() in each.payload]


async def test_the_status_is_retained_and_says_offline_in_the_end(site: Site, tmp_path: Path) -> None:
    async with Cloud(GOOD) as cloud, bridge(site, cloud, tmp_path):
        status = site.statuses()[-1]
        assert (status.role, status.state, status.circuit, status.model) == ("bridge", "online", "closed", "some-model")
        assert status.version
        assert status.since
    await site.until(lambda: site.statuses()[-1].state == "offline")
    assert site.statuses()[-1].instance == status.instance


async def test_stopping_lets_a_running_request_finish(site: Site, tmp_path: Path) -> None:
    async with Cloud(GOOD) as cloud, bridge(site, cloud, tmp_path) as stop:
        cloud.may_answer.clear()
        await site.send(request("q1"))
        await cloud.until(1)
        stop.set()
        cloud.may_answer.set()
        [answer] = await site.until(site.answers)
    assert isinstance(answer, Plan)


async def test_the_agent_is_told_that_the_cloud_cannot_be_reached(site: Site, tmp_path: Path) -> None:
    made = agents_planner(site)

    async def pass_on() -> None:
        message = await site.until(lambda: [each for each in site.came if "plan/response" in each.topic])
        made.receive(message[0].payload)

    async with bridge(site, None, tmp_path):
        passing = asyncio.create_task(pass_on())
        deadline = asyncio.get_running_loop().time() + 10
        with pytest.raises(PlannerFailed) as caught:
            await made.plan(leaving("What sold?"), key=("", "1"), deadline=deadline)
        await passing
    assert caught.value.code == "unreachable"
