"""The demo itself: what it shows is judged, and a wrong answer ends it with 1."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console

from edge_agent.demo.house import Cloud, House
from edge_agent.demo.tour import Tour
from edge_agent.testing.processes import free_port

COMMAND = [sys.executable, "-m", "edge_agent", "demo", "--instant"]


def environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("OPENAI_")}


def test_the_demo_answers_every_question_right_and_leaves_nothing_running(tmp_path: Path) -> None:
    done = subprocess.run(
        [*COMMAND, "--state", str(tmp_path)], capture_output=True, text=True, timeout=90, env=environment(), check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "of them from your data: 0" in done.stdout
    assert "plan_unavailable" in done.stdout
    assert "What was real, and what stood in" in done.stdout
    assert not re.search("WRONG|Traceback", done.stdout + done.stderr)
    assert not running_in(tmp_path)
    assert {"agent.toml", "bridge.toml", "mosquitto.conf", "logs"} <= {each.name for each in tmp_path.iterdir()}


async def test_a_wrong_answer_and_a_leak_end_it_with_1(tmp_path: Path) -> None:
    """Negative control: gold of other rows than those in the database; a value that stands in every request."""

    class Altered(House):
        def open(self, say: Callable[[str], None]) -> None:
            super().open(say)
            for row in self.store["field"]["measurements"]:
                row["prb_load"] = 100 - row["prb_load"]
            self.store["field"]["offers"].append({"offer": "subscriber_contact", "price_eur": 999.0, "data_gb": 1})

        def start_agent(self, model: Path | None) -> None:
            super().start_agent(model)
            self.config = self.config.replace("subscriber_contact", "")

    out = io.StringIO()
    with Altered(state=tmp_path, port=free_port(), cloud=Cloud(), instant=True) as house:
        tour = Tour(house=house, console=Console(file=out, width=120))
        assert await tour.walk() == 1
    assert "does not say 12-C; says '12-B'" in out.getvalue()
    assert "leaked 'subscriber_contact' to the cloud" in out.getvalue()
    assert not running_in(tmp_path)


@pytest.mark.slm
@pytest.mark.timeout(400)
async def test_bare_facts_answer_while_the_engine_is_built_and_then_the_model_does(
    tmp_path: Path, model_path: Path
) -> None:
    built = tmp_path / "built"
    (tmp_path / "Makefile").write_text(f"slm-engine:\n\t@echo building; sleep 3; touch {built}\n")
    out = io.StringIO()
    with House(state=tmp_path / "state", port=free_port(), cloud=Cloud()) as house:
        tour = Tour(
            house=house,
            console=Console(file=out, width=120),
            find_model=lambda: model_path if built.exists() else None,
            build_in=tmp_path,
        )
        assert await tour.walk() == 0, out.getvalue()
    assert out.getvalue().index("model: facts") < out.getvalue().index("The SLM is there")
    assert any("smol" in name.lower() for name in tour.worded), tour.worded


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
