"""The model in its own process, as the agent uses it."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from contextlib import aclosing
from datetime import UTC
from typing import TypeVar

import psutil
import pytest

from edge_agent.config import Slm
from edge_agent.errors import SlmFailed
from edge_agent.slm import worker
from edge_agent.slm.child import Child
from edge_agent.slm.engine import LlamaSlm
from edge_agent.slm.protocol import Ended, Event, Loaded, Open, Stop, Table, Text, Warmed, Write
from edge_agent.types import Written
from tests.slm.asking import LIST_ALL, answer, asked, cells, facts
from tests.slm.conftest import READY_WITHIN_S

pytestmark = [pytest.mark.slm, pytest.mark.asyncio(loop_scope="module")]
QUESTION = "Which cell has the highest load?"


async def ready(slm: LlamaSlm) -> LlamaSlm:
    async with asyncio.timeout(READY_WITHIN_S):
        await slm.ready()
    assert slm.state == "ready"
    return slm


async def test_an_answer_streams_and_says_what_it_took(slm: LlamaSlm) -> None:
    await ready(slm)
    async with slm.seat(asked(QUESTION)) as seat:
        text, written = await answer(seat, facts(QUESTION, *cells(3)))
    assert text.strip()
    assert written.prompt_tokens > written.completion_tokens > 0
    assert not written.truncated
    assert slm.figures.prefill_tokens_per_s > 0
    assert slm.figures.rss_bytes > 50_000_000
    assert slm.name == "SmolLM2-135M-Instruct.Q4_1" or os.environ.get("FEDLM_TEST_MODEL")


async def test_facts_of_three_windows_are_truncated(slm: LlamaSlm) -> None:
    await ready(slm)
    async with slm.seat(asked(QUESTION)) as seat:
        text, written = await answer(seat, facts(QUESTION, *cells(120)))
    assert text
    assert written.truncated
    assert written.prompt_tokens + written.completion_tokens <= 512


async def test_more_seats_than_can_be_parked_are_all_answered(slm: LlamaSlm) -> None:
    await ready(slm)

    async def one(load: int) -> str:
        question = f"What is the load of cell {load}?"
        async with slm.seat(asked(question)) as seat:
            text, _ = await answer(seat, facts(question, {"cell": str(load), "load": load}, max_tokens=16))
            return text

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one(load)) for load in range(31, 37)]
    for load, task in zip(range(31, 37), tasks, strict=True):
        assert str(load) in task.result()


async def test_closing_an_answer_stops_the_model_and_the_next_one_is_served(slm: LlamaSlm) -> None:
    await ready(slm)
    async with slm.seat(asked(LIST_ALL)) as seat:
        given = facts(LIST_ALL, *cells(15), max_tokens=200)
        async with aclosing(seat.write(given, Written())) as chunks:
            await anext(chunks)
        text, _ = await answer(seat, facts(QUESTION, *cells(2), max_tokens=4))
    assert text


async def test_a_seat_that_is_left_while_it_writes_stops_the_model(slm: LlamaSlm) -> None:
    await ready(slm)

    async def impatient() -> None:
        async with slm.seat(asked(LIST_ALL)) as seat:
            await answer(seat, facts(LIST_ALL, *cells(100), max_tokens=200))

    task = asyncio.create_task(impatient())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with slm.seat(asked(QUESTION)) as seat:
        text, _ = await answer(seat, facts(QUESTION, *cells(2), max_tokens=4))
    assert text


async def test_signals_to_the_group_do_not_end_the_model(slm: LlamaSlm) -> None:
    await ready(slm)
    before = slm.pid
    assert before is not None
    os.kill(before, signal.SIGTERM)
    os.kill(before, signal.SIGINT)
    async with slm.seat(asked(QUESTION)) as seat:
        text, _ = await answer(seat, facts(QUESTION, *cells(2), max_tokens=4))
    assert text
    assert slm.pid == before


async def test_a_model_killed_mid_answer_fails_that_draft_and_comes_back(slm: LlamaSlm) -> None:
    await ready(slm)
    restarts = slm.figures.restarts
    async with slm.seat(asked(LIST_ALL)) as seat:
        chunks = seat.write(facts(LIST_ALL, *cells(15), max_tokens=200), Written())
        assert await anext(chunks)
        assert slm.pid is not None
        os.kill(slm.pid, signal.SIGKILL)
        with pytest.raises(SlmFailed, match="SIGKILL"):
            [chunk async for chunk in chunks]
        assert slm.state == "restarting"
        with pytest.raises(SlmFailed, match="SIGKILL"):
            await answer(seat, facts(QUESTION, *cells(2)))
        await ready(slm)
        # The very same seat goes on.
        text, _ = await answer(seat, facts(QUESTION, *cells(2), max_tokens=4))
    assert text
    assert slm.figures.restarts == restarts + 1


async def test_a_model_that_hangs_is_killed_once_nobody_wants_its_answer(settings: Slm) -> None:
    async with LlamaSlm(settings, zone=UTC, stalled_s=0.2) as slm:
        await ready(slm)
        assert slm.pid is not None
        async with slm.seat(asked(LIST_ALL)) as seat:
            async with aclosing(seat.write(facts(LIST_ALL, *cells(15)), Written())) as chunks:
                await anext(chunks)
                os.kill(slm.pid, signal.SIGSTOP)
            slm.changed.clear()
            async with asyncio.timeout(READY_WITHIN_S):
                await slm.changed.wait()
            await ready(slm)
            assert (await answer(seat, facts(QUESTION, *cells(2), max_tokens=4)))[0]


def gone(process: psutil.Process) -> None:
    """Wait until it has ended. Whoever takes in orphans may leave it a zombie: dead all the same."""
    ends = time.monotonic() + 10
    while process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < ends, "the child outlived its parent"
        time.sleep(0.02)


async def test_the_model_dies_with_its_parent(settings: Slm) -> None:
    owner = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.slm.owner", settings.model, stdout=asyncio.subprocess.PIPE
    )
    assert owner.stdout is not None
    async with asyncio.timeout(READY_WITHIN_S):
        child = psutil.Process(int(await owner.stdout.readline()))
    owner.kill()
    await owner.wait()
    await asyncio.to_thread(gone, child)


T = TypeVar("T", bound=Event)


async def until(child: Child, kind: type[T]) -> tuple[T, list[Event]]:
    before: list[Event] = []
    async with asyncio.timeout(READY_WITHIN_S):
        while True:
            event = await child.event()
            assert event is not None
            if isinstance(event, kind):
                return event, before
            before.append(event)


async def test_a_stop_ends_prefill_and_decode_and_an_early_part_gives_way(settings: Slm) -> None:
    """Against the process itself, whose every event is seen."""
    rows = tuple((f"cell {n}", f"{n} %") for n in range(60))
    cell_loads = Table(title="cells", columns=("cell", "load"), rows=rows)

    def write(job: int, question: str = LIST_ALL) -> Write:
        return Write(job=job, seat=job, question=question, tables=(cell_loads,), max_tokens=120)

    async with Child(settings, worker.run, extra_bufts=True) as child:
        await until(child, Loaded)
        child.tell(write(1))
        ended, texts = await until(child, Ended)
        assert len(texts) > 60, "the control: left alone, it writes on"
        assert not ended.stopped

        child.tell(write(2))
        await until(child, Text)
        child.tell(Stop(job=2))
        ended, texts = await until(child, Ended)
        assert ended.stopped
        assert ended.completion_tokens < 60

        child.tell(write(3))
        child.tell(Stop(job=3))
        ended, texts = await until(child, Ended)
        assert (ended.stopped, ended.completion_tokens, texts) == (True, 0, [])

        child.tell(Open(seat=4, question="why " * 300))
        child.tell(write(5))
        child.tell(Stop(job=5))
        _, before = await until(child, Warmed)
        assert [event.job for event in before if isinstance(event, Ended)] in ([5], [])
