"""What the README shows is true: its configurations decode, its code runs, its links lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest

from edge_agent import config
from edge_agent.cli import COMMANDS
from edge_agent.clock import Clock
from edge_agent.config_file import loads
from edge_agent.messages import Query
from edge_agent.tools.functions import marked
from edge_agent.tools.registry import check_tools

ROOT = Path(__file__).parent.parent.parent
README = (ROOT / "README.md").read_text()


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def test_the_agent_and_the_bridge_of_the_readme_decode() -> None:
    agent, bridge = blocks("toml")
    tools = check_tools(loads(agent, config.Agent, name="agent.toml"), Clock()).tools
    assert list(tools) == ["recent_readings"]
    assert loads(bridge, config.Bridge, name="bridge.toml").planner.model == "gpt-4o"


def test_the_query_of_the_readme_decodes() -> None:
    (query,) = blocks("json")
    assert msgspec.json.decode(query, type=Query).stream


def test_the_function_of_the_readme_is_a_tool(tmp_path: Path) -> None:
    (source,) = blocks("python")
    file = tmp_path / "shifts.py"
    file.write_text(source)
    made = config.Agent(tools=config.Tools(modules=[str(file)], entry_points=False))
    tool = check_tools(made, Clock()).tools["shift_of"]
    assert "employee" in tool.parameters["properties"]
    assert not marked(len)


@pytest.mark.parametrize("name", sorted(set(re.findall(r"^(?:#.*\n)?fedlm ([a-z-]+)", README, re.MULTILINE))))
def test_every_command_of_the_readme_exists(name: str) -> None:
    assert name in COMMANDS


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\]\(([^)#]+)\)", README))))
def test_every_link_of_the_readme_leads_somewhere(target: str) -> None:
    assert target.startswith("https://") or (ROOT / target).exists(), target
