"""first(): the first candidate that stands, each refusal sent back to its source."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Collection

import pytest

from edge_agent.errors import PlannerFailed, PlanRejected, PlanUnavailable, Unfit
from edge_agent.messages import Plan, ProposedCall
from edge_agent.pipeline import first
from edge_agent.stages.plans import Source, cloud, plans
from edge_agent.types import Proposed, Redacted


async def below_ten(number: int) -> int:
    if number >= 10:
        raise PlanRejected(f"{number} is too large")
    return number


async def numbers(*given: int, heard: list[str | None]) -> AsyncGenerator[int, Unfit | None]:
    for number in given:
        refusal = yield number
        heard.append(None if refusal is None else str(refusal))


async def test_the_first_that_stands_wins_and_the_refusals_went_back() -> None:
    heard: list[str | None] = []
    assert await first(below_ten, numbers(11, 12, 3, 4, heard=heard)) == 3
    assert heard == ["11 is too large", "12 is too large"]


async def test_where_none_stands_the_last_refusal_is_the_error() -> None:
    with pytest.raises(PlanRejected, match="12"):
        await first(below_ten, numbers(11, 12, heard=[]))


async def test_where_there_is_no_candidate_no_plan_is_available() -> None:
    with pytest.raises(PlanUnavailable):
        await first(below_ten, numbers(heard=[]))


REDACTED = Redacted(template="where is my order?")


def plan(tool: str) -> Plan:
    return Plan(id="1", calls=[ProposedCall(tool=tool)])


async def only_find(proposed: Proposed) -> Proposed:
    if proposed.calls and proposed.calls[0].tool != "find":
        raise PlanRejected(f"there is no tool {proposed.calls[0].tool}; did you mean find?")
    return proposed


class Cloud:
    def __init__(self, *answers: Plan | PlannerFailed) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[str, str | None]] = []

    async def __call__(self, template: str, issued: Collection[str], violation: str | None) -> Plan:
        self.asked.append((template, violation))
        answer = self.answers.pop(0)
        if isinstance(answer, PlannerFailed):
            raise answer
        return answer

    def source(self, *, repair: bool = True) -> Source:
        return cloud(self, repair=repair)


async def test_a_refused_plan_is_repaired_once_with_its_own_violation() -> None:
    asked = Cloud(plan("fnd"), plan("find"))
    proposed = await first(only_find, plans(REDACTED, [asked.source()]))
    assert proposed.route == "federated"
    assert asked.asked == [
        (REDACTED.template, None),
        (REDACTED.template, "there is no tool fnd; did you mean find?"),
    ]


async def test_a_plan_refused_twice_is_rejected() -> None:
    asked = Cloud(plan("fnd"), plan("fond"), plan("find"))
    with pytest.raises(PlanRejected, match="fond"):
        await first(only_find, plans(REDACTED, [asked.source()]))
    assert len(asked.asked) == 2


async def test_without_repair_the_cloud_is_asked_once() -> None:
    asked = Cloud(plan("fnd"), plan("find"))
    with pytest.raises(PlanRejected):
        await first(only_find, plans(REDACTED, [asked.source(repair=False)]))
    assert len(asked.asked) == 1


async def test_a_planner_that_fails_leaves_the_word_to_the_next() -> None:
    away, here = Cloud(PlannerFailed("unreachable", "the bridge is offline")), Cloud(plan("find"))
    proposed = await first(only_find, plans(REDACTED, [away.source(), here.source()]))
    assert [call.tool for call in proposed.calls] == ["find"]


async def test_where_all_planners_fail_the_reason_is_said() -> None:
    away = Cloud(PlannerFailed("unreachable", "the bridge is offline"))
    with pytest.raises(PlanUnavailable, match="the bridge is offline"):
        await first(only_find, plans(REDACTED, [away.source()]))


async def test_no_call_is_a_plan_too() -> None:
    proposed = await first(only_find, plans(REDACTED, [Cloud(Plan(id="1", calls=[])).source()]))
    assert (proposed.route, proposed.calls) == ("direct", ())
