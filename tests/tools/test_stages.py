"""validate and run_tools: nothing runs on a bad plan; calls run side by side, and a failure is a value."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import pytest

from edge_agent.clock import Clock
from edge_agent.errors import PlanRejected, ToolFailed
from edge_agent.privacy.real import real
from edge_agent.stages.run_tools import run_tools
from edge_agent.stages.validate import validate
from edge_agent.tools.functions import function_tool, tool
from edge_agent.types import Call, Checked, Proposed, Redacted, Result, Tool
from tests.tools.conftest import Site


def plan(*calls: tuple[str, dict[str, Any]]) -> Proposed:
    return Proposed(
        calls=tuple(Call(tool=name, arguments=arguments) for name, arguments in calls),
        route="federated",
        route_reason="cloud",
        redacted=Redacted(template="?"),
    )


def catalogue(*functions: Callable[..., Any], timeout_s: float = 5.0) -> dict[str, Tool]:
    return {each.name: each for each in (function_tool(function, timeout_s=timeout_s) for function in functions)}


async def run(tools: dict[str, Tool], *names: str, parallel: int = 8, within_s: float = 10.0) -> list[Result]:
    checked = await validate(tools, None, max_calls=20, restore=real)(plan(*((name, {}) for name in names)))
    clock = Clock()
    results = await run_tools(checked, parallel=parallel, clock=clock, deadline=clock.monotonic() + within_s)
    return list(results.results)


@tool
def look(up: str) -> str:
    """Look something up."""
    return up


@tool(effects=True)
def switch(on: bool) -> None:
    """Switch it."""


async def check(*calls: tuple[str, dict[str, Any]], **options: Any) -> Checked:
    options = {"narrow": None, "max_calls": 2} | options
    return await validate(catalogue(look, switch), options.pop("narrow"), restore=real, **options)(plan(*calls))


async def test_identical_calls_are_made_once_and_ids_are_stable() -> None:
    checked = await check(("look", {"up": "a"}), ("look", {"up": "a"}), ("look", {"up": "b"}))
    assert [(call.id, call.arguments["up"]) for call in checked.calls] == [("c1", "a"), ("c2", "b")]
    assert (checked.route, checked.route_reason) == ("federated", "cloud")


@pytest.mark.parametrize(
    ("calls", "options", "sentence"),
    [
        ([("lok", {})], {}, 'There is no tool "lok"; did you mean "look"?'),
        ([("xyz", {})], {}, 'There is no tool "xyz"; the tools are: look, switch'),
        ([("look", {"up": "a"})], {"narrow": ["switch"]}, 'There is no tool "look"; the tools are: switch'),
        ([("look", {"up": c}) for c in "abc"], {}, "The plan has 3 calls; at most 2 are allowed."),
        ([("switch", {"on": True})], {}, 'Tool "switch" changes something, which this query does not allow.'),
        (
            [("look", {}), ("switch", {"on": 5})],
            {"effects": True},
            'Tool "look": parameter "up" is required. Tool "switch": parameter "on" must be true or false.',
        ),
    ],
)
async def test_a_refusal_is_a_sentence_that_a_planner_can_mend(calls: Any, options: Any, sentence: str) -> None:
    with pytest.raises(PlanRejected) as refused:
        await check(*calls, **options)
    assert str(refused.value) == sentence
    assert refused.value.stage == "validate"


async def test_effects_pass_where_the_query_allows_them() -> None:
    assert len((await check(("switch", {"on": True}), effects=True)).calls) == 1


async def test_a_plan_without_calls_passes() -> None:
    assert (await check()).calls == ()


def waiting_for_each_other() -> dict[str, Tool]:
    left, right = asyncio.Event(), asyncio.Event()

    @tool
    async def one() -> str:
        """Wait for the other."""
        left.set()
        await right.wait()
        return "one"

    @tool
    async def other() -> str:
        """Wait for the one."""
        right.set()
        await left.wait()
        return "other"

    return catalogue(one, other, timeout_s=0.2)


async def test_two_tools_that_wait_for_each_other_both_end() -> None:
    results = await run(waiting_for_each_other(), "one", "other")
    assert [(each.status, each.records) for each in results] == [
        ("ok", ({"value": "one"},)),
        ("ok", ({"value": "other"},)),
    ]


async def test_one_after_the_other_they_would_not() -> None:
    results = await run(waiting_for_each_other(), "one", "other", parallel=1)
    assert results[0].status == "timed_out"


async def test_no_more_than_allowed_run_at_once() -> None:
    begun: list[int] = []
    running = 0

    async def step() -> None:
        nonlocal running
        running += 1
        begun.append(running)
        await asyncio.sleep(0)
        running -= 1

    def numbered(number: int) -> Callable[..., Any]:
        @tool(name=f"t{number}")
        async def each() -> None:
            """Step."""
            await step()

        return each

    tools = catalogue(*(numbered(number) for number in range(6)))
    results = await run(tools, *tools, parallel=2)
    assert [each.status for each in results] == ["empty"] * 6
    assert max(begun) == 2


async def test_a_failure_a_time_out_and_a_busy_tool_are_values_beside_an_answer() -> None:
    free = threading.Event()

    @tool
    async def fails() -> None:
        """Fail."""
        raise OSError

    @tool(timeout_s=0.05)
    def hangs() -> None:
        """Hang."""
        free.wait(30)

    @tool
    async def is_busy() -> None:
        """Be busy."""
        raise ToolFailed("all threads hang", status="busy")

    @tool
    async def works() -> int:
        """Work."""
        return 1

    results = await run(catalogue(fails, hangs, is_busy, works), "fails", "hangs", "is_busy", "works")
    free.set()
    assert [each.status for each in results] == ["failed", "timed_out", "busy", "ok"]
    assert 50 <= results[1].ms < 2000
    assert [each.call.id for each in results] == ["c1", "c2", "c3", "c4"]


async def test_calls_end_early_enough_for_an_answer(caplog: pytest.LogCaptureFixture) -> None:
    @tool
    async def hangs() -> None:
        """Hang."""
        await asyncio.Event().wait()

    begun = asyncio.get_running_loop().time()
    results = await run(catalogue(hangs), "hangs", within_s=0.5)
    assert results[0].status == "timed_out"
    assert 0.35 < asyncio.get_running_loop().time() - begun < 0.5
    (record,) = [each for each in caplog.records if each.msg == "tool_failed"]
    assert (record.__dict__["tool"], record.__dict__["status"]) == ("hangs", "timed_out")


async def test_a_cancelled_query_ends_its_calls() -> None:
    begun, ended = asyncio.Event(), asyncio.Event()

    @tool
    async def hangs() -> None:
        """Hang."""
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    task = asyncio.create_task(run(catalogue(hangs), "hangs"))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert ended.is_set()


async def test_the_database_and_a_function_answer_one_plan(site: Site) -> None:
    await site.database["readings"].insert_one({"device": "a", "value": 1})
    table = """
        [[tool]]
        name = "readings"
        kind = "mongodb.find"
        description = "Readings."
        source = "plant"
        collection = "readings"
        fields = ["device", "value"]
        filter = { device = "{{device}}" }
    """
    async with site.registry(table) as registry:
        tools = {**registry.tools, **catalogue(look)}
        calls = plan(("readings", {"device": "a"}), ("look", {"up": "x"}), ("readings", {"device": "none"}))
        checked = await validate(tools, None, max_calls=8, restore=real)(calls)
        clock = Clock()
        results = await run_tools(checked, parallel=8, clock=clock, deadline=clock.monotonic() + 10)
    assert [each.status for each in results.results] == ["ok", "ok", "empty"]
    assert results.results[0].records == ({"device": "a", "value": 1},)
