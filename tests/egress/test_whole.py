"""The whole way through the gate: what leaves can be recomputed, and nothing leaves that was only to be seen."""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec
import pytest

from edge_agent import audit, config
from edge_agent.bridge.body import http_body
from edge_agent.messages import Egress, PlanBody, PlanRequest, Response, Trace
from edge_agent.signing import UNSIGNED, new_key
from edge_agent.testing.cloud.scripted import Cloud
from tests.whole.house import House, open_house
from tests.whole.plans import ORDER, QUESTION, instant, plan

BAD = plan(("order_status", {"order": 7}))
#: As ``open_house`` configures its bridge.
BRIDGE = config.CloudPlanner(model="scripted", profile="plain")


def left(house: House) -> list[Egress]:
    return house.said("egress", Egress)


def nothing_ran(house: House, id_: str) -> bool:
    return not house.said("trace/agent/run_tools", Trace, where=lambda trace: trace.id == id_)


def assert_nothing_left(house: House, cloud: Cloud, folder: Path) -> None:
    assert not cloud.received
    assert not house.said("plan/request", PlanRequest)
    assert not left(house)
    assert not audit.read_chain(folder / "agent" / "egress" / "requests.jsonl").lines


def body_of(response: Response) -> str:
    assert response.status == "ok", response
    assert response.preview is not None
    assert hashlib.sha256(response.preview.body.encode()).hexdigest() == response.preview.sha256
    return response.preview.sha256


async def test_what_the_cloud_was_sent_is_computed_from_the_egress_messages_byte_by_byte(
    broker_port: int, tmp_path: Path
) -> None:
    questions = [
        QUESTION,
        'Wie steht es um "ORD-1043"?',
        "订单 ORD-1042 的状态是什么？",
        "line\nbreak \u2028 and <ORDER_1>",
    ]
    cloud = Cloud(BAD, ORDER)
    async with open_house(broker_port, tmp_path, cloud=cloud, slm=instant) as house:
        for question in questions:
            await house.ask(question)
        told = left(house)
    assert len(told) == len(questions) + 1, "one repair"
    bodies = [msgspec.json.decode(each.body, type=PlanBody) for each in told]
    assert [http_body(body, BRIDGE) for body in bodies] == [each.body for each in cloud.received]
    assert [body.violation is not None for body in bodies] == [False, True, False, False, False]
    assert [each.sequence for each in told] == [1, 2, 3, 4, 5]


async def test_a_preview_shows_the_very_body_and_nothing_leaves_and_no_tool_runs(
    broker_port: int, tmp_path: Path
) -> None:
    cloud = Cloud(ORDER)
    async with open_house(broker_port, tmp_path, cloud=cloud, slm=instant) as house:
        shown = await house.ask(QUESTION, preview=True)
        sha256 = body_of(shown)
        assert nothing_ran(house, shown.id)
        assert (shown.sources, shown.route) == ([], None)
        assert_nothing_left(house, cloud, tmp_path)
        answered = await house.ask(QUESTION, consent=sha256)
        assert "shipped" in (answered.answer or "")
        [told] = left(house)
        assert shown.preview is not None
        assert (told.body, told.sha256) == (shown.preview.body, sha256)
        assert len(cloud.received) == 1


async def test_what_was_not_consented_to_does_not_leave(broker_port: int, tmp_path: Path) -> None:
    cloud = Cloud(ORDER)
    async with open_house(broker_port, tmp_path, cloud=cloud, slm=instant) as house:
        sha256 = body_of(await house.ask(QUESTION, preview=True))
        for prompt, consent in ((QUESTION + " Quick!", sha256), (QUESTION, "0" * 64)):
            refused = await house.ask(prompt, consent=consent)
            assert refused.error is not None
            assert refused.error.code == "egress_refused"
            assert nothing_ran(house, refused.id)
        narrowed = await house.ask(QUESTION, consent=sha256, tools=["cells"])
        assert narrowed.error is not None
        assert narrowed.error.code == "egress_refused"
        assert_nothing_left(house, cloud, tmp_path)


