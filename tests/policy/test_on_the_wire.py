"""Policies on the whole way, with a broker and a bridge: what a device is told, and what the cloud is."""

from __future__ import annotations

from pathlib import Path

from edge_agent import config
from edge_agent.messages import Catalogue, Egress, PlanBody, Query, Response, decode
from edge_agent.testing.cloud.scripted import Cloud
from tests.whole.house import House, open_house
from tests.whole.plans import instant, plan

TOOLS = config.Tools(modules=["tests.policy.plant"], entry_points=False, effects=True)
DEVICE = [config.Device(name="kiosk-1", attributes={"site": "north"})]
POLICY = [
    config.Policy(devices=["kiosk-*"], tools=["readings"], rows={"site": "{device.site}"}),
    config.Policy(devices=["*"], shared=True, tools=["opening_hours"]),
]


def catalogue(house: House) -> set[str]:
    told = next(message for message in house.heard if message.topic == house.topics.tools("agent"))
    return {tool.name for tool in decode(told.payload, Catalogue).tools}


async def test_a_device_gets_its_own_rows_whatever_the_cloud_plans(broker_port: int, tmp_path: Path) -> None:
    cloud = Cloud(plan(("readings", {"site": "south"})))
    async with open_house(
        broker_port, tmp_path, cloud=cloud, slm=instant, tools=TOOLS, device=DEVICE, policy=POLICY
    ) as house:
        response = await house.ask("What are the readings of the south site?", device="kiosk-1", facts=True)
        [facts] = response.facts or []
        assert {record["site"] for record in facts.records} == {"north"}
        assert b"opening_hours" not in cloud.received[0].body
        assert b"salaries" not in cloud.received[0].body
        assert b'"site"' not in cloud.received[0].body.replace(b'["tag","site","machine","value"]', b"")
        assert catalogue(house) == {"opening_hours"}


async def test_what_is_forbidden_is_refused_before_anything_leaves(broker_port: int, tmp_path: Path) -> None:
    cloud = Cloud(plan(("salaries", {"site": "north"})))
    async with open_house(broker_port, tmp_path, cloud=cloud, tools=TOOLS, device=DEVICE, policy=POLICY) as house:
        for device, fields in (
            ("kiosk-1", {"tools": ["salaries"]}),
            ("", {"tools": ["readings"]}),
            ("kiosk-1", {"effects": True}),
        ):
            response = await house.ask("Tell me", device=device, **fields)
            assert response.error is not None
            assert response.error.code == "forbidden"
        assert not cloud.received
        response = await house.ask("What do people earn?", device="kiosk-1")
        assert response.error is not None
        assert response.error.code == "plan_rejected"


async def test_a_device_that_asks_too_fast_is_told_when_to_come_back_and_others_are_served(
    broker_port: int, tmp_path: Path
) -> None:
    cloud = Cloud(plan(("opening_hours", {})))
    inbox = config.Inbox(per_device_per_minute=2)
    async with open_house(broker_port, tmp_path, cloud=cloud, tools=TOOLS, inbox=inbox) as house:
        for _ in range(2):
            assert (await house.ask("When?", device="kiosk-1")).status == "ok"
        response = await house.ask("When?", device="kiosk-1")
        assert response.error is not None
        assert response.error.code == "rate_limited"
        assert 0 < (response.error.retry_after_s or 0) <= 30
        assert (await house.ask("When?", device="kiosk-2")).status == "ok"
        first = next(iter(house.said("response", Response)))
        await house.send(Query(id=first.id, prompt="When?"), "kiosk-1")  # a repeat is no new query

        def again() -> Response | None:
            return house.responses(first.id)[1] if len(house.responses(first.id)) > 1 else None

        assert (await house.until(again)).status == "ok"


async def test_the_bodies_that_leave_hold_only_what_the_device_may_use(broker_port: int, tmp_path: Path) -> None:
    cloud = Cloud(plan(("opening_hours", {})))
    async with open_house(broker_port, tmp_path, cloud=cloud, tools=TOOLS, device=DEVICE, policy=POLICY) as house:
        await house.ask("When?", device="stray")
        request = next(message for message in house.heard if "/egress/" in message.topic)
        body = decode(decode(request.payload, Egress).body.encode(), PlanBody)
        assert [tool.name for tool in body.tools] == ["opening_hours"]
