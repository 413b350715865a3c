"""The parts under fault: started once for the runs that share them."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from edge_agent.testing.faults.proxy import Proxy
from tests.faults.parts import Parts, open_parts


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def network(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[Parts, Proxy]]:
    """All parts; agent, bridge and devices reach the broker through a proxy, which behaves until it is told not to."""
    opened: list[Proxy] = []

    async def through(port: int) -> int:
        opened.append(await Proxy(port).__aenter__())
        return opened[0].port

    try:
        async with open_parts(tmp_path_factory.mktemp("faults"), through=through) as parts:
            yield parts, opened[0]
    finally:
        for proxy in opened:
            await proxy.__aexit__(None, None, None)
