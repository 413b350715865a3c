"""A rogue client with every right on the broker: it sees all, and may publish all, but it has no key."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec

from edge_agent import config
from edge_agent.messages import Message, Plan, PlanFailure, PlanRequest, ProposedCall, Query, Trace, encode
from edge_agent.signing import Signing, new_key
from edge_agent.testing.cloud.scripted import Cloud
from edge_agent.wire import Outgoing
from tests.whole.house import House, open_house, serve_agent, serve_bridge, settings
from tests.whole.plans import ORDER, QUESTION, instant

EVIL = [ProposedCall(tool="slow", arguments={"seconds": 0.01})]
WRONG_KEY = Signing(key=new_key().encode())


@dataclass(kw_only=True)
class Rogue:
    """What it published, and what came of it."""

    house: House
    cloud: Cloud
    folder: Path
    credentials: dict[str, str]

    async def says(self, topic: str, *messages: Message | bytes) -> None:
        for each in messages:
            payload = each if isinstance(each, bytes) else encode(each)
            await self.house.link.publish(Outgoing(topic=topic, payload=payload))

    async def request_of(self, id_: str) -> PlanRequest:
        """Ask as a device, and overhear the request."""
        before = len(self.house.said("plan/request", PlanRequest))
        await self.house.send(Query(prompt=QUESTION, id=id_))
        return await self.house.until(lambda: next(iter(self.house.said("plan/request", PlanRequest)[before:]), None))

    def ran(self, id_: str) -> int:
        """How often tools were run for a query."""
        return len(self.house.said("trace/agent/run_tools", Trace, where=lambda t: (t.id, t.state) == (id_, "begun")))

    async def settled(self) -> None:
        """Wait until agent and bridge have taken all that was published: a good query goes the whole way."""
        self.cloud.may_answer.set()
        assert "shipped" in ((await self.house.ask("And another: " + QUESTION)).answer or "")

    def raw(self, kind: str) -> list[bytes]:
        return [each.payload for each in self.house.heard if each.topic == f"{self.house.root}/plan/{kind}/agent"]


@asynccontextmanager
async def rogue(port: int, folder: Path, *, verify: bool = True) -> AsyncIterator[Rogue]:
    """``verify`` False: agent and bridge have the key, and take what isn't signed all the same."""
    known = {"plan-key": new_key()}
    require = None if verify else False
    async with open_house(
        port,
        folder,
        cloud=(cloud := Cloud(ORDER)),
        slm=instant,
        credentials=known,
        planner={"require_signature": require},
        asking=config.Planner(budget_s=8.0, require_signature=require),
    ) as house:
        yield Rogue(house=house, cloud=cloud, folder=folder, credentials=known)


async def tools_run_on_forged_plans(port: int, folder: Path, *, verify: bool = True) -> int:
    """How often a tool ran on a plan of the rogue's."""
    async with rogue(port, folder, verify=verify) as it:
        first = await it.house.ask(QUESTION)
        assert "shipped" in (first.answer or "")
        genuine = it.raw("response")[-1]
        old = msgspec.json.decode(genuine, type=Plan)
        it.cloud.may_answer.clear()
        asked = await it.request_of("victim")
        answer = it.house.topics.plan_response("agent")
        forged = Plan(id=asked.id, calls=EVIL)
        await it.says(
            answer,
            genuine,
            msgspec.structs.replace(old, id=asked.id),
            forged,
            msgspec.structs.replace(forged, signature=old.signature),
            msgspec.structs.replace(forged, signature=asked.signature),
            WRONG_KEY.signed(forged, agent="agent"),
            PlanFailure(id=asked.id, code="refused"),
        )
        await it.cloud.until(2)
        await it.house.ask(QUESTION, preview=True)  # they have passed the agent once it has answered what came after
        ran = it.ran("victim")
        await it.settled()
        response = await it.house.response("victim")
        if verify:
            assert "shipped" in (response.answer or ""), "the genuine plan is still taken"
            assert it.ran("victim") == 1
        return ran


