"""SIGHUP: tools and plans are read again after a check; a bad file leaves the old ones and says so."""

from __future__ import annotations

import secrets
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from edge_agent.messages import Catalogue, Query, Status, decode
from edge_agent.testing.processes import Process, running
from tests.whole.house import House, open_house
from tests.whole.test_life import exit_code

HEAD = """
state-dir = "{state}"
[mqtt]
root = "{root}"
host = "127.0.0.1"
port = {port}
[planner]
cloud = false
[telemetry]
interval-s = 0.5
[tools]
modules = ["{module}"]
entry-points = false
"""
SLOW = """
[[plan]]
match = ["Take {seconds} seconds"]
calls = [{ tool = "slow", arguments = { seconds = "{seconds}" } }]
"""
NEW = """
[[plan]]
match = ["Say something new"]
calls = [{ tool = "brand_new" }]
"""
TYPO = NEW.replace("brand_new", "brand_mew")
NEW_TOOLS = """
from edge_agent.tools.functions import tool

@tool
def brand_new() -> str:
    "New."
    return "news"
"""


@dataclass(kw_only=True)
class Reloaded:
    """An agent in a process of its own, and its file."""

    house: House
    process: Process
    file: Path
    head: str

    def write(self, tables: str, *, module: Path | None = None) -> None:
        old = str(Path(__file__).parents[1] / "whole" / "some_tools.py")
        self.file.write_text((self.head.replace(old, str(module)) if module else self.head) + tables)

    def hang_up(self) -> None:
        assert self.process.popen is not None
        self.process.popen.send_signal(signal.SIGHUP)

    async def config_is(self, state: str, reason: str = "") -> Status:
        """Wait until the status says so of the part ``config``."""

        def seen() -> Status | None:
            told = [m for m in self.house.heard if m.topic == self.house.topics.status("agent")]
            status = decode(told[-1].payload, Status) if told else None
            part = status.parts.get("config") if status else None
            return status if part is not None and part.state == state and reason in (part.reason or "") else None

        return await self.house.until(seen)

    def tools(self) -> list[str]:
        """The names in the catalogue of now."""
        told = [m for m in self.house.heard if m.topic == self.house.topics.tools("agent")]
        return [tool.name for tool in decode(told[-1].payload, Catalogue).tools]


@asynccontextmanager
async def reloaded(port: int, folder: Path) -> AsyncIterator[Reloaded]:
    async with open_house(port, folder / "first", root=f"t-{secrets.token_hex(6)}") as house:
        house.stop_agent.set()  # this one is in the test's own process, where a signal would hit the test
        assert house.agent is not None
        await house.agent
        await house.state("agent", "offline")
        file, module = folder / "agent.toml", Path(__file__).parents[1] / "whole" / "some_tools.py"
        head = HEAD.format(state=folder / "own", root=house.root, port=port, module=module)
        file.write_text(head + SLOW)
        command = [sys.executable, "-m", "edge_agent", "agent", "--config", str(file), "--instant"]
        process = Process(name="agent", command=command, log=folder / "agent.log")
        with running(process):
            await house.state("agent", "online")
            yield Reloaded(house=house, process=process, file=file, head=head)
            process.stop()


async def test_new_tools_and_plans_serve_at_once_and_running_queries_keep_theirs(
    broker_port: int, tmp_path: Path
) -> None:
    module = tmp_path / "new_tools.py"
    module.write_text(NEW_TOOLS)
    async with reloaded(broker_port, tmp_path) as agent:
        assert "slow" in agent.tools()
        await agent.house.send(Query(id="old", prompt="Take 1.5 seconds"))
        await agent.house.stage("old", "run_tools")
        agent.write(NEW, module=module)
        agent.hang_up()
        await agent.config_is("online")
        assert not agent.house.responses("old")
        response = await agent.house.ask("Say something new")
        assert (response.status, response.route) == ("ok", "edge"), response
        assert "news" in (response.answer or "")
        assert agent.tools() == ["brand_new"]
        refused = await agent.house.ask("Take 1 seconds")
        assert refused.error is not None
        assert refused.error.code == "plan_unavailable"
        old = await agent.house.response("old")
        assert [(source.tool, source.status) for source in old.sources] == [("slow", "ok")]


async def test_a_bad_file_leaves_the_old_tools_and_is_named_on_the_status(broker_port: int, tmp_path: Path) -> None:
    async with reloaded(broker_port, tmp_path) as agent:
        for wrong, said in (
            (TYPO, 'plan 1: calls 1: there is no tool "brand_mew"'),
            ("[plannner]", "unknown key `plannner`; did you mean `planner`?"),
            ("= not toml", "not TOML"),
        ):
            agent.write(wrong)
            agent.hang_up()
            status = await agent.config_is("degraded", said)
            assert str(agent.file) in (status.reason or "")
            assert status.state == "degraded"
        module = tmp_path / "broken.py"
        module.write_text("1 / 0")
        agent.write(SLOW, module=module)
        agent.hang_up()
        await agent.config_is("degraded", "can't be loaded: ZeroDivisionError")
        response = await agent.house.ask("Take 0.1 seconds")
        assert response.status == "ok", response
        agent.write(SLOW)
        agent.hang_up()
        assert (await agent.config_is("online")).state == "online"
        assert agent.process.running


async def test_an_agent_does_not_start_on_a_bad_file(tmp_path: Path) -> None:
    file = tmp_path / "agent.toml"
    file.write_text(TYPO)
    command = [sys.executable, "-m", "edge_agent", "agent", "--config", str(file)]
    process = Process(name="agent", command=command, log=tmp_path / "agent.log")
    process.start()
    assert await exit_code(process) == 2
    assert 'there is no tool "brand_mew"' in process.tail()
    assert str(file) in process.tail()
