"""``fedlm ask`` in a terminal: what it shows and how it ends. ``fedlm check-config``: what it finds."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import msgspec
import pytest

from edge_agent.cli import main
from edge_agent.messages import Response
from edge_agent.testing.cloud.scripted import Cloud
from tests.whole.house import House, open_house, serve_agent, settings
from tests.whole.plans import ORDER, QUESTION, instant, plan


async def ask(house: House, *options: str) -> tuple[int, str]:
    where = ["--host", "127.0.0.1", "--port", str(house.port), "--root", house.root]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "edge_agent", "ask", *where, *options, stdout=asyncio.subprocess.PIPE
    )
    out, _ = await asyncio.wait_for(process.communicate(), 40)
    return process.returncode or 0, out.decode()


async def test_an_answer_is_shown_with_its_stages_what_left_and_its_sources(broker_port: int, tmp_path: Path) -> None:
    async with open_house(broker_port, tmp_path, cloud=Cloud(ORDER), slm=instant) as house:
        code, out = await ask(house, QUESTION, "--facts")
        assert code == 0, out
        for told in (
            "shipped",
            "run_tools",
            "bytes left for the cloud",
            "order_status",
            "instant-stand-in",
            "federated",
        ):
            assert told in out


async def test_a_named_device_asks_on_its_own_topic_and_gets_json_where_it_wants(
    broker_port: int, tmp_path: Path
) -> None:
    async with open_house(broker_port, tmp_path, cloud=Cloud(ORDER), slm=instant) as house:
        code, out = await ask(house, QUESTION, "--device", "kiosk-1", "--json")
        assert code == 0
        assert "shipped" in (msgspec.json.decode(out, type=Response).answer or "")
        assert any(message.topic == house.topics.query("kiosk-1") for message in house.heard)


async def test_an_error_answer_ends_in_1_and_silence_in_2(broker_port: int, tmp_path: Path) -> None:
    async with open_house(broker_port, tmp_path, cloud=Cloud(plan(("breaks", {})))) as house:
        code, out = await ask(house, "Break!")
        assert (code, "tools_failed" in out) == (1, True)
        house.stop_agent.set()
        await house.state("agent", "offline")
        code, out = await ask(house, QUESTION, "--timeout", "1")
        assert (code, "no answer" in out) == (2, True)


async def test_it_sends_again_with_the_same_id_until_it_is_answered(broker_port: int, tmp_path: Path) -> None:
    """The agent comes only after the first sending, which nobody heard."""
    async with open_house(broker_port, tmp_path, cloud=Cloud(ORDER), slm=instant) as house:
        house.stop_agent.set()
        await house.state("agent", "offline")
        asking = asyncio.create_task(ask(house, QUESTION, "--timeout", "30"))
        topic = house.topics.query()
        await house.until(lambda: next((Response(id="", status="ok") for m in house.heard if m.topic == topic), None))

        house.stop_agent.clear()
        again = asyncio.create_task(serve_agent(house, settings(house.root, broker_port, tmp_path / "2"), instant))
        code, out = await asking
        assert code == 0, out
        sent = [m.payload for m in house.heard if m.topic == topic]
        assert len(sent) > 1
        assert len(set(sent)) == 1
        house.stop_agent.set()
        await again


GOOD = '[planner]\nmodel = "gpt-4o"\n'


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("bridge.toml", GOOD + 'profil = "plain"\n', ["bridge.toml", "line 3", "planner.profil", "`profile`"]),
        ("agent.toml", '[mqtt]\nhots = "x"\n', ["agent.toml", "line 2", "mqtt.hots", "`host`"]),
        ("agent.toml", "[inbox]\nsize = 0\n", ["agent.toml", "line 2", "inbox.size", ">= 1"]),
        ("agent.toml", 'time-zone = "Mars/Olympus"\n', ["Mars/Olympus"]),
        ("agent.toml", "name = \n", ["agent.toml", "not TOML"]),
        ("agent.toml", '[[tool]]\nkind = "mongodb.fnd"\n', ["agent.toml", "mongodb.fnd"]),
    ],
)
def test_check_config_names_file_line_key_and_the_nearest_valid_key(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, text: str, told: list[str]
) -> None:
    file = tmp_path / name
    file.write_text(text)
    assert main(["check-config", str(file)]) == 1
    out = capsys.readouterr().out
    assert all(each in out for each in told), out


def test_check_config_takes_good_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    agent, bridge = tmp_path / "agent.toml", tmp_path / "bridge.toml"
    agent.write_text('name = "agent"\n')
    bridge.write_text(GOOD)
    assert main(["check-config", str(agent), str(bridge)]) == 0
    assert capsys.readouterr().out.count(": good:") == 2


def test_a_daemon_does_not_start_on_a_bad_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "agent.toml"
    file.write_text("[mqtt]\nprot = 1883\n")
    assert main(["agent", "--config", str(file)]) == 2
    assert "did you mean `port`" in capsys.readouterr().err
