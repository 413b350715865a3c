"""The agent's life: stops, broker restarts, two agents on one root. Real processes where a signal is the matter."""

from __future__ import annotations

import asyncio
import secrets
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from edge_agent import config
from edge_agent.identity import identity
from edge_agent.messages import Query, Status, encode
from edge_agent.mqtt import Link
from edge_agent.testing.cloud.scripted import Cloud
from edge_agent.testing.processes import Process, await_port, mosquitto, running
from edge_agent.wire import Outgoing
from tests.whole.house import House, open_house, serve_agent, settings
from tests.whole.plans import ORDER, QUESTION, instant, plan

AGENT_TOML = """
state-dir = "{state}"
shutdown-s = {shutdown_s}
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
"""


@asynccontextmanager
async def agent_process(house: House, folder: Path, *, shutdown_s: float = 5) -> AsyncIterator[Process]:
    """``fedlm agent`` as a process of its own, beside the in-process agent that the house has ended."""
    house.stop_agent.set()
    assert house.agent is not None
    await house.agent
    await house.state("agent", "offline")
    file = folder / "agent.toml"
    file.write_text(
        AGENT_TOML.format(
            state=folder / "own",
            root=house.root,
            port=house.port,
            shutdown_s=shutdown_s,
            tools=Path(__file__).with_name("some_tools.py"),
        )
    )
    command = [sys.executable, "-m", "edge_agent", "agent", "--config", str(file), "--instant"]
    process = Process(name="agent", command=command, log=folder / "agent.log")
    with running(process):
        await house.state("agent", "online")
        yield process


async def exit_code(process: Process) -> int:
    assert process.popen is not None
    async with asyncio.timeout(20):
        return await asyncio.to_thread(process.popen.wait)


async def test_sigterm_finishes_what_is_in_flight_and_says_goodbye(broker_port: int, tmp_path: Path) -> None:
    cloud = Cloud(plan(("slow", {"seconds": 1.0})))
    async with open_house(broker_port, tmp_path, cloud=cloud) as house, agent_process(house, tmp_path) as process:
        await house.send(Query(id="a1", prompt="Take your time"))
        await house.stage("a1", "run_tools")
        assert process.popen is not None
        process.popen.send_signal(signal.SIGTERM)
        response = await house.response("a1")
        assert response.status == "ok", response
        assert await exit_code(process) == 0, process.tail()
        assert (await house.state("agent", "offline")).reason == "stopped"


async def test_what_does_not_fit_into_the_shutdown_is_answered_by_the_next_start(
    broker_port: int, tmp_path: Path
) -> None:
    cloud = Cloud(plan(("slow", {"seconds": 1.5})))
    async with (
        open_house(broker_port, tmp_path, cloud=cloud) as house,
        agent_process(house, tmp_path, shutdown_s=0.3) as process,
    ):
        await house.send(Query(id="a1", prompt="Take your time"))
        await house.stage("a1", "run_tools")
        assert process.popen is not None
        process.popen.send_signal(signal.SIGTERM)
        assert await exit_code(process) == 0, process.tail()
        await house.send(Query(id="a2", prompt="Take your time"))  # the broker keeps it
        assert house.responses("a1") == []
        process.start()
        for id_ in ("a1", "a2"):
            assert (await house.response(id_)).status == "ok"
            assert len(house.responses(id_)) == 1


async def test_a_killed_agent_is_offline_by_its_will_and_its_log_holds_no_prompt(
    broker_port: int, tmp_path: Path
) -> None:
    async with (
        open_house(broker_port, tmp_path, cloud=Cloud(ORDER)) as house,
        agent_process(house, tmp_path) as process,
    ):
        for _ in range(2):  # the first one's log line stands when the second is answered
            assert (await house.ask(QUESTION)).status == "ok"
        process.kill()
        assert (await house.state("agent", "offline")).reason == "connection lost"
        log = process.log.read_text()
        assert "query_ended" in log
        assert "ORD-1042" not in log
        assert "shipped" not in log


async def test_a_broker_restart_loses_nothing_that_is_sent_again(tmp_path: Path) -> None:
    broker, port = mosquitto(tmp_path / "broker")
    with running(broker, port):
        cloud = Cloud(ORDER)
        async with open_house(port, tmp_path, cloud=cloud, slm=instant) as house:
            assert (await house.ask(QUESTION)).status == "ok"
            broker.kill()
            broker.start()
            await_port(broker, port)
            await house.link.connected.wait()
            house.heard.clear()
            await house.state("agent", "online")  # status and catalogue were published again
            assert (await house.ask(QUESTION)).status == "ok"


async def test_the_second_agent_on_a_root_waits_until_the_first_is_gone(broker_port: int, tmp_path: Path) -> None:
    async with open_house(broker_port, tmp_path, cloud=Cloud(ORDER), slm=instant) as house:
        second = House(
            root=house.root,
            port=broker_port,
            link=house.link,
            stop_agent=asyncio.Event(),
            stop_bridge=asyncio.Event(),
        )
        made = settings(house.root, broker_port, tmp_path / "second", name="agent-2")
        waiting = asyncio.create_task(serve_agent(second, made, instant))
        taken = await house.state("agent-2", "degraded")
        assert "root_taken" in (taken.reason or "")
        assert (await house.ask(QUESTION)).status == "ok"  # exactly one response: ask() asserts it
        house.stop_agent.set()
        await house.state("agent-2", "online")
        response = await house.ask(QUESTION)
        assert response.status == "ok"
        second.stop_agent.set()
        await waiting


async def test_a_stale_online_blocks_nobody(broker_port: int, tmp_path: Path) -> None:
    root = f"t-{secrets.token_hex(6)}"
    stale = Status(role="agent", instance="0" * 32, state="online")
    async with Link(config.Mqtt(root=root, port=broker_port), identifier=secrets.token_hex(8), session=False) as link:
        await link.publish(Outgoing(topic=f"{root}/status/old", payload=encode(stale), retain=True))
    async with open_house(broker_port, tmp_path, cloud=Cloud(ORDER), root=root) as house:
        assert (await house.ask(QUESTION)).status == "ok"


async def test_the_status_says_when_the_bridge_is_away_and_when_it_is_back(broker_port: int, tmp_path: Path) -> None:
    async with open_house(broker_port, tmp_path, cloud=Cloud(ORDER)) as house:
        house.stop_bridge.set()
        degraded = await house.state("agent", "degraded")
        assert degraded.parts["bridge"].state == "offline"
        response = await house.ask(QUESTION)
        assert response.error is not None
        assert response.error.code == "plan_unavailable"


async def test_client_ids_of_two_starts_are_the_same_and_cannot_be_guessed(tmp_path: Path) -> None:
    one, again = identity(tmp_path / "a"), identity(tmp_path / "a")
    assert one == again
    assert len(one.client) == 32
    assert one.client != identity(tmp_path / "b").client
    assert (tmp_path / "a" / "client-id").stat().st_mode & 0o077 == 0
