"""The whole way with a real GGUF in llama.cpp: cancels, too many facts, control tokens, a killed worker."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import psutil
import pytest

from edge_agent import config
from edge_agent.clock import Clock
from edge_agent.messages import Query, Response, Status, Telemetry
from edge_agent.slm.engine import LlamaSlm
from edge_agent.testing.cloud.scripted import Cloud
from edge_agent.testing.cloud.server import Reply
from edge_agent.wire import Outgoing
from tests.whole.house import House, open_house
from tests.whole.plans import ORDER, QUESTION, plan

pytestmark = pytest.mark.slm


@asynccontextmanager
async def with_model(
    broker_port: int, tmp_path: Path, model: Path, *steps: Reply | None, **given: object
) -> AsyncIterator[tuple[House, LlamaSlm]]:
    slm = LlamaSlm(config.Slm(model=str(model), **given), zone=Clock().zone)  # type: ignore[arg-type]
    async with open_house(broker_port, tmp_path, cloud=Cloud(*steps), slm=lambda _: slm, deadline_s=60.0) as house:
        async with asyncio.timeout(60):
            await slm.ready()
        yield house, slm


def worker() -> psutil.Process:
    children = psutil.Process().children(recursive=True)
    found = [child for child in children if "spawn_main" in " ".join(child.cmdline())]
    assert len(found) == 1
    return found[0]


async def test_a_real_model_phrases_a_fact(broker_port: int, tmp_path: Path, model_path: Path) -> None:
    async with with_model(broker_port, tmp_path, model_path, ORDER) as (house, slm):
        response = await house.ask(QUESTION)
        assert response.status == "ok"
        assert "shipped" in (response.answer or "")
        assert response.model in (slm.name, "facts")
        assert response.usage is not None
        told = await house.until(
            lambda: next(iter(house.said("telemetry", Telemetry, where=lambda t: t.queries.answered == 1)), None)
        )
        assert told.slm is not None
        assert told.slm.rss_bytes > 50_000_000


async def test_facts_of_three_windows_are_cut_and_said_to_be(
    broker_port: int, tmp_path: Path, model_path: Path
) -> None:
    many = plan(("cells", {"number": 200}))
    async with with_model(broker_port, tmp_path, model_path, many, n_ctx=512, max_tokens=32) as (house, _):
        response = await house.ask("Which cells are there?")
        assert response.status == "ok"
        assert [source.records for source in response.sources] == [200]


async def test_a_control_token_in_a_record_is_never_obeyed(broker_port: int, tmp_path: Path, model_path: Path) -> None:
    async with with_model(broker_port, tmp_path, model_path, plan(("speaks", {}))) as (house, _):
        response = await house.ask("What is the status?")
        assert response.status == "ok"
        assert not (response.answer or "").startswith("All your base")


@pytest.mark.parametrize("where", ["prefill", "decode"])
async def test_a_cancel_stops_the_model(broker_port: int, tmp_path: Path, model_path: Path, where: str) -> None:
    rows = 150 if where == "prefill" else 3
    steps = [plan(("cells", {"number": rows})), ORDER]
    async with with_model(broker_port, tmp_path, model_path, *steps, n_ctx=8192, max_tokens=2000) as (house, slm):
        await house.send(Query(id="a1", prompt="Tell me all about the cells, at length", stream=True, max_tokens=2000))
        await house.stage("a1", "ground")
        await house.link.publish(Outgoing(topic=house.topics.cancel(), payload=b"a1"))
        response = await house.response("a1")
        if where == "prefill":  # thousands of tokens: it cannot be over yet
            assert response.error is not None
        # A draft that was refused before the cancel came has left the word to the facts.
        assert response.error is None or response.error.code == "cancelled"
        after: Response = await house.ask(QUESTION, within_s=30)
        assert after.status == "ok"
        assert slm.state == "ready"
        assert slm.figures.restarts == 0


async def test_a_worker_killed_mid_answer_costs_that_draft_and_nothing_more(
    broker_port: int, tmp_path: Path, model_path: Path
) -> None:
    steps = [plan(("cells", {"number": 150})), ORDER]
    async with with_model(broker_port, tmp_path, model_path, *steps, n_ctx=8192) as (house, slm):
        await house.send(Query(id="a1", prompt="Which cells are there?"))
        await house.stage("a1", "ground")
        os.kill(worker().pid, signal.SIGKILL)
        response = await house.response("a1")
        assert (response.status, response.model) == ("ok", "facts")
        assert len(house.responses("a1")) == 1
        await house.state("agent", "degraded")
        async with asyncio.timeout(30):
            while slm.state != "ready":
                slm.changed.clear()
                await slm.changed.wait()
        assert (await house.ask(QUESTION)).status == "ok"
        assert slm.figures.restarts == 1


async def test_a_model_that_cannot_be_loaded_is_said_and_the_facts_answer(broker_port: int, tmp_path: Path) -> None:
    pytest.importorskip("llama_cpp", exc_type=ImportError)
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(b"not a model")
    slm = LlamaSlm(config.Slm(model=str(broken)), zone=Clock().zone)
    async with open_house(broker_port, tmp_path, cloud=Cloud(ORDER), slm=lambda _: slm) as house:

        def failed() -> Status | None:
            told = house.said("status", Status, where=lambda status: "slm" in status.parts)
            return next((status for status in told if status.parts["slm"].state == "failed"), None)

        status = await house.until(failed)
        assert "broken.gguf" in (status.parts["slm"].reason or "")
        response = await house.ask(QUESTION)
        assert (response.status, response.model) == ("ok", "facts")
