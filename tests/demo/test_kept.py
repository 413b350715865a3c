"""A demo that is kept: any MQTT client can ask it, its files can be edited, and Ctrl-C ends it all."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import sys
import time
import tomllib
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiomqtt
import pymongo
import pytest

from edge_agent.testing.processes import Process, free_port
from tests.demo.test_end_to_end import COMMAND, running_in

pytestmark = pytest.mark.skipif(shutil.which("mosquitto_pub") is None, reason="mosquitto-clients is not installed")

QUESTION = "Which cell at site 12 is the bottleneck?"
STAGES = {
    f"fedlm/trace/agent/{stage}"
    for stage in ("redact", "plans", "validate", "run_tools", "select", "drafts", "ground", "respond")
}
V311, V5 = 4, 5
VANS = """
[[tool]]
name = "service_vans"
kind = "mongodb.find"
description = "Service vans of a depot with their mileage."
source = "field"
collection = "vans"
filter = { depot = "{{depot}}" }
label = "van"
fields = ["van", { name = "mileage", unit = "km" }]
[tool.params.depot]
description = "Name of the depot"
enum = ["Norrfeld", "Kestrin"]
"""


@dataclass(frozen=True, kw_only=True)
class Kept:
    process: Process
    port: int
    state: Path
    #: Agents that a test started by hand: one of them serves the tests after it.
    by_hand: list[Process] = field(default_factory=list)

    def pid(self, name: str) -> int:
        return int(json.loads((self.state / "processes.json").read_text())[name])


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    state, port = tmp_path_factory.mktemp("kept"), free_port()
    command = [*COMMAND, "--keep", "--port", str(port), "--state", str(state)]
    process = Process(name="demo", command=command, log=state.with_suffix(".out"))
    process.start()
    try:
        wait_until(lambda: "It goes on running" in process.tail(40) or not process.running, within_s=60)
        assert process.running, process.tail(60)
        demo = Kept(process=process, port=port, state=state)
        yield demo
        for agent in demo.by_hand:
            agent.stop()
        os.kill(process.pid, signal.SIGINT)
        wait_until(lambda: not process.running, within_s=30)
        assert process.stop() == 0
        assert not running_in(state)
    finally:
        process.stop(30)


@asynccontextmanager
async def device(port: int, *topics: str, version: int = V5) -> AsyncIterator[AsyncIterator[aiomqtt.Message]]:
    """Any MQTT client, subscribed to these topics."""
    async with (
        asyncio.timeout(30),
        aiomqtt.Client("127.0.0.1", port, protocol=aiomqtt.ProtocolVersion(version)) as client,
    ):
        for topic in topics:
            await client.subscribe(topic, qos=1)
        yield aiter(client.messages)


def payload(message: aiomqtt.Message) -> dict[str, Any]:
    assert isinstance(message.payload, bytes)
    decoded: dict[str, Any] = json.loads(message.payload)
    return decoded


async def publish(port: int, *arguments: str) -> None:
    process = await asyncio.create_subprocess_exec("mosquitto_pub", "-p", str(port), "-q", "1", *arguments)
    assert await asyncio.wait_for(process.wait(), 15) == 0


async def asked(port: int, prompt: str) -> dict[str, Any]:
    """Ask as any MQTT 3.1.1 client does, in plain text on the shared topic."""
    async with device(port, "fedlm/response", version=V311) as answers:
        await publish(port, "-V", "311", "-t", "fedlm/query", "-m", prompt)
        return payload(await anext(answers))


async def test_mosquitto_pub_yields_a_response_a_trace_for_each_stage_and_telemetry(kept: Kept) -> None:
    async with device(kept.port, "fedlm/response", "fedlm/trace/agent/+", "fedlm/telemetry/agent") as heard:
        await publish(kept.port, "-t", "fedlm/query", "-m", QUESTION)
        seen: dict[str, dict[str, Any]] = {}
        while not STAGES | {"fedlm/response", "fedlm/telemetry/agent"} <= set(seen):
            message = await anext(heard)
            seen[str(message.topic)] = payload(message)
    assert seen["fedlm/response"]["status"] == "ok"
    assert "12-B" in seen["fedlm/response"]["answer"]
    assert seen["fedlm/telemetry/agent"]["queries"]["received"] >= 1
    assert all(seen[stage]["id"] == seen["fedlm/response"]["id"] for stage in STAGES)


async def test_the_answer_comes_to_the_response_topic_with_its_correlation_data(kept: Kept) -> None:
    topic = "fedlm/response/kiosk/desk-4"
    properties = ["-D", "publish", "response-topic", topic, "-D", "publish", "correlation-data", "c0ffee"]
    query = json.dumps({"id": "q1", "prompt": QUESTION})
    async with device(kept.port, "fedlm/response/#") as answers:
        await publish(kept.port, "-V", "5", "-t", "fedlm/query/kiosk", *properties, "-m", query)
        message = await anext(answers)
    assert str(message.topic) == topic
    assert getattr(message.properties, "CorrelationData", None) == b"c0ffee"
    assert payload(message)["id"] == "q1"


async def test_a_tool_that_a_person_adds_is_planned_and_answered_after_a_restart(kept: Kept, tmp_path: Path) -> None:
    question = "What is the highest mileage of the service vans at depot Kestrin?"
    assert (await asked(kept.port, question))["model"] == "none"
    file = kept.state / "agent.toml"
    (source,) = (each for each in tomllib.loads(file.read_text())["source"] if each["name"] == "field")
    with pymongo.MongoClient[dict[str, Any]](source["uri"]) as client:
        vans = [("V-1", "Norrfeld", 91_000), ("V-2", "Kestrin", 48_211), ("V-3", "Kestrin", 12_340)]
        client["field"]["vans"].insert_many([{"van": van, "depot": at, "mileage": km} for van, at, km in vans])
    file.write_text(file.read_text().replace('"measurements", "alarms"', '"vans", "measurements", "alarms"') + VANS)
    os.kill(kept.pid("agent"), signal.SIGTERM)
    wait_until(lambda: has_ended(kept.pid("agent")), within_s=15)
    command = [sys.executable, "-m", "edge_agent", "agent", "--config", str(file), "--instant"]
    again = Process(name="agent", command=command, log=tmp_path / "agent.log")
    kept.by_hand.append(again)
    again.start()
    async with device(kept.port, "fedlm/status/agent") as statuses:
        while payload(await anext(statuses))["state"] != "online":
            pass
    response = await asked(kept.port, question)
    assert response["status"] == "ok", again.tail()
    assert "48,211" in response["answer"]
    assert [source["tool"] for source in response["sources"]] == ["service_vans"]


def test_ctrl_c_ends_every_process(tmp_path: Path) -> None:
    """Of a demo of its own, in the middle of its start: the hardest moment."""
    demo = Process(name="demo", command=[*COMMAND, "--state", str(tmp_path / "state")], log=tmp_path / "out")
    demo.start()
    wait_until(lambda: "bridge" in noted(tmp_path / "state"), within_s=30)
    os.kill(demo.pid, signal.SIGINT)
    wait_until(lambda: not demo.running, within_s=30)
    assert demo.stop() == 130
    assert not running_in(tmp_path)


def test_a_kept_demo_says_how_to_ask_and_which_processes_it_has(kept: Kept) -> None:
    assert f"mosquitto_pub -p {kept.port} -t fedlm/query" in kept.process.tail(40)
    assert set(noted(kept.state)) == {"broker", "database", "cloud", "bridge", "agent"}


def noted(state: Path) -> dict[str, int]:
    try:
        pids: dict[str, int] = json.loads((state / "processes.json").read_text())
    except (OSError, ValueError):
        return {}
    return pids


def has_ended(pid: int) -> bool:
    """Gone, or only waiting to be reaped by the demo that started it."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def wait_until(happened: Callable[[], bool], *, within_s: float) -> None:
    ends = time.monotonic() + within_s
    while not happened() and time.monotonic() < ends:
        time.sleep(0.05)
    assert happened()
