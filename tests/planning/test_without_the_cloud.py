"""The whole way with pinned plans: the bridge away, the cloud's plan refused, pinned first; and back again."""

from __future__ import annotations

import asyncio
import secrets
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient

from edge_agent import config
from edge_agent.testing.cloud.scripted import Cloud
from tests.whole.house import open_house, serve_bridge
from tests.whole.plans import ORDER, QUESTION, instant, plan

PLANS = [
    config.PlanTable(
        match=["What is the status of order {order}?"],
        calls=[config.PlanCall(tool="order_status", arguments={"order": "{order}"})],
    ),
    config.PlanTable(
        match=["List {number} cells"], calls=[config.PlanCall(tool="cells", arguments={"number": "{number}"})]
    ),
]


async def test_a_pinned_question_is_answered_while_the_bridge_is_away(broker_port: int, tmp_path: Path) -> None:
    async with open_house(broker_port, tmp_path, plan=PLANS) as house:
        status = await house.state("agent", "degraded")
        assert "bridge" in (status.reason or "")
        response = await house.ask("what is the status of order ORD-1042?")
        assert (response.status, response.route) == ("ok", "edge"), response
        assert "shipped" in (response.answer or "")
        assert response.route_reason == "pinned plan 1; the bridge to the cloud is offline"
        response = await house.ask("list 3 CELLS!")
        assert [source.records for source in response.sources] == [3]


async def test_another_question_is_refused_with_what_can_be_asked(broker_port: int, tmp_path: Path) -> None:
    async with open_house(broker_port, tmp_path, plan=PLANS) as house:
        response = await house.ask("What is the status of the weather?")
        assert response.error is not None
        assert response.error.code == "plan_unavailable"
        assert "the bridge to the cloud is offline" in response.error.message
        assert "What is the status of order {order}; List {number} cells" in response.error.message
        narrowed = await house.ask(QUESTION, tools=["cells"])
        assert narrowed.error is not None
        assert "List {number} cells" in narrowed.error.message
        assert "status of order" not in narrowed.error.message


async def test_the_cloud_comes_first_and_its_refused_plan_is_replaced(broker_port: int, tmp_path: Path) -> None:
    cloud = Cloud(ORDER, plan(("no_such_tool", {})))
    async with open_house(broker_port, tmp_path, cloud=cloud, plan=PLANS) as house:
        assert (await house.ask(QUESTION)).route == "federated"
        response = await house.ask(QUESTION)
        assert (response.route, response.route_reason) == ("edge", "pinned plan 1; the cloud's plan was not valid")


@pytest.mark.parametrize("question", [QUESTION, "Which order is it?"])
async def test_pinned_first_asks_the_cloud_only_what_is_not_pinned(
    broker_port: int, tmp_path: Path, question: str
) -> None:
    cloud = Cloud(ORDER)
    async with open_house(broker_port, tmp_path, cloud=cloud, plan=PLANS, pinned="first") as house:
        response = await house.ask(question)
        assert response.status == "ok", response
        assert response.route == ("edge" if question == QUESTION else "federated")
        assert len(cloud.received) == (question != QUESTION)


async def test_the_bridge_comes_back_without_a_restart(broker_port: int, tmp_path: Path) -> None:
    async with open_house(broker_port, tmp_path, plan=PLANS) as house, Cloud(ORDER) as cloud:
        assert (await house.ask(QUESTION)).route == "edge"
        mqtt = config.Mqtt(root=house.root, host="127.0.0.1", port=house.port, keepalive_s=5)
        bridge = asyncio.create_task(serve_bridge(house, mqtt, tmp_path, cloud.base_url, {}))
        await house.state("agent", "online")
        assert (await house.ask(QUESTION)).route == "federated"
        house.stop_bridge.set()
        await bridge


async def test_a_cloud_that_hangs_leaves_time_for_a_pinned_plan(broker_port: int, tmp_path: Path) -> None:
    async with open_house(broker_port, tmp_path, cloud=Cloud(None), plan=PLANS) as house:
        response = await house.ask(QUESTION, deadline_s=3.0)
        assert (response.status, response.route) == ("ok", "edge"), response
        assert response.route_reason == "pinned plan 1; the cloud planner didn't answer in time"


async def test_the_operators_own_answer_is_given_without_a_model(
    broker_port: int, mongo_uri: str, tmp_path: Path
) -> None:
    name = f"test_{secrets.token_hex(8)}"
    with MongoClient[dict[str, Any]](mongo_uri) as client:
        client[name]["orders"].insert_many([{"order": "SO-1", "late": 9}, {"order": "SO-2", "late": 1200}])
        late = config.FindTool(
            name="late_orders",
            description="Late orders.",
            source="shop",
            collection="orders",
            fields=["order", config.FieldTable(name="late", unit="days")],
            sort=["-late"],
            answer="{count} orders are late; the oldest is {first.order}: {first.late}.",
        )
        plans = [config.PlanTable(match=["Which orders are late?"], calls=[config.PlanCall(tool="late_orders")])]
        source = config.Source(name="shop", database=name, uri=mongo_uri, collections=["orders"])
        async with open_house(broker_port, tmp_path, slm=instant, source=[source], tool=[late], plan=plans) as house:
            response = await house.ask("Which orders are late?")
        client.drop_database(name)
    assert response.answer == "2 orders are late; the oldest is SO-2: 1,200 days."
    assert (response.model, response.route, response.grounded) == ("template", "edge", True)