async def test_what_was_consented_to_is_asked_once_and_not_repaired(broker_port: int, tmp_path: Path) -> None:
    cloud = Cloud(BAD, ORDER)
    async with open_house(broker_port, tmp_path, cloud=cloud, slm=instant) as house:
        sha256 = body_of(await house.ask(QUESTION, preview=True))
        rejected = await house.ask(QUESTION, consent=sha256)
        assert rejected.error is not None
        assert rejected.error.code == "plan_rejected"
        assert len(cloud.received) == len(left(house)) == 1


async def test_an_agent_that_wants_consent_answers_everything_else_by_its_preview(
    broker_port: int, tmp_path: Path
) -> None:
    cloud = Cloud(ORDER)
    privacy = config.Privacy(confirm=True)
    async with open_house(broker_port, tmp_path, cloud=cloud, slm=instant, privacy=privacy) as house:
        sha256 = body_of(await house.ask(QUESTION))
        assert_nothing_left(house, cloud, tmp_path)
        assert "shipped" in ((await house.ask(QUESTION, consent=sha256)).answer or "")


async def test_where_no_cloud_is_asked_the_preview_says_that_nothing_would_leave(
    broker_port: int, tmp_path: Path
) -> None:
    async with open_house(broker_port, tmp_path, asking=config.Planner(cloud=False)) as house:
        shown = await house.ask(QUESTION, preview=True)
    assert (shown.status, shown.preview, shown.answer) == ("ok", None, "Nothing would leave.")


async def test_a_planted_canary_stops_the_request_and_the_preview(broker_port: int, tmp_path: Path) -> None:
    cloud = Cloud(ORDER)
    privacy = config.Privacy(canaries=["The Weather"])  # everyday words, which no level hides
    async with open_house(broker_port, tmp_path, cloud=cloud, slm=instant, privacy=privacy) as house:
        for preview in (False, True):
            refused = await house.ask("how is the weather?", preview=preview)
            assert refused.error is not None
            assert (refused.error.code, refused.error.stage) == ("egress_refused", "egress")
            assert "weather" not in refused.error.message
        assert_nothing_left(house, cloud, tmp_path)
        assert (await house.ask(QUESTION)).status == "ok"


async def test_a_log_that_can_not_be_written_lets_nothing_leave(broker_port: int, tmp_path: Path) -> None:
    (tmp_path / "agent" / "egress" / "requests.jsonl").mkdir(parents=True)
    with pytest.raises(ExceptionGroup) as failed:
        async with open_house(broker_port, tmp_path):
            pass
    assert failed.group_contains(Exception, match="Is a directory")


@pytest.mark.parametrize("key", [new_key(), None])
async def test_the_status_of_both_says_where_plans_are_not_signed(
    broker_port: int, tmp_path: Path, key: str | None
) -> None:
    known = {"plan-key": key} if key else {}
    async with open_house(broker_port, tmp_path, cloud=Cloud(ORDER), slm=instant, credentials=known) as house:
        assert "shipped" in ((await house.ask(QUESTION)).answer or "")
        bridge = await house.state("bridge", "online")
        agent = await house.state("agent", "online")
    assert (bridge.reason == UNSIGNED, UNSIGNED in (agent.reason or "")) == (key is None, key is None)


async def test_agent_log_and_bridge_log_agree(broker_port: int, tmp_path: Path) -> None:
    known = {"plan-key": new_key()}
    cloud = Cloud(BAD, ORDER)
    async with open_house(broker_port, tmp_path, cloud=cloud, slm=instant, credentials=known) as house:
        await house.ask(QUESTION)
        await house.ask(QUESTION)
    [file] = audit.egress_logs(tmp_path / "agent")
    chain, bridge = audit.read_chain(file), audit.read_chain(audit.heads_file(tmp_path / "bridge"))
    heads, outcomes = audit.heads_of(bridge)
    compared = audit.compare(chain, audit.requests(chain), heads)
    assert (compared.agreed, list(compared.unseen), list(compared.wrong)) == (3, [], [])
    assert not [*chain.wrong, *bridge.wrong, *audit.missing_logs([chain], heads)]
    sent = [attempt.sha256 for outcome in outcomes for attempt in outcome.sent]
    assert sent == [hashlib.sha256(each.body).hexdigest() for each in cloud.received]
