"""``fedlm audit``, ``fedlm bridge-key`` and ``fedlm ask --preview``: what a person sees, and how they end."""

from __future__ import annotations

import asyncio
import shutil
import stat
import sys
from pathlib import Path

import msgspec
import pytest

from edge_agent.chain import Line, chained
from edge_agent.cli import main
from edge_agent.messages import canonical
from edge_agent.signing import SHORTEST_KEY, new_key
from edge_agent.testing.cloud.scripted import Cloud
from tests.egress.test_whole import BAD, assert_nothing_left
from tests.whole.house import House, open_house
from tests.whole.plans import ORDER, QUESTION, instant

Captured = pytest.CaptureFixture[str]
BRIDGE_TOML = '[planner]\nmodel = "scripted"\nprofile = "plain"\n'


@pytest.fixture
async def site(broker_port: int, tmp_path: Path) -> Path:
    """The state folders of an agent and a bridge, after two queries, one of them repaired."""
    known = {"plan-key": new_key()}
    async with open_house(broker_port, tmp_path, cloud=Cloud(BAD, ORDER), slm=instant, credentials=known) as house:
        await house.ask(QUESTION, device="kiosk-1")
        await house.ask("And how is ORD-1043?")
    (tmp_path / "bridge.toml").write_text(BRIDGE_TOML)
    return tmp_path


def audit(site: Path, *options: str) -> int:
    return main(["audit", "--state", str(site / "agent"), *options])


def against(site: Path) -> int:
    return audit(site, "--verify", "--against", str(site / "bridge"), "--bridge", str(site / "bridge.toml"))


def log_of(site: Path) -> Path:
    return site / "agent" / "egress" / "requests.jsonl"


def test_it_shows_what_left_when_and_for_which_query(site: Path, capsys: Captured) -> None:
    assert audit(site) == 0
    out = capsys.readouterr().out
    assert "3 requests left" in out
    assert out.count("for kiosk-1, query ") == 2
    assert "for the shared topic, query " in out
    assert "'And how is " in out
    assert "order_status" not in out
    assert audit(site, "--bodies") == 0
    assert "order_status" in capsys.readouterr().out


def test_a_whole_log_is_whole_and_what_that_does_not_prove_is_said(site: Path, capsys: Captured) -> None:
    assert audit(site, "--verify") == 0
    out = capsys.readouterr().out
    assert "each line follows from the one before" in out
    assert "Without the bridge's log" in out
    assert against(site) == 0
    out = capsys.readouterr().out
    assert "3 of 3 requests agree with the bridge's log" in out
    assert "computed anew: 3 attempts with the same bytes" in out
    assert "What neither log can tell" in out


def test_a_cut_tail_is_found_by_the_bridges_log_only(site: Path, capsys: Captured) -> None:
    lines = log_of(site).read_bytes().splitlines(keepends=True)
    log_of(site).write_bytes(b"".join(lines[:-1]))
    assert audit(site, "--verify") == 0
    assert against(site) == 1
    assert "request 3: cut off: the log ends before it" in capsys.readouterr().out


def test_a_log_written_anew_from_some_line_on_is_found_by_the_bridges_log_only(site: Path, capsys: Captured) -> None:
    rewrite_without(log_of(site), 2)
    assert audit(site, "--verify") == 0
    assert against(site) == 1
    out = capsys.readouterr().out
    assert "request 2: written anew" in out
    assert "request 3: cut off" in out


def rewrite_without(file: Path, sequence: int) -> None:
    """Take a line out, and compute all hashes anew: who can write the file can do that."""
    kept = [msgspec.json.decode(raw, type=Line) for raw in file.read_bytes().splitlines()]
    made: list[Line] = []
    for number, line in enumerate(each for each in kept if each.sequence != sequence):
        chain = chained(made[-1].chain if made else "", sequence=number, at=line.at, facts=line.facts)
        made.append(msgspec.structs.replace(line, sequence=number, chain=chain))
    file.write_bytes(b"".join(canonical(line) + b"\n" for line in made))


def test_a_gap_and_an_edit_are_found_without_it(site: Path, capsys: Captured) -> None:
    lines = log_of(site).read_bytes().splitlines(keepends=True)
    log_of(site).write_bytes(b"".join([*lines[:2], *lines[3:]]))
    assert audit(site, "--verify") == 1
    assert "gap: 1 line before it is gone" in capsys.readouterr().out
    log_of(site).write_bytes(b"".join([*lines[:2], lines[2].replace(b"ORD-1042", b"ORD-9999"), *lines[3:]]))
    assert audit(site, "--verify") == 1
    assert "its body isn't the one that was hashed" in capsys.readouterr().out
    assert audit(site) == 0
    assert "not whole" in capsys.readouterr().out


def test_a_whole_log_that_was_replaced_is_found_by_the_bridges(site: Path, capsys: Captured) -> None:
    log_of(site).write_bytes(
        b"".join(log_of(site).read_bytes().splitlines(keepends=True)[:1]).replace(b'"log":"', b'"log":"0')
    )
    assert against(site) == 1
    assert "a whole log is gone" in capsys.readouterr().out


def test_an_edited_bridges_log_is_found(site: Path, capsys: Captured) -> None:
    file = site / "bridge" / "heads.jsonl"
    lines = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(b"".join([*lines[:2], *lines[3:]]))
    assert against(site) == 1
    assert "gap" in capsys.readouterr().out


def test_other_settings_than_the_bridges_are_told(site: Path, capsys: Captured) -> None:
    (site / "bridge.toml").write_text(BRIDGE_TOML.replace("scripted", "another"))
    assert against(site) == 1
    assert "other bytes than these settings make" in capsys.readouterr().out


def test_no_log_at_all_ends_in_2(site: Path, capsys: Captured) -> None:
    assert main(["audit", "--verify", "--state", str(site / "nowhere")]) == 2
    assert audit(site, "--against", str(site / "nowhere.jsonl")) == 2
    shutil.rmtree(site / "agent" / "egress")
    assert audit(site) == 2


def test_a_key_is_printed_alone(capsys: Captured) -> None:
    assert main(["bridge-key"]) == 0
    captured = capsys.readouterr()
    assert len(captured.out.strip()) >= SHORTEST_KEY
    assert captured.out.count("\n") == 1
    assert "plan-key" in captured.err


def test_the_logs_are_their_owners_only(site: Path) -> None:
    for file in (log_of(site), site / "bridge" / "heads.jsonl"):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert b"ORD-104" not in (site / "bridge" / "heads.jsonl").read_bytes()


async def ask(house: House, said: bytes, *options: str) -> tuple[int, str]:
    where = ["--host", "127.0.0.1", "--port", str(house.port), "--root", house.root]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "edge_agent", "ask", QUESTION, *where, *options),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await asyncio.wait_for(process.communicate(said), 40)
    return process.returncode or 0, out.decode()


async def test_ask_shows_the_preview_and_sends_it_only_where_a_person_agrees(broker_port: int, tmp_path: Path) -> None:
    cloud = Cloud(ORDER)
    async with open_house(broker_port, tmp_path, cloud=cloud, slm=instant) as house:
        for said in (b"n\n", b"\n", b""):
            code, out = await ask(house, said, "--preview")
            assert (code, "Nothing has left." in out) == (0, True), out
            assert f'"prompt": "{QUESTION}"' in out
            assert "SHA-256" in out
        assert_nothing_left(house, cloud, tmp_path)
        code, out = await ask(house, b"y\n", "--preview")
        assert code == 0, out
        assert "shipped" in out
        assert "bytes left for the cloud" in out
        assert len(cloud.received) == 1
