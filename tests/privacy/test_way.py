"""Redaction on the real way: placeholders leave, the tools get the values, and known values come from MongoDB."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from pymongo import MongoClient

from edge_agent import config
from edge_agent.clock import Clock
from edge_agent.errors import ConfigError
from edge_agent.messages import Egress, Status
from edge_agent.offer import check_offer
from edge_agent.testing.cloud.scripted import Cloud
from edge_agent.testing.processes import free_port
from tests.privacy import order_tools
from tests.whole.house import House, open_house
from tests.whole.plans import instant, plan

TOOLS = config.Tools(modules=[order_tools.__file__], entry_points=False)
ORDER = plan(("order_status", {"order": "<ORDER_1>"}))
QUESTION = "What is the status of order ORD-1042 for Ottla Brandt-Quince?"
TEMPLATE = "What is the status of order <ORDER_1> for <NAME_1>?"


def left(house: House) -> list[str]:
    """The questions that left, as they left."""
    return [msgspec.json.decode(each.body)["prompt"] for each in house.said("egress", Egress)]


async def test_a_placeholder_leaves_and_the_tool_gets_the_value(broker_port: int, tmp_path: Path) -> None:
    cloud = Cloud(ORDER)
    async with open_house(broker_port, tmp_path, cloud=cloud, slm=instant, tools=TOOLS) as house:
        response = await house.ask(QUESTION, facts=True)
        assert "shipped" in (response.answer or "")
        assert left(house) == [TEMPLATE]
    [received] = cloud.received
    assert TEMPLATE.encode() in received.body
    assert not [word for word in (b"1042", b"Ottla", b"Brandt", b"Quince") if word in received.body]


@pytest.mark.parametrize(
    ("argument", "ok"),
    [
        ("order_1", True),
        ("< Order_1 >", True),
        ("[ORDER_1]", True),
        ("<ORDER_2>", False),
        ("<ORDER_1", True),
        ("<ORDER>", False),
    ],
)
async def test_a_mangled_placeholder_is_forgiven_and_an_unknown_one_refused(
    broker_port: int, tmp_path: Path, argument: str, ok: bool
) -> None:
    cloud = Cloud(plan(("order_status", {"order": argument})))
    async with open_house(broker_port, tmp_path, cloud=cloud, slm=instant, tools=TOOLS) as house:
        response = await house.ask("What is the status of order ORD-1042?")
    assert (response.error.code if response.error else "ok") == ("ok" if ok else "plan_rejected")
    assert len(cloud.received) == (1 if ok else 2), "a refused plan is repaired once"
    assert all(b"1042" not in each.body for each in cloud.received)


async def test_the_levels_on_the_way(broker_port: int, tmp_path: Path) -> None:
    asked = f"{QUESTION} Please reply to ottla@example.org"
    expected = {
        "off": asked,
        "standard": f"{QUESTION} Please reply to <EMAIL_1>",
        "strict": f"{TEMPLATE} Please reply to <EMAIL_1>",
    }
    for level, template in expected.items():
        privacy = config.Privacy(level=level)  # type: ignore[arg-type]
        cloud = Cloud(plan(("order_status", {"order": "<ORDER_1>" if level == "strict" else "ORD-1042"})))
        async with open_house(
            broker_port, tmp_path / level, cloud=cloud, slm=instant, tools=TOOLS, privacy=privacy
        ) as house:
            assert "shipped" in ((await house.ask(asked)).answer or "")
            assert left(house) == [template]
    closed = config.Privacy(level="closed", vocabulary=["courier"])
    async with open_house(
        broker_port, tmp_path / "closed", cloud=Cloud(ORDER), slm=instant, tools=TOOLS, privacy=closed
    ) as house:
        await house.ask("Please ask the courier and the cancer ward: status of order ORD-1042?")
        [told] = house.said("egress", Egress)
        assert "courier" in told.body
        assert "cancer" not in left(house)[0]
        assert told.bits is not None
        assert told.bits > 0


def source(uri: str, database: str) -> config.Source:
    return config.Source(
        name="people", uri=uri, database=database, collections=["people"], sensitive=["people.name", "people.home"]
    )


@pytest.fixture
def people(mongo_uri: str) -> Any:
    """A collection of persons: everyday words in lower case, which default-deny alone would let pass."""
    name = f"way_{secrets.token_hex(4)}"
    with MongoClient[dict[str, Any]](mongo_uri) as client:
        client[name].people.insert_one({"_id": 1, "name": "rose mark", "home": {"street": "hope hill", "number": 7}})
        yield client[name].people
        client.drop_database(name)


async def until_left(house: House, prompt: str, right: Callable[[str], bool]) -> None:
    """Ask until what leaves is right: a change takes a moment to be known."""
    async with asyncio.timeout(20):
        while True:
            await house.ask(prompt)
            if right(left(house)[-1]):
                return


async def test_known_values_come_from_the_database_and_follow_it(
    broker_port: int, mongo_uri: str, tmp_path: Path, people: Any
) -> None:
    cloud = Cloud(ORDER)
    sources = [source(mongo_uri, people.database.name)]
    async with open_house(broker_port, tmp_path, cloud=cloud, slm=instant, tools=TOOLS, source=sources) as house:
        await house.ask("Tell rose mark of hope hill the status of order ORD-1042")
        assert left(house)[-1] == "Tell <WORD_1> of <WORD_2> the status of order <ORDER_1>"
        await house.ask("Tell green field the status of order ORD-1042")
        assert "green field" in left(house)[-1], "nobody knows that this is a person"
        await asyncio.to_thread(people.insert_one, {"_id": 2, "name": "green field"})
        await until_left(house, "Tell green field the status of order ORD-1042", lambda text: "green" not in text)
        await asyncio.to_thread(people.delete_one, {"_id": 2})
        await until_left(house, "Tell green field the status of order ORD-1042", lambda text: "green" in text)
    stored = b"".join(file.read_bytes() for file in (tmp_path / "agent" / "known").iterdir())
    assert not [word for word in (b"rose", b"mark", b"green", b"hope") if word in stored], "it holds no value"


async def test_where_known_values_can_not_be_read_nothing_leaves(broker_port: int, tmp_path: Path) -> None:
    cloud = Cloud(ORDER)
    nobody = [source(f"mongodb://127.0.0.1:{free_port()}/", "gone")]
    async with open_house(broker_port, tmp_path, cloud=cloud, slm=instant, tools=TOOLS, source=nobody) as house:
        refused = await house.ask("Tell rose mark the status of order ORD-1042")
        assert refused.error is not None
        assert refused.error.code == "plan_unavailable"
        assert "could not be read" in refused.error.message
        await house.until(lambda: next(iter(_unread(house)), None))
    assert not cloud.received


def _unread(house: House) -> list[Status]:
    return house.said("status/agent", Status, where=lambda status: "known values" in (status.parts or {}))


async def test_a_field_outside_the_source_is_named_at_the_start(tmp_path: Path) -> None:
    table = msgspec.structs.replace(source("mongodb://127.0.0.1:1/", "x"), sensitive=["persons.name"])
    with pytest.raises(ConfigError, match=r'sensitive: "persons.name" begins with no collection'):
        check_offer(config.Agent(source=[table]), Clock())
