"""Kill -9 and SIGTERM: what was accepted ends in one distinct answer, and no side effect happens twice."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from edge_agent.messages import Query, Response
from edge_agent.testing.cloud.scripted import Cloud
from edge_agent.testing.cloud.server import Reply
from edge_agent.testing.processes import Process, running
from edge_agent.wire import Outgoing
from tests.whole.house import House, open_house
from tests.whole.plans import plan

AGENT_TOML = """
state-dir = "{state}"
shutdown-s = 0.3
deadline-s = 30
[mqtt]
root = "{root}"
host = "127.0.0.1"
port = {port}
[planner]
budget-s = 8
[telemetry]
interval-s = 0.5
[tools]
modules = ["{tools}"]
entry-points = false
effects = true
[[policy]]
devices = ["*"]
shared = true
effects = ["pour"]
"""


@dataclass(kw_only=True)
class Site:
    """A house whose agent is a process that can be killed; its cloud; and what its tools began."""

    house: House
    cloud: Cloud
    agent: Process
    ledger: Path

    def began(self, tool: str) -> int:
        return self.ledger.read_text().split().count(tool)

    async def until_began(self, tool: str) -> None:
        async with asyncio.timeout(20):
            while not self.ledger.exists() or not self.began(tool):  # noqa: ASYNC110 - another process writes it
                await asyncio.sleep(0.01)

    async def kill(self) -> None:
        self.agent.kill()
        await self.house.state("agent", "offline")

    async def start(self) -> None:
        self.house.heard.clear()
        self.agent.start()
        await self.house.state("agent", "online")

    async def copies(self, id_: str, number: int) -> list[bytes]:
        """Wait for so many responses to an id; their bytes."""

        def seen() -> Response | None:
            found = self.house.responses(id_)
            return found[-1] if len(found) >= number else None

        await self.house.until(seen)
        return [m.payload for m in self.house.heard if "/response" in m.topic and f'"{id_}"'.encode() in m.payload]


@asynccontextmanager
async def a_site(port: int, folder: Path, *replies: Reply) -> AsyncIterator[Site]:
    cloud = Cloud(*replies)
    async with open_house(port, folder, cloud=cloud) as house:
        house.stop_agent.set()
        assert house.agent is not None
        await house.agent
        await house.state("agent", "offline")
        file, ledger = folder / "agent.toml", folder / "ledger"
        tools = Path(__file__).with_name("effect_tools.py")
        file.write_text(AGENT_TOML.format(state=folder / "own", root=house.root, port=port, tools=tools))
        agent = Process(
            name="agent",
            command=[sys.executable, "-m", "edge_agent", "agent", "--config", str(file), "--instant"],
            log=folder / "agent.log",
            env={"FEDLM_TEST_LEDGER": str(ledger)},
        )
        with running(agent):
            await house.state("agent", "online")
            yield Site(house=house, cloud=cloud, agent=agent, ledger=ledger)


async def test_a_killed_agent_goes_on_with_the_plan_that_it_had(broker_port: int, tmp_path: Path) -> None:
    async with a_site(broker_port, tmp_path, plan(("look", {"seconds": 1.0}))) as site:
        await site.house.send(Query(id="a1", prompt="What do you see?"))
        await site.until_began("look")
        await asyncio.sleep(0.1)  # the plan is noted, and nobody waits for that
        await site.kill()
        await site.start()
        response = await site.house.response("a1")
        assert response.status == "ok", response
        assert "a crane" in (response.answer or "")
        assert site.began("look") == 2  # a read may be made again
        assert len(site.cloud.received) == 1  # the plan is of the first run
        assert len(site.house.responses("a1")) == 1


async def test_an_answer_is_the_same_bytes_after_any_number_of_starts(broker_port: int, tmp_path: Path) -> None:
    async with a_site(broker_port, tmp_path, plan(("look", {"seconds": 0.0}))) as site:
        query = Query(id="a1", prompt="What do you see?")
        await site.house.send(query)
        (first,) = await site.copies("a1", 1)
        await site.kill()
        await site.start()
        await site.house.send(query)
        assert set(await site.copies("a1", 1)) == {first}
        assert site.began("look") == 1
        topic = f"{site.house.root}/response/any/other"
        conflict = Outgoing(
            topic=site.house.topics.query(), payload=b'{"id": "a1", "prompt": "other"}', response_topic=topic
        )
        await site.house.link.publish(conflict)
        refused = await site.house.until(
            lambda: next((r for r in site.house.said("response/any/other", Response)), None)
        )
        assert refused.error is not None
        assert refused.error.code == "id_conflict"


async def test_a_side_effect_that_was_cut_off_is_not_made_again_and_the_answer_says_so(
    broker_port: int, tmp_path: Path
) -> None:
    async with a_site(broker_port, tmp_path, plan(("pour", {"seconds": 5.0}), ("look", {"seconds": 0.0}))) as site:
        await site.house.send(Query(id="a1", prompt="Pour, then look", effects=True))
        await site.until_began("pour")
        await site.kill()
        await site.start()
        response = await site.house.response("a1")
        assert response.status == "ok", response
        assert {source.tool: source.status for source in response.sources} == {"pour": "unknown", "look": "ok"}
        assert "not known" in (response.answer or "")
        assert site.began("pour") == 1


async def test_a_side_effect_alone_that_was_cut_off_is_no_success(broker_port: int, tmp_path: Path) -> None:
    async with a_site(broker_port, tmp_path, plan(("pour", {"seconds": 5.0}))) as site:
        await site.house.send(Query(id="a1", prompt="Pour", effects=True))
        await site.until_began("pour")
        await site.kill()
        await site.start()
        response = await site.house.response("a1")
        assert response.error is not None
        assert response.error.code == "tools_failed"
        assert "not known" in response.error.message
        assert site.began("pour") == 1


async def test_a_cancelled_query_lets_its_side_effect_finish_and_names_it(broker_port: int, tmp_path: Path) -> None:
    async with a_site(broker_port, tmp_path, plan(("pour", {"seconds": 0.6}))) as site:
        await site.house.send(Query(id="a1", prompt="Pour", effects=True))
        await site.until_began("pour")
        await site.house.link.publish(Outgoing(topic=site.house.topics.cancel(), payload=b"a1"))
        response = await site.house.response("a1")
        assert response.error is not None
        assert response.error.code == "cancelled"
        assert [(source.tool, source.status) for source in response.sources] == [("pour", "ok")]


async def test_without_authority_nothing_is_changed(broker_port: int, tmp_path: Path) -> None:
    async with a_site(broker_port, tmp_path, plan(("pour", {"seconds": 0.0}))) as site:
        response = await site.house.ask("Pour, whoever I am")
        assert response.error is not None
        assert response.error.code == "plan_rejected"
        await site.house.link.publish(
            Outgoing(topic=site.house.topics.query("kiosk-1"), payload=b'{"prompt": "Pour", "effects": true}')
        )
        refused = await site.house.until(lambda: next(iter(site.house.said("response/kiosk-1", Response)), None))
        assert refused.error is not None
        assert refused.error.code == "id_required"
        assert not site.ledger.exists()


async def test_a_query_that_waited_too_long_for_the_next_start_ends_as_expired(
    broker_port: int, tmp_path: Path
) -> None:
    async with a_site(broker_port, tmp_path, plan(("look", {"seconds": 20.0}))) as site:
        await site.house.send(Query(id="a1", prompt="What do you see?", deadline_s=1))
        await site.until_began("look")
        await site.kill()
        await asyncio.sleep(1)
        await site.start()
        response = await site.house.response("a1")
        assert response.error is not None
        assert response.error.code == "expired"


@pytest.mark.parametrize("signal_", [signal.SIGTERM, signal.SIGKILL])
async def test_the_newest_address_counts_also_for_the_next_start(
    broker_port: int, tmp_path: Path, signal_: signal.Signals
) -> None:
    async with a_site(broker_port, tmp_path, plan(("look", {"seconds": 1.5}))) as site:
        topics = site.house.topics
        first = Outgoing(topic=topics.query(), payload=b'{"id": "a1", "prompt": "What do you see?"}')
        await site.house.link.publish(first)
        await site.until_began("look")
        second = Outgoing(
            topic=first.topic,
            payload=first.payload,
            response_topic=f"{site.house.root}/response/any/second",
            correlation=b"2",
        )
        await site.house.link.publish(second)
        await asyncio.sleep(0.2)  # the acknowledgement waits for the row; that it came shows nowhere
        assert site.agent.popen is not None
        site.agent.popen.send_signal(signal_)
        await site.house.state("agent", "offline")
        await asyncio.to_thread(site.agent.popen.wait, 10)
        await site.start()
        await site.house.response("a1")
        (message,) = [m for m in site.house.heard if "/response" in m.topic]
        assert (message.topic, message.correlation) == (second.response_topic, b"2")
