from __future__ import annotations

from datetime import UTC, datetime

import pytest

from edge_agent.demo import seed
from edge_agent.demo.seed import Store

NOW = datetime(2026, 3, 9, 14, 20, tzinfo=UTC)


@pytest.fixture(scope="session")
def store() -> Store:
    return seed.build(NOW)
