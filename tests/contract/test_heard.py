from __future__ import annotations

from pathlib import Path

import pytest

from edge_agent.messages import Cancel, encode
from edge_agent.wire import Outgoing
from tests.whole.house import open_house


async def say_something_else(port: int, folder: Path) -> None:
    async with open_house(port, folder) as house:
        await house.link.publish(Outgoing(topic=f"{house.root}/elsewhere", payload=encode(Cancel(id="a"))))
        await house.until(lambda: next(iter(house.said("elsewhere", Cancel)), None))


async def test_a_house_fails_its_test_where_something_is_said_that_the_contract_does_not_know(
    broker_port: int, tmp_path: Path
) -> None:
    with pytest.raises(ExceptionGroup) as failed:
        await say_something_else(broker_port, tmp_path)
    assert failed.group_contains(AssertionError, match="elsewhere: not in the table of topics")
