"""``fedlm plan``: exactly the bytes that would leave, and none leaves unless it is told to."""

from __future__ import annotations

import asyncio
import hashlib
import json
from pathlib import Path

from edge_agent.commands import plan as command
from edge_agent.testing.cloud.scripted import Cloud
from edge_agent.testing.cloud.server import Reply
from tests.commands.conftest import Fedlm, Plant
from tests.commands.test_try import TABLES
from tests.whole.house import House, open_house

BRIDGE = '[planner]\nmodel = "scripted"\nbase-url = "{url}"\nprofile = "plain"\n'
QUESTION = "How warm is machine M-003?"


def written(house: House, plant: Plant, cloud: Cloud) -> tuple[Path, Path]:
    head = f'[mqtt]\nroot = "{house.root}"\nhost = "127.0.0.1"\nport = {house.port}\n[planner]\nbudget-s = 5\n'
    bridge = plant.file.with_name("bridge.toml")
    bridge.write_text(BRIDGE.format(url=cloud.base_url))
    return plant.write(TABLES, head=head), bridge


def test_without_send_the_bytes_are_shown_and_nothing_needs_to_run(fedlm: Fedlm, plant: Plant) -> None:
    code, out, error = fedlm("plan", QUESTION, "--config", plant.write(TABLES))
    assert code == 0
    body = json.loads(out)
    assert set(body) == {"prompt", "tools", "today"}
    assert out.encode() == json.dumps(body, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode() + b"\n"
    assert "nothing was sent" in error
    assert "pinned plan 1 answers this question without the cloud" in error


async def test_with_send_the_shown_bytes_are_what_the_cloud_gets(
    broker_port: int, plant: Plant, tmp_path: Path, fedlm: Fedlm
) -> None:
    cloud = Cloud(Cloud.plan("warm", {"machine": "M-003"}))
    async with open_house(broker_port, tmp_path, cloud=cloud) as house:
        file, bridge = written(house, plant, cloud)
        words = ("plan", QUESTION, "--config", file, "--bridge", bridge)
        code, out, _ = await asyncio.to_thread(fedlm, *words)
        assert (code, cloud.received) == (0, [])
        body, http = out.encode().splitlines()
        code, out, error = await asyncio.to_thread(fedlm, *words, "--send")
        assert code == 0, error
        assert [request.body for request in cloud.received] == [http]
        assert out.encode().splitlines()[2] == b'[{"arguments":{"machine":"M-003"},"tool":"warm"}]'
        assert "the agent would run it" in error
        assert hashlib.sha256(body).hexdigest().encode() in b"".join(message.payload for message in house.heard)


async def test_a_plan_that_the_agent_would_refuse_is_said(
    broker_port: int, plant: Plant, tmp_path: Path, fedlm: Fedlm
) -> None:
    reply: Reply = Cloud.plan("warm", {"machine": "7"})
    async with open_house(broker_port, tmp_path, cloud=Cloud(reply)) as house:
        file, _ = written(house, plant, Cloud(reply))
        code, _, error = await asyncio.to_thread(fedlm, "plan", QUESTION, "--config", file, "--send")
        assert code == 1
        assert 'the agent would refuse it: Tool "warm": parameter "machine"' in error


async def test_without_a_bridge_it_says_so(broker_port: int, plant: Plant, tmp_path: Path, fedlm: Fedlm) -> None:
    async with open_house(broker_port, tmp_path) as house:
        file, _ = written(house, plant, Cloud(Cloud.garbage()))
        code, _, error = await asyncio.to_thread(fedlm, "plan", QUESTION, "--config", file, "--send")
        assert code == 1
        assert "the bridge to the cloud is offline" in error


def test_no_broker_is_named(fedlm: Fedlm, plant: Plant, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(command, "CONNECT_WITHIN_S", 0.3)
    file = plant.write(TABLES, head='[mqtt]\nhost = "127.0.0.1"\nport = 9\n')
    code, _, error = fedlm("plan", QUESTION, "--config", file, "--send")
    assert code == 2
    assert "the broker can't be reached" in error
