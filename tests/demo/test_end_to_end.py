"""The demo itself: what it shows is judged, and a wrong answer ends it with 1."""

from __future__ import annotations

import io
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console

from edge_agent.demo.house import Cloud, House
from edge_agent.demo.tour import Tour
from edge_agent.testing.processes import Process, free_port

COMMAND = [sys.executable, "-m", "edge_agent", "demo", "--instant"]


def environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("OPENAI_")}


def test_the_demo_answers_every_question_right_and_leaves_nothing_running(tmp_path: Path) -> None:
    begun = time.monotonic()
    done = subprocess.run(
        [*COMMAND, "--state", str(tmp_path)], capture_output=True, text=True, timeout=90, env=environment(), check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert time.monotonic() - begun < 30
    assert "of them from your data: 0" in done.stdout
    assert "plan_unavailable" in done.stdout
    assert "What was real, and what stood in" in done.stdout
    assert not re.search("WRONG|Traceback", done.stdout + done.stderr)
    assert not running_in(tmp_path)
    assert {"agent.toml", "bridge.toml", "mosquitto.conf", "logs"} <= {each.name for each in tmp_path.iterdir()}


def test_ctrl_c_ends_every_process_of_a_kept_demo(tmp_path: Path) -> None:
    log = tmp_path.parent / f"{tmp_path.name}.out"
    demo = Process(
        name="demo", command=[*COMMAND, "--keep", "--port", str(free_port()), "--state", str(tmp_path)], log=log
    )
    demo.start()
    try:
        wait_until(lambda: "It goes on running" in log.read_text() or not demo.running, within_s=60)
        assert demo.running, log.read_text()
        noted = json.loads((tmp_path / "processes.json").read_text())
        assert set(noted) == {"broker", "database", "cloud", "bridge", "agent"}
        os.kill(demo.pid, signal.SIGINT)
        wait_until(lambda: not demo.running, within_s=40)
    finally:
        code = demo.stop(40)
    assert code == 0
    assert not running_in(tmp_path)


@pytest.mark.parametrize("wrong", ["gold", "leak"])
async def test_a_wrong_answer_and_a_leak_end_it_with_1(tmp_path: Path, wrong: str) -> None:
    """Negative control: gold of other rows than those in the database; a value that stands in every request."""

    class Altered(House):
        def open(self, say: Callable[[str], None]) -> None:
            super().open(say)
            if wrong == "gold":
                for row in self.store["field"]["measurements"]:
                    row["prb_load"] = 100 - row["prb_load"]
            else:  # a text that stands in every request counts as data now
                self.store["field"]["offers"].append({"offer": "subscriber_contact", "price_eur": 999.0, "data_gb": 1})

        def start_agent(self, model: Path | None) -> None:
            super().start_agent(model)
            if wrong == "leak":
                self.config = self.config.replace("subscriber_contact", "")

    out = Console(file=io.StringIO(), width=120)
    with Altered(state=tmp_path, port=free_port(), cloud=Cloud(), instant=True) as house:
        tour = Tour(house=house, console=out)
        assert await tour.walk() == 1
    expected = "12-B" if wrong == "gold" else "leaked 'subscriber_contact' to the cloud"
    assert any(expected in line for line in tour.wrong), tour.wrong
    assert not running_in(tmp_path)


def running_in(state: Path) -> list[str]:
    """Command lines of processes that name this folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            line = (process / "cmdline").read_text(errors="replace").replace("\0", " ")
        except OSError:
            continue
        if str(state) in line:
            found.append(line)
    return found


def wait_until(happened: Callable[[], bool], *, within_s: float) -> None:
    ends = time.monotonic() + within_s
    while not happened() and time.monotonic() < ends:
        time.sleep(0.05)
    assert happened()
