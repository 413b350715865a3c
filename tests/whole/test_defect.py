from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path

from edge_agent import config
from edge_agent.clock import Clock
from edge_agent.testing.cloud.scripted import Cloud
from edge_agent.testing.instant import InstantSlm
from edge_agent.types import Facts, Written
from tests.whole.house import open_house
from tests.whole.plans import ORDER, QUESTION


class DefectiveOnce(InstantSlm):
    """Its first draft ends in a defect that nobody foresaw."""

    drafts = 0

    async def write(self, facts: Facts, written: Written) -> AsyncGenerator[str, None]:
        self.drafts += 1
        if self.drafts == 1:
            raise ZeroDivisionError("a secret of the data")
        async for word in super().write(facts, written):
            yield word


async def test_a_defect_ends_its_own_query_as_internal_and_the_agent_goes_on(broker_port: int, tmp_path: Path) -> None:
    def slm(_: config.Agent) -> InstantSlm:
        return DefectiveOnce(zone=Clock().zone)

    async with open_house(broker_port, tmp_path, cloud=Cloud(ORDER, ORDER), slm=slm) as house:
        response = await house.ask(QUESTION)
        assert response.error is not None
        assert response.error.code == "internal"
        assert "secret" not in response.error.message
        assert "shipped" in ((await house.ask(QUESTION)).answer or "")
