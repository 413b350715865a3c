"""The agent's side: what it sends, when it sends again, when it gives up."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from edge_agent.clock import Clock
from edge_agent.errors import FedlmError, PlannerFailed
from edge_agent.messages import Egress, Plan, PlanFailure, PlanRequest, ProposedCall, canonical, encode
from edge_agent.planning.cloud import MOST_LIVES, CloudPlanner
from edge_agent.privacy.egress import today
from edge_agent.signing import Signing
from edge_agent.topics import Topics
from edge_agent.wire import Outgoing, Publish
from tests.bridge.samples import StillClock, leaving, note

TOPICS = Topics()
REQUEST, EGRESS = TOPICS.plan_request("agent"), TOPICS.egress("agent")


class Broker:
    """Takes what is published; ``answer`` sees each request."""

    def __init__(self) -> None:
        self.sent: list[Outgoing] = []
        self.answer: Callable[[PlanRequest], None] = lambda request: None
        self.requested = asyncio.Event()

    async def publish(self, message: Outgoing) -> None:
        self.sent.append(message)
        if message.topic == REQUEST:
            self.requested.set()
            self.answer(msgspec.json.decode(message.payload, type=PlanRequest))

    def requests(self) -> list[PlanRequest]:
        return [msgspec.json.decode(each.payload, type=PlanRequest) for each in self.sent if each.topic == REQUEST]


def planner(broker: Broker, **changes: Any) -> CloudPlanner:
    settings: dict[str, Any] = {"budget_s": 5.0, "resend_s": 5.0, "grace_s": 0.05, **changes}
    return made(broker.publish, **settings)


def made(publish: Publish, **settings: Any) -> CloudPlanner:
    told = note(publish, TOPICS)
    return CloudPlanner(
        publish=publish, topics=TOPICS, agent="agent", clock=StillClock(), note=told, signing=Signing(), **settings
    )


async def ask(
    made: CloudPlanner, *, within_s: float = 5.0, identifier: str = "7", violation: str | None = None
) -> Plan:
    deadline = asyncio.get_running_loop().time() + within_s
    allowed = leaving("What sold best?", clock=StillClock(), violation=violation)
    return await made.plan(allowed, key=("kiosk", identifier), deadline=deadline)


def plan_for(request: PlanRequest) -> bytes:
    return encode(Plan(id=request.id, calls=[ProposedCall(tool="stock")], model="m"))


async def test_it_tells_the_operator_first_and_then_asks_with_correlation_and_expiry() -> None:
    broker = Broker()
    made = planner(broker)
    broker.answer = lambda request: made.receive(plan_for(request))
    plan = await ask(made)
    assert [call.tool for call in plan.calls] == ["stock"]
    egress, asked = broker.sent
    assert (egress.topic, asked.topic, asked.qos, asked.expiry_s) == (EGRESS, REQUEST, 1, 5)
    told = msgspec.json.decode(egress.payload, type=Egress)
    [request] = broker.requests()
    assert (told.device, told.id) == ("kiosk", "7")
    assert told.body.encode() == canonical(request.body)
    assert told.sha256 == hashlib.sha256(told.body.encode()).hexdigest()
    assert asked.correlation == request.id.encode()
    assert 0 < request.deadline_s <= 5
    assert request.body.today == "2026-11-25 (Wednesday), UTC"
    assert b"kiosk" not in asked.payload


async def test_it_sends_again_with_the_same_id_until_answered_and_tells_the_egress_once() -> None:
    broker = Broker()
    made = planner(broker, resend_s=0.02)
    broker.answer = lambda request: made.receive(plan_for(request)) if len(broker.requests()) == 3 else None
    await ask(made)
    assert len({request.id for request in broker.requests()}) == 1
    assert len([each for each in broker.sent if each.topic == EGRESS]) == 1


async def test_a_repair_is_another_request_that_carries_the_violation() -> None:
    broker = Broker()
    made = planner(broker)
    broker.answer = lambda request: made.receive(plan_for(request))
    await ask(made)
    await ask(made, violation='parameter "quarter" is required')
    first, repair = broker.requests()
    assert first.id != repair.id
    assert repair.body.violation == 'parameter "quarter" is required'
    assert len([each for each in broker.sent if each.topic == EGRESS]) == 2


async def test_the_same_query_has_the_same_request_id_after_a_restart() -> None:
    broker = Broker()
    for _ in range(2):
        made = planner(broker)
        broker.answer = lambda request, made=made: made.receive(plan_for(request))  # type: ignore[misc]
        await ask(made)
    await_other = planner(broker)
    broker.answer = lambda request: await_other.receive(plan_for(request))
    await ask(await_other, identifier="8")
    first, again, other = broker.requests()
    assert first.id == again.id != other.id


@pytest.mark.parametrize(
    "code", ["rate_limited", "budget_spent", "unauthorized", "unreachable", "bad_answer", "refused"]
)
async def test_a_failure_of_the_bridge_is_the_planners_failure_in_our_own_words(code: str) -> None:
    broker = Broker()
    made = planner(broker)
    broker.answer = lambda request: made.receive(
        encode(PlanFailure(id=request.id, code=code, message="<script>", retry_after_s=3.0))
    )
    with pytest.raises(PlannerFailed) as caught:
        await ask(made)
    assert (caught.value.code, caught.value.retry_after_s) == (code, 3.0)
    assert "<script>" not in str(caught.value)


async def test_an_unknown_code_of_another_version_counts_as_refused() -> None:
    broker = Broker()
    made = planner(broker)
    broker.answer = lambda request: made.receive(encode(PlanFailure(id=request.id, code="melted")))
    with pytest.raises(PlannerFailed) as caught:
        await ask(made)
    assert caught.value.code == "refused"


async def test_late_unknown_and_garbled_answers_are_ignored() -> None:
    broker = Broker()
    made = planner(broker)

    def answer(request: PlanRequest) -> None:
        for garbage in (b"", b"\xff", b"{}", b"[" * 5000, encode(Plan(id="somebody-else", calls=[])), b"x" * 300_000):
            made.receive(garbage)
        made.receive(plan_for(request))
        made.receive(encode(Plan(id=request.id, calls=[], model="late")))

    broker.answer = answer
    assert (await ask(made)).model == "m"
    made.receive(plan_for(broker.requests()[0]))


async def test_no_answer_is_timed_out_when_the_budget_or_the_deadline_ends() -> None:
    for budget_s, within_s in ((0.05, 5.0), (5.0, 0.05)):
        begun = time.perf_counter()
        with pytest.raises(PlannerFailed) as caught:
            await ask(planner(Broker(), budget_s=budget_s), within_s=within_s)
        assert caught.value.code == "timed_out"
        assert time.perf_counter() - begun < 2


async def test_a_broker_that_never_confirms_is_timed_out_too() -> None:
    broker = Broker()

    async def never(message: Outgoing) -> None:
        await asyncio.Event().wait()

    with pytest.raises(PlannerFailed) as caught:
        await ask(made(never, budget_s=0.05))
    assert (caught.value.code, broker.sent) == ("timed_out", [])


async def test_a_refusal_of_the_broker_ends_it_at_once() -> None:
    async def refuse(message: Outgoing) -> None:
        raise FedlmError("not authorised")

    with pytest.raises(PlannerFailed) as caught:
        await ask(made(refuse, budget_s=5))
    assert caught.value.code == "unreachable"


async def test_a_bridge_known_offline_fails_after_the_grace_and_nothing_has_left() -> None:
    broker = Broker()
    made = planner(broker)
    made.bridge_is("offline")
    with pytest.raises(PlannerFailed) as caught:
        await ask(made)
    assert (caught.value.code, broker.sent) == ("unreachable", [])


async def test_a_bridge_that_comes_back_within_the_grace_is_asked() -> None:
    broker = Broker()
    made = planner(broker, grace_s=5)
    broker.answer = lambda request: made.receive(plan_for(request))
    made.bridge_is("offline")
    asking = asyncio.create_task(ask(made))
    await asyncio.sleep(0)
    made.bridge_is("degraded")
    assert (await asking).model == "m"


async def test_a_bridge_that_went_and_came_back_is_asked_again_at_once() -> None:
    broker = Broker()
    made = planner(broker, resend_s=60, grace_s=60, budget_s=60)
    asking = asyncio.create_task(ask(made, within_s=60))
    await broker.requested.wait()
    broker.answer = lambda request: made.receive(plan_for(request))
    made.bridge_is("offline")
    made.bridge_is("online")
    assert (await asyncio.wait_for(asking, 2)).model == "m"
    assert len(broker.requests()) == 2


async def test_cancelling_the_query_leaves_no_task_behind() -> None:
    broker = Broker()
    asking = asyncio.create_task(ask(planner(broker)))
    await broker.requested.wait()
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert not [task for task in asyncio.all_tasks() if task.get_name().startswith("ask the cloud")]


def test_today_is_a_date_and_a_zone_and_no_time() -> None:
    late = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)

    class At(Clock):
        def now(self) -> datetime:
            return late.astimezone(self.zone)

    assert today(At(zone=ZoneInfo("Europe/Berlin"))) == "2026-11-25 (Wednesday), Europe/Berlin"
    assert today(At(zone=timezone(timedelta(hours=-5)))) == "2026-11-24 (Tuesday), UTC-05:00"


async def test_a_bridge_that_comes_and_goes_without_end_is_given_up_and_does_not_fill_the_log() -> None:
    broker = Broker()
    made = planner(broker, resend_s=60, grace_s=60, budget_s=60)
    lives = iter(range(1000))
    broker.answer = lambda _: made.bridge_is("online", since=str(next(lives)))
    with pytest.raises(PlannerFailed) as caught:
        await ask(made, within_s=60)
    assert caught.value.code == "unreachable"
    assert len([each for each in broker.sent if each.topic == EGRESS]) == MOST_LIVES
