from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from edge_agent.config import Slm
from edge_agent.slm.engine import LlamaSlm

if TYPE_CHECKING:
    from edge_agent.slm.llama import Abort, Engine

READY_WITHIN_S = 60


@pytest.fixture(scope="session")
def settings(model_path: Path) -> Slm:
    # A small window, so that facts of three windows are quickly made and cut; one thread, since ggml's threads spin
    # and two of them are slower than one as soon as anything else runs.
    # With the default profile the small model writes on and on: what is to be stopped must last.
    return Slm(model=str(model_path), n_ctx=512, max_tokens=24, threads=1, threads_batch=1, profile="default")


@pytest.fixture(scope="module")
def abort(model_path: Path) -> Abort:
    from edge_agent.slm.llama import Abort  # noqa: PLC0415 - only where the engine is installed

    return Abort()


@pytest.fixture(scope="module")
def engine(settings: Slm, abort: Abort) -> Iterator[Engine]:
    """The engine in this very process, to look at its tokens."""
    from edge_agent.slm.llama import loaded  # noqa: PLC0415 - only where the engine is installed

    with loaded(settings, abort, extra_bufts=False) as engine:
        yield engine


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def slm(settings: Slm) -> AsyncIterator[LlamaSlm]:
    """One model in its own process, shared by a module's tests."""
    async with LlamaSlm(settings, zone=UTC) as slm:
        yield slm
