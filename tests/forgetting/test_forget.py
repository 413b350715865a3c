"""Forgetting: nothing is left in any file, and the audit still holds."""

from __future__ import annotations

import asyncio
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from edge_agent import audit, cli, config
from edge_agent.clock import Clock
from edge_agent.testing.cloud.scripted import Cloud
from tests.forgetting import secret_tools
from tests.forgetting.secret_tools import SECRET
from tests.whole.house import House, open_house
from tests.whole.plans import instant, plan

TOOLS = config.Tools(modules=[secret_tools.__file__], entry_points=False)
FINDING = [plan(("finding", {"code": code})) for code in (SECRET, "walnut-2210")]
#: Of what is asked here nothing may be hidden: it must be forgotten, not merely redacted.
OFF = config.Privacy(level="off")


def files_with(state: Path, *texts: str) -> list[str]:
    """The files of a folder, SQLite's logs included, in which one of these texts stands."""
    files = [file for file in state.rglob("*") if file.is_file()]
    assert len(files) > 4
    return [f"{file.name}: {text}" for file in files for text in texts if text.encode() in file.read_bytes()]


async def two_ask(house: House) -> tuple[str, str]:
    """A named device and the shared topic ask; the ids of their queries."""
    first = await house.ask(f"What is the finding of {SECRET}?", device="kiosk-1", facts=True)
    second = await house.ask("What is the finding of walnut-2210?", facts=True)
    assert SECRET in (first.answer or "")
    assert first.status == second.status == "ok"
    return first.id, second.id


def verified(folder: Path, bridge: Path) -> bool:
    return cli.main(["audit", "--state", str(folder), "--verify", "--against", str(bridge)]) == 0


async def test_what_a_device_asked_is_forgotten_in_every_file_and_the_audit_still_holds(
    broker_port: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    killed = tmp_path / "killed"
    async with open_house(broker_port, tmp_path, cloud=Cloud(*FINDING), slm=instant, tools=TOOLS, privacy=OFF) as house:
        first, second = await two_ask(house)
        # As a crash would leave it: what was written last is in SQLite's log only.
        shutil.copytree(tmp_path / "agent", killed)
        assert (killed / "journal" / "journal.db-wal").stat().st_size > 0
    for state in (killed, tmp_path / "agent"):
        assert files_with(state, SECRET, "kiosk-1", first)
        assert await asyncio.to_thread(cli.main, ["forget", "--state", str(state), "--device", "kiosk-1"]) == 0
        assert files_with(state, SECRET.split("-")[1], "kiosk-1", first) == []
        assert files_with(state, second), "what others asked stays"
        assert await asyncio.to_thread(verified, state, tmp_path / "bridge")
        [log] = audit.egress_logs(state)
        read = audit.requests(audit.read_chain(log))
        assert [each.content is None for each in read] == [True, False]
    assert "1 of them forgotten" in capsys.readouterr().out


@pytest.mark.parametrize("by", ["id", "before", "shared"])
async def test_one_query_what_is_old_and_the_shared_topic_are_forgotten(
    broker_port: int, tmp_path: Path, by: str
) -> None:
    async with open_house(broker_port, tmp_path, cloud=Cloud(*FINDING), slm=instant, tools=TOOLS, privacy=OFF) as house:
        first, second = await two_ask(house)
    state = tmp_path / "agent"
    soon = (Clock().now() + timedelta(seconds=2)).isoformat()
    options = {"id": ["--id", first], "before": ["--before", soon], "shared": ["--device", ""]}[by]
    assert await asyncio.to_thread(cli.main, ["forget", "--state", str(state), *options]) == 0
    forgotten = {"id": (True, False), "before": (True, True), "shared": (False, True)}[by]
    assert tuple(not files_with(state, each) for each in (first, second)) == forgotten
    assert (files_with(state, SECRET) == []) == forgotten[0]
    assert await asyncio.to_thread(verified, state, tmp_path / "bridge")


async def test_nothing_is_forgotten_under_a_running_agent_or_without_saying_what(
    broker_port: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    state = tmp_path / "agent"
    async with open_house(broker_port, tmp_path, cloud=Cloud(*FINDING), slm=instant, tools=TOOLS, privacy=OFF) as house:
        await two_ask(house)
        assert await asyncio.to_thread(cli.main, ["forget", "--state", str(state), "--device", "kiosk-1"]) == 2
        assert "another agent uses this journal" in capsys.readouterr().err
    assert files_with(state, SECRET)
    assert await asyncio.to_thread(cli.main, ["forget", "--state", str(state)]) == 2
    assert await asyncio.to_thread(cli.main, ["forget", "--state", str(state), "--before", "yesterday"]) == 2
    assert files_with(state, SECRET)


async def test_the_egress_log_forgets_by_itself_what_it_kept_long_enough(broker_port: int, tmp_path: Path) -> None:
    async with open_house(broker_port, tmp_path, cloud=Cloud(*FINDING), slm=instant, tools=TOOLS, privacy=OFF) as house:
        await two_ask(house)
    await asyncio.sleep(1.1)  # a line's time is in whole seconds
    short = config.Privacy(level="off", keep_s=0.001)
    async with open_house(
        broker_port, tmp_path, cloud=Cloud(*FINDING), slm=instant, tools=TOOLS, privacy=short
    ) as house:
        [log] = audit.egress_logs(tmp_path / "agent")
        async with asyncio.timeout(10):
            while SECRET.encode() in log.read_bytes():  # noqa: ASYNC110 - another writes it
                await asyncio.sleep(0.02)
        await house.ask("Once more: what is the finding of walnut-2210?")  # it goes on in the file written anew
    chain = audit.read_chain(log)
    assert [each.content is None for each in audit.requests(chain)] == [True, True, False]
    assert not chain.wrong