async def calls_for_forged_requests(port: int, folder: Path, *, verify: bool = True) -> int:
    """How often the cloud was asked for a request of the rogue's."""
    async with rogue(port, folder, verify=verify) as it:
        await it.house.ask(QUESTION)
        overheard = it.raw("request")[-1]
        genuine = msgspec.json.decode(overheard, type=PlanRequest)
        forged = msgspec.structs.replace(genuine, id=secrets.token_hex(16), sequence=genuine.sequence + 1)
        body = msgspec.structs.replace(genuine.body, prompt="Spend a token")
        own = it.house.topics.plan_request("agent")
        await it.says(
            own,
            overheard,
            forged,
            msgspec.structs.replace(forged, id=secrets.token_hex(16), signature=""),
            WRONG_KEY.signed(msgspec.structs.replace(forged, id=secrets.token_hex(16)), agent="agent"),
            msgspec.structs.replace(genuine, body=body),
            msgspec.structs.replace(genuine, deadline_s=3000.0),
            overheard[:-1] + b',"more":1}',
        )
        await it.says(it.house.topics.plan_request("another"), overheard)
        before = len(it.cloud.received)
        await it.settled()
        return len(it.cloud.received) - before - 1


async def test_no_tool_runs_on_a_forged_or_replayed_plan(broker_port: int, tmp_path: Path) -> None:
    assert await tools_run_on_forged_plans(broker_port, tmp_path) == 0


async def test_no_token_is_spent_on_a_forged_or_replayed_request(broker_port: int, tmp_path: Path) -> None:
    assert await calls_for_forged_requests(broker_port, tmp_path) == 0


async def test_these_tests_find_an_agent_and_a_bridge_that_verify_nothing(broker_port: int, tmp_path: Path) -> None:
    assert await tools_run_on_forged_plans(broker_port, tmp_path / "a", verify=False) > 0
    assert await calls_for_forged_requests(broker_port, tmp_path / "b", verify=False) > 0


async def test_a_request_is_not_played_back_to_a_bridge_that_came_back(broker_port: int, tmp_path: Path) -> None:
    async with rogue(broker_port, tmp_path) as it:
        await it.house.ask(QUESTION)
        overheard = it.raw("request")
        await restarted(it)
        await it.says(it.house.topics.plan_request("agent"), *overheard)
        await it.settled()
        assert len(it.cloud.received) == 2


async def test_a_query_that_waits_while_the_bridge_is_restarted_is_planned_by_the_next_life(
    broker_port: int, tmp_path: Path
) -> None:
    async with rogue(broker_port, tmp_path) as it:
        it.cloud.may_answer.clear()
        await it.request_of("waits")
        await it.cloud.until(1)
        await restarted(it)
        it.cloud.may_answer.set()
        assert "shipped" in ((await it.house.response("waits")).answer or "")
        sequences = {each.sequence for each in it.house.said("plan/request", PlanRequest)}
        assert sequences == {1, 2}


async def test_an_agent_whose_log_went_back_is_refused_until_it_begins_a_new_one(
    broker_port: int, tmp_path: Path
) -> None:
    """As after a backup was put back: its numbers are used, and the bridge knows the lines that are gone."""
    log = tmp_path / "agent" / "egress" / "requests.jsonl"
    async with rogue(broker_port, tmp_path) as it:
        await it.house.ask(QUESTION)
        backup = log.read_bytes()
        await it.house.ask(QUESTION)
        await restarted_agent(it, lambda: log.write_bytes(backup))
        refused = await it.house.ask(QUESTION)
        assert refused.error is not None
        assert refused.error.code == "plan_unavailable"
        assert "refused" in refused.error.message
        assert len(it.cloud.received) == 2
        await restarted_agent(it, log.unlink)
        assert "shipped" in ((await it.house.ask(QUESTION)).answer or "")


async def restarted_agent(it: Rogue, between: Callable[[], object]) -> None:
    """Stop the agent, do something to its files, and start it again."""
    house = it.house
    house.stop_agent.set()
    assert house.agent is not None
    await house.agent
    await house.state("agent", "offline")
    between()
    house.stop_agent = asyncio.Event()
    made = settings(house.root, house.port, it.folder, planner=config.Planner(budget_s=8.0))
    house.agent = asyncio.create_task(serve_agent(house, made, instant, credentials=it.credentials), name="again")
    await house.state("agent", "online", "degraded")


async def restarted(it: Rogue) -> None:
    """Stop the bridge, and start it again."""
    it.house.stop_bridge.set()
    assert it.house.bridge is not None
    await it.house.bridge
    await it.house.state("bridge", "offline")
    it.house.stop_bridge = asyncio.Event()
    mqtt = config.Mqtt(root=it.house.root, host="127.0.0.1", port=it.house.port, keepalive_s=5)
    again = serve_bridge(it.house, mqtt, it.folder, it.cloud.base_url, {}, credentials=it.credentials)
    it.house.bridge = asyncio.create_task(again, name="bridge again")
    await it.house.state("bridge", "online")
