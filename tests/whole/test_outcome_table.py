"""The design's table "what happened → response", row by row, on the real way: broker, bridge, HTTP and database."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
from pymongo import MongoClient

from edge_agent import config
from edge_agent.clock import Clock
from edge_agent.messages import Response
from edge_agent.testing.cloud.scripted import Cloud
from edge_agent.testing.cloud.server import Reply
from edge_agent.testing.instant import InstantSlm, ScriptedSlm
from tests.whole.house import House, open_house
from tests.whole.plans import instant, plan

ORDERS = [
    {"order": "ORD-1", "status": "shipped", "note": "by truck"},
    {"order": "ORD-2", "status": "delayed"},
]


@asynccontextmanager
async def shop(
    broker_port: int, mongo_uri: str, tmp_path: Path, *steps: Reply, slm: InstantSlm | None = None
) -> AsyncIterator[House]:
    """A house whose orders lie in a database of this test."""
    database = f"t{secrets.token_hex(6)}"
    with MongoClient[dict[str, object]](mongo_uri) as client:
        client[database]["orders"].insert_many([dict(order) for order in ORDERS])
    source = config.Source(name="shop", database=database, uri=mongo_uri, collections=["orders"])
    tool = msgspec.convert(
        {
            "kind": "mongodb.find",
            "name": "find_orders",
            "description": "Orders, by their number or status.",
            "source": "shop",
            "collection": "orders",
            "filter": {"order": "{{order?}}", "status": "{{status?}}"},
            "fields": ["order", "status", "note"],
            "params": {"order": {"pattern": "^ORD-[0-9]+$"}, "status": {}},
        },
        config.FindTool,
    )
    writer = instant if slm is None else lambda _: slm
    async with open_house(
        broker_port, tmp_path, cloud=Cloud(*steps), slm=writer, source=[source], tool=[tool]
    ) as house:
        yield house


def find(**arguments: object) -> tuple[str, dict[str, object]]:
    return "find_orders", arguments


def by_code(response: Response) -> bool:
    return (response.status, response.model) == ("ok", "none")


async def test_no_call_planned_no_context(broker_port: int, mongo_uri: str, tmp_path: Path) -> None:
    async with shop(broker_port, mongo_uri, tmp_path, Cloud.says("NONE")) as house:
        response = await house.ask("What is the meaning of life?")
        assert by_code(response), response
        assert response.route == "direct"
        assert "Orders, by their number or status" in (response.answer or "")


async def test_calls_ran_no_record(broker_port: int, mongo_uri: str, tmp_path: Path) -> None:
    async with shop(broker_port, mongo_uri, tmp_path, plan(find(order="ORD-99", fields=["status"]))) as house:
        response = await house.ask("What is the status of order ORD-99?")
        assert by_code(response), response
        assert "ORD-99" in (response.answer or "")
        assert [source.status for source in response.sources] == ["empty"]


async def test_the_result_of_count_is_a_record_also_0(broker_port: int, mongo_uri: str, tmp_path: Path) -> None:
    async with shop(broker_port, mongo_uri, tmp_path, plan(find(status="lost", reduce="count"))) as house:
        response = await house.ask("How many orders are lost?")
        assert response.status == "ok"
        assert response.model != "none"
        assert [(source.status, source.records) for source in response.sources] == [("ok", 1)]
        assert "0" in (response.answer or "") or "no" in (response.answer or "").lower()


async def test_the_result_of_exists_is_a_record_also_no(broker_port: int, mongo_uri: str, tmp_path: Path) -> None:
    async with shop(broker_port, mongo_uri, tmp_path, plan(find(status="lost", reduce="exists"))) as house:
        response = await house.ask("Is there any lost order?")
        assert response.status == "ok"
        assert response.model != "none"
        assert "no" in (response.answer or "").lower()


async def test_calls_ran_none_of_the_asked_fields(broker_port: int, mongo_uri: str, tmp_path: Path) -> None:
    async with shop(broker_port, mongo_uri, tmp_path, plan(find(order="ORD-2", fields=["note"]))) as house:
        response = await house.ask("What is the note of order ORD-2?")
        assert by_code(response), response
        assert "delayed" not in (response.answer or "")  # what was not asked is not said instead


async def test_some_calls_failed(broker_port: int, mongo_uri: str, tmp_path: Path) -> None:
    both = plan(find(order="ORD-1", fields=["status"]), ("breaks", {}))
    async with shop(broker_port, mongo_uri, tmp_path, both) as house:
        response = await house.ask("What is the status of order ORD-1?")
        assert response.status == "ok"
        assert "shipped" in (response.answer or "")
        assert "breaks" in (response.answer or "")
        assert {source.tool: source.status for source in response.sources} == {"find_orders": "ok", "breaks": "failed"}


async def test_all_failed(broker_port: int, mongo_uri: str, tmp_path: Path) -> None:
    async with shop(broker_port, mongo_uri, tmp_path, plan(("breaks", {}), ("hangs", {}))) as house:
        response = await house.ask("Break!")
        assert response.error is not None
        assert response.error.code == "tools_failed"


def status_of_1() -> Reply:
    return plan(find(order="ORD-1", fields=["status"]))


async def says_the_facts(house: House, *, deadline_s: float = 20) -> None:
    response = await house.ask("What is the status of order ORD-1?", deadline_s=deadline_s)
    assert (response.status, response.model, response.grounded) == ("ok", "facts", True), response
    assert "shipped" in (response.answer or "")


async def test_draft_not_grounded(broker_port: int, mongo_uri: str, tmp_path: Path) -> None:
    slm = ScriptedSlm(lambda _: ["Order ORD-1 is delayed."], zone=Clock().zone)
    async with shop(broker_port, mongo_uri, tmp_path, status_of_1(), slm=slm) as house:
        await says_the_facts(house)


async def test_draft_too_slow_for_the_deadline(broker_port: int, mongo_uri: str, tmp_path: Path) -> None:
    slm = ScriptedSlm(lambda _: ["Order ORD-1"], zone=Clock().zone, hold=asyncio.Event())
    async with shop(broker_port, mongo_uri, tmp_path, status_of_1(), slm=slm) as house:
        await says_the_facts(house, deadline_s=2)


async def test_the_worker_died(broker_port: int, mongo_uri: str, tmp_path: Path) -> None:
    slm = ScriptedSlm(lambda _: ["Order ORD-1"], zone=Clock().zone, died=True)
    async with shop(broker_port, mongo_uri, tmp_path, status_of_1(), slm=slm) as house:
        await says_the_facts(house)
