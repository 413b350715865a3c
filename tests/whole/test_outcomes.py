"""The whole way: each thing that may happen to a query ends in exactly one terminal response with its code."""

from __future__ import annotations

from pathlib import Path

import pytest

from edge_agent.testing.cloud.scripted import Cloud
from edge_agent.testing.cloud.server import Reply
from tests.whole import some_tools
from tests.whole.house import open_house
from tests.whole.plans import ORDER, QUESTION, instant, plan


async def test_a_question_is_planned_run_worded_and_answered(broker_port: int, tmp_path: Path) -> None:
    async with open_house(broker_port, tmp_path, cloud=Cloud(ORDER), slm=instant) as house:
        response = await house.ask(QUESTION, facts=True)
        assert response.status == "ok", response
        assert "shipped" in (response.answer or "")
        assert (response.route, response.model, response.grounded) == ("federated", "instant-stand-in", True)
        assert [(source.tool, source.status, source.records) for source in response.sources] == [
            ("order_status", "ok", 1)
        ]
        assert response.facts is not None
        assert response.facts[0].records == [{"order": "ORD-1042", "status": "shipped"}]


async def test_two_tools_run_at_the_same_time(broker_port: int, tmp_path: Path) -> None:
    for event in some_tools.BEGUN.values():
        event.clear()
    async with open_house(broker_port, tmp_path, cloud=Cloud(plan(("left", {}), ("right", {})))) as house:
        response = await house.ask("Do they meet?")
        assert [source.status for source in response.sources] == ["ok", "ok"], response


async def test_a_tool_that_fails_is_named_and_the_others_answer(broker_port: int, tmp_path: Path) -> None:
    both = plan(("order_status", {"order": "ORD-1042"}), ("breaks", {}))
    async with open_house(broker_port, tmp_path, cloud=Cloud(both)) as house:
        response = await house.ask(QUESTION)
        assert response.status == "ok"
        assert "shipped" in (response.answer or "")
        assert "breaks" in (response.answer or "")
        assert {source.tool: source.status for source in response.sources} == {"order_status": "ok", "breaks": "failed"}
        assert all(b"1234" not in message.payload for message in house.heard)  # the tool's own words stay here


async def test_a_tool_that_hangs_is_timed_out_and_the_others_answer(broker_port: int, tmp_path: Path) -> None:
    both = plan(("order_status", {"order": "ORD-1042"}), ("hangs", {}))
    async with open_house(broker_port, tmp_path, cloud=Cloud(both)) as house:
        response = await house.ask(QUESTION)
        assert response.status == "ok"
        assert {s.tool: s.status for s in response.sources} == {"order_status": "ok", "hangs": "timed_out"}


async def test_all_tools_failed_is_an_error(broker_port: int, tmp_path: Path) -> None:
    async with open_house(broker_port, tmp_path, cloud=Cloud(plan(("breaks", {})))) as house:
        response = await house.ask("Break!")
        assert response.error is not None
        assert response.error.code == "tools_failed"


async def test_no_record_is_said_by_code(broker_port: int, tmp_path: Path) -> None:
    nobody = plan(("order_status", {"order": "ORD-9999"}))
    async with open_house(broker_port, tmp_path, cloud=Cloud(nobody), slm=instant) as house:
        response = await house.ask("What is the status of order ORD-9999?")
        assert (response.status, response.model) == ("ok", "none")
        assert "ORD-9999" in (response.answer or "")
        assert [source.status for source in response.sources] == ["empty"]


async def test_no_call_is_answered_with_what_can_be_asked(broker_port: int, tmp_path: Path) -> None:
    async with open_house(broker_port, tmp_path, cloud=Cloud(Cloud.prose()), slm=instant, planner={}) as house:
        response = await house.ask("What is the meaning of life?")
        if response.status == "ok":
            assert (response.route, response.model) == ("direct", "none")
            assert "status of an order" in (response.answer or "")
        else:
            assert response.error is not None
            assert response.error.code == "plan_unavailable"


async def test_a_plan_with_an_unknown_tool_is_repaired_once(broker_port: int, tmp_path: Path) -> None:
    cloud = Cloud(plan(("order_state", {"order": "ORD-1042"})), ORDER)
    async with open_house(broker_port, tmp_path, cloud=cloud) as house:
        response = await house.ask(QUESTION)
        assert response.status == "ok"
        assert "repaired" in (response.route_reason or "")
        assert len(cloud.received) == 2
        assert b"order_state" in cloud.received[1].body  # the plan's own violation
        assert b"shipped" not in b"".join(request.body for request in cloud.received)


@pytest.mark.parametrize(
    "bad",
    [
        plan(("order_state", {"order": "ORD-1042"})),
        plan(("order_status", {"order": "ORD-1042", "password": "x"})),
        plan(("order_status", {})),
        plan(("order_status", {"order": {"$ne": None}})),
        plan(*[("cells", {"number": number}) for number in range(20)]),
    ],
    ids=["unknown tool", "unknown argument", "missing argument", "an operator as a value", "too many calls"],
)
async def test_a_plan_that_stays_bad_is_rejected_and_nothing_runs(broker_port: int, tmp_path: Path, bad: Reply) -> None:
    cloud = Cloud(bad)
    async with open_house(broker_port, tmp_path, cloud=cloud) as house:
        response = await house.ask(QUESTION)
        assert response.error is not None
        assert response.error.code == "plan_rejected"
        assert len(cloud.received) == 2
        assert not [m for m in house.heard if m.topic == house.topics.trace("agent", "run_tools")]


async def test_without_a_bridge_no_plan_is_available_and_it_is_said_soon(broker_port: int, tmp_path: Path) -> None:
    async with open_house(broker_port, tmp_path, cloud=None) as house:
        response = await house.ask(QUESTION, deadline_s=15)
        assert response.error is not None
        assert response.error.code == "plan_unavailable"


async def test_a_cloud_that_is_busy_once_is_asked_again(broker_port: int, tmp_path: Path) -> None:
    cloud = Cloud(Cloud.limited(retry_after="0.1"), ORDER)
    async with open_house(broker_port, tmp_path, cloud=cloud) as house:
        response = await house.ask(QUESTION)
        assert response.status == "ok"
        assert len(cloud.received) == 2


@pytest.mark.parametrize(
    ("step", "planner"),
    [
        (Cloud.fails(500), {"retries": 1}),
        (Cloud.garbage(), {"retries": 0}),
        (Cloud.closes(), {"retries": 0}),
        (None, {"retries": 0, "timeout_s": 0.5}),
    ],
    ids=["500 always", "garbage", "closes", "hangs"],
)
async def test_a_cloud_that_gives_no_plan_is_said(
    broker_port: int, tmp_path: Path, step: Reply | None, planner: dict[str, object]
) -> None:
    async with open_house(broker_port, tmp_path, cloud=Cloud(step), planner=planner) as house:
        response = await house.ask(QUESTION)
        assert response.error is not None
        assert response.error.code == "plan_unavailable"
        assert response.error.stage == "plans"
